#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs the dispatch core under a fake clock; called by `./build.sh simulate [SEEDS [REQUESTS] | TABLE]`, which has compiled and set JAVA_HOME.
# First SEEDS (1000) random scenarios of about REQUESTS (10100) requests each, with every rule checked after every event; then the comparison, which it writes
# into docs/simulation.md and docs/simulation.svg.
set -euo pipefail
./build.sh compile-tests
exec "$JAVA_HOME/bin/java" -XX:+UseParallelGC -Xmx2g -cp "$(./build.sh class-path)" lambdadispatch.simulation.Simulate "$@"
