#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Measures the real processes beside HAProxy and nginx; called by `./build.sh bench [NAME…]`, which has compiled the modules and set JAVA_HOME.
# Names: ping bodies connections channels queue events observed account quick image. BENCH_SECONDS sets how long each load lasts (8).
# --quick runs `quick` alone, in about two minutes; --against FILE compares the ratios with those of an earlier bench.json; --beside FOLDER lets
# `quick` measure the images of another build (its build/image) in the same run.
set -euo pipefail

names=()
image=no
for name in "$@"; do
    case $name in
        image) image=yes ;;
        *) names+=("$name") ;;
    esac
done
./build.sh image
./build.sh compile-tests
if [ $image = yes ]; then "$JAVA_HOME/bin/java" -cp "$(./build.sh class-path)" lambdadispatch.bench.Images; fi
if [ $image = yes ] && [ ${#names[@]} -eq 0 ]; then exit 0; fi

ulimit -n "$(ulimit -Hn)"
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m -Dlambdadispatch.bench.seconds="${BENCH_SECONDS:-8}" \
    -cp "$(./build.sh class-path)" lambdadispatch.bench.Bench ${names[@]+"${names[@]}"}
