#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds, tests and runs Lambda Dispatch. Needs bash, JDK 25 and, for the tests, Maven (only to fetch pinned jars).
# Everything made goes under build/. `./build.sh help` lists the verbs.
#
# Here: find the JDK, let tools/Build.java do the work, and start the verbs that are programs of their own in this script's place.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"

is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && grep -Eq '^JAVA_VERSION="25(["._+-])' "$1/release"
}

jdk_candidates() {
    printf '%s\n' "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*25* /opt/*/*25* "$HOME"/.sdkman/candidates/java/25* \
        "$HOME"/.sdkman/candidates/java/current "$HOME"/.jdks/*25* /Library/Java/JavaVirtualMachines/*25*/Contents/Home
    if [ -x /usr/libexec/java_home ]; then
        /usr/libexec/java_home -v 25 2>/dev/null || true
    fi
    local java
    if java=$(command -v javac); then # follow links to the folder that holds bin/
        while [ -L "$java" ]; do
            local target
            target=$(readlink "$java")
            case $target in /*) java=$target ;; *) java=$(dirname "$java")/$target ;; esac
        done
        dirname "$(dirname "$java")"
    fi
}

# Sets JAVA_HOME to a JDK 25 for this script and what it starts.
need_jdk() {
    local candidate
    while IFS= read -r candidate; do
        if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
            export JAVA_HOME=$candidate
            return
        fi
    done < <(jdk_candidates)
    printf '%s\n' "JDK 25 is needed and was not found in JAVA_HOME, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks or on the path." \
        "Install one (Debian: temurin-25-jdk or openjdk-25-jdk-headless; macOS: temurin@25; sdkman: 25-tem)" \
        "or set JAVA_HOME to where it is." >&2
    exit 1
}

# Verbs that are programs of their own; each finds JAVA_HOME set and what it needs compiled into build/modules.
start() { # verb arguments
    local verb=$1
    shift
    case $verb in
        run)
            export LAMBDA_DISPATCH_EmulatorAppFolder=${LAMBDA_DISPATCH_EmulatorAppFolder:-$called_from} # an app's command is typed where the app lies
            exec bash src/emulator/run.sh "$@"
            ;;
        image | docker | oci | lint) exec bash "docker/$verb.sh" "$@" ;;
        bench | h2spec | simulate | fuzz | mutate | soak) exec bash "test/$verb/$verb.sh" "$@" ;;
        cost) exec "$JAVA_HOME/bin/java" --module-path build/modules --module lambdadispatch.router/lambdadispatch.router.Main cost "$@" ;;
    esac
}

need_jdk
verb=${1:-help}
if [ "$verb" = jdk ]; then # for scripts: where JDK 25 is
    printf '%s\n' "$JAVA_HOME"
    exit
fi
status=0
"$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC tools/Build.java "$@" || status=$?
case $status in
    0) if [ $# -gt 0 ]; then start "$@"; fi ;;
    64) ;; # the verb's help was shown instead
    *) exit "$status" ;;
esac
