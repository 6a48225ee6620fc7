#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Fuzzes every parser; called by `./build.sh fuzz [COUNT | SECONDSs] [--seed N] [--only PARSER] [--input N]`, which has compiled and set JAVA_HOME.
# COUNT inputs over all parsers, or so many seconds; one minute if neither is given. A finding names its parser, seed and input number, with which
# `--seed --only --input` runs it again alone.
set -euo pipefail
./build.sh compile-tests
if [ $# -eq 0 ]; then set -- 60s; fi
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m -Dlambdadispatch.log=build/fuzz.log -cp "$(./build.sh class-path)" lambdadispatch.fuzz.Fuzz "$@"
