#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs the real processes under load for long while things go wrong; called by `./build.sh soak [NAME…] [SECONDS]`, which has compiled and set JAVA_HOME.
# Names: chaos dying rotation restart deploys routers outliers overload runaway attacks (all of them if none is given); SECONDS is how long each lasts (600). `restart` and `sixteen` need haproxy, `routers` haproxy or nginx.
# Three more only where they are named: `sixteen` sets sixteen routers beside one (5 GB of memory); `each-attack` runs the attacks one after another, SECONDS each; `idle` measures what idle connections cost.
# Runs from build/image if that is there. Exits with 1 if a promise was broken.
set -euo pipefail
./build.sh compile-tests
ulimit -n "$(ulimit -Hn)"
# A client that tries again by itself would hide a lost request.
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m -Djdk.httpclient.redirects.retrylimit=1 -Djdk.httpclient.disableRetryConnect=true \
    -cp "$(./build.sh class-path)" lambdadispatch.soak.Soak "$@"
