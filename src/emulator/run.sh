#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Starts the local stack from build/modules; called by `./build.sh run`, which has compiled them and set JAVA_HOME.
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m --add-opens=java.base/java.lang=lambdadispatch.common -p build/modules \
    -m lambdadispatch.emulator/lambdadispatch.emulator.LocalStack "$@"
