#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds, tests and runs Lambda Dispatch. Needs bash, JDK 25 and, for the tests, Maven (only to fetch pinned jars).
# Everything made goes under build/. `./build.sh help` lists the verbs.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"

version=${LAMBDA_DISPATCH_VERSION:-0.1.0}
out=build
modules=(common extension router aws emulator demo)

# The product's own thread settings, so that tests meet what users will meet: one carrier, which is the event loop.
event_loop=--add-opens=java.base/java.lang=ALL-UNNAMED
carriers=1

verb_help() {
    cat <<'HELP'
Usage: ./build.sh VERB [ARGUMENTS]

  compile [--with-sdk]   compile all modules into build/modules (--with-sdk: then the AWS SDK invoker into build/modules-sdk)
  test [NAME...]         run all tests, or those of the classes or packages named:
                         JsonTest, Json, 'Http1*', json, lambdadispatch.http2, JsonTest#aMethod
                         The last line counts what passed, failed and was skipped; why it was stands above it
  test [--jdk-scheduler] [--carriers N] [NAME...]   the same on the JDK's scheduler instead of our event loop, and on N threads
  test --with-sdk [NAME...]   run the tests of the AWS SDK invoker, which the plain build does not know
  run [OPTIONS]          start the local stack: emulated Lambda, router, demo app (run --help)
  image [--with-sdk]     link the run-time images and the Lambda layer into build/image (--with-sdk: also router-sdk)
  bench [NAME...]        measure, on the images
  h2spec [OPTION...]     run the HTTP/2 conformance suite
  simulate [SEEDS [REQUESTS]]   run the dispatch simulation; writes its tables into docs/simulation.md and docs/simulation.svg
  cost [OPTIONS]         what a workload costs a month on AWS in several ways (cost --help)
  lint [LINTER...]       run the linters that are installed on scripts, workflows and templates
  fuzz [COUNT|SECONDSs]  fuzz every parser, for so many inputs or seconds (60s)
  mutate [NAME...]       change the code one instruction at a time and count what the tests notice: packages (http2) or classes
  soak [NAME...] [SECONDS]   run the real processes for long while things go wrong: chaos, rotation, restart, runaway
  docker                 build the container images with a container engine
  oci                    write the container images as OCI archives, without any engine
  clean                  remove build/
  help                   this text; VERB --help shows a verb's own lines

JDK 25 is taken from JAVA_HOME, the usual folders, or the path.
HELP
}

# The lines of that text which are about one verb; what a verb is for is looked up more often than all verbs.
help_of() { # verb
    verb_help | awk -v verb="$1" '$1 == verb && /^  [a-z]/ { mine = 1; print; next } /^  [a-z]/ || /^$/ { mine = 0 } mine { print }'
}

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$@"
    exit 1
}

# For arguments that a verb does not take.
wrong_use() { # verb what
    say "$1 $2"
    help_of "$1" >&2
    exit 2
}

takes_nothing() { # verb arguments
    [ $# -eq 1 ] || wrong_use "$1" "takes no arguments, not ${*:2}"
}

# --- the JDK -------------------------------------------------------------------------------------------------------

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
    die "JDK 25 is needed and was not found in JAVA_HOME, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks or on the path." \
        "Install one (Debian: temurin-25-jdk or openjdk-25-jdk-headless; macOS: temurin@25; sdkman: 25-tem)" \
        "or set JAVA_HOME to where it is."
}

# --- what is up to date --------------------------------------------------------------------------------------------

# Runs the function that makes build/NAME unless nothing changed since it last succeeded. What counts: the files under the folders
# (their names and times) and a text that stands for everything else.
unless_unchanged() { # name text function folder...
    local target=$out/$1 stamp=$out/stamps/$1 text=$2 function=$3
    shift 3
    local state
    state=$(printf '%s\n' "$text" && find "$@" -type f | LC_ALL=C sort)
    if [ -d "$target" ] && [ -f "$stamp" ] && [ "$state" = "$(cat "$stamp")" ] && [ -z "$(find "$@" -type f -newer "$stamp" -print | head -n 1)" ]; then
        return
    fi
    mkdir -p "$out/stamps"
    rm -f "$stamp"
    printf '%s\n' "$state" > "$stamp.new" # dated before the work, so that an edit made meanwhile is seen next time
    "$function"
    mv "$stamp.new" "$stamp"
}

# One compilation at a time, where the system can say so.
locked() {
    mkdir -p "$out"
    (
        if command -v flock >/dev/null; then flock 9; fi
        "$@" 9>&-
    ) 9>"$out/.lock"
}

copy_resources() { # from to
    local file
    (cd "$1" && find . -type f ! -name '*.java' ! -name '*.sh' ! -name '*.sha256') | while IFS= read -r file; do
        mkdir -p "$2/$(dirname "$file")"
        cp "$1/$file" "$2/$file"
    done
}

# --- jars ----------------------------------------------------------------------------------------------------------

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Fetches the jars that a file pins, one `SHA-256  group:artifact:version` a line, and refuses any that differs.
fetch_jars() { # pins folder
    local sum coordinates rest jar
    mkdir -p "$out" "$2"
    while read -r sum coordinates; do
        case $sum in '' | '#'*) continue ;; esac
        rest=${coordinates#*:}
        jar=$2/${rest%%:*}-${rest#*:}.jar
        if [ ! -f "$jar" ]; then
            command -v mvn >/dev/null || die "Maven is needed to fetch $coordinates: install the package 'maven'."
            say "fetching $coordinates"
            if ! mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact="$coordinates" \
                -DoutputDirectory="$PWD/$2" -Dmdep.useBaseVersion=true </dev/null >"$out/maven.log" 2>&1; then
                tail -n 20 "$out/maven.log" >&2
                die "Maven could not fetch $coordinates; its last words are above."
            fi
        fi
        if [ "$(sha256 "$jar")" != "$sum" ]; then
            rm -f "$jar"
            die "$jar is not the file pinned in $1: its SHA-256 differs. It was removed."
        fi
    done < "$1"
}

# --- compile -------------------------------------------------------------------------------------------------------

present_modules() {
    local module
    for module in "${modules[@]}"; do
        if [ -f "src/$module/module-info.java" ]; then printf '%s\n' "$module"; fi
    done
}

module_name() { printf 'lambdadispatch.%s' "${1//-/.}"; }

compile_modules() {
    local module names='' fresh=$out/modules.new arguments=()
    rm -rf "$fresh"
    for module in $(present_modules); do
        arguments+=(--module-source-path "$(module_name "$module")=src/$module")
        names=$names,$(module_name "$module")
    done
    "$JAVA_HOME/bin/javac" --release 25 -Xlint:all -Werror -proc:none -g -encoding UTF-8 --module-version "$version" \
        -d "$fresh" "${arguments[@]}" --module "${names#,}"
    for module in $(present_modules); do
        copy_resources "src/$module" "$PWD/$fresh/$(module_name "$module")"
    done
    rm -rf "$out/modules"
    mv "$fresh" "$out/modules"
    say "compiled ${names#,} into $out/modules"
}

compile_if_changed() { unless_unchanged modules "$JAVA_HOME $version" compile_modules src; }

# The AWS SDK invoker lies in folders of its own, beside the pinned jars that it needs: nothing else ever sees either.
sdk_module=lambdadispatch.aws.sdk

compile_sdk() {
    local fresh=$out/modules-sdk.new
    rm -rf "$fresh"
    "$JAVA_HOME/bin/javac" --release 25 -Xlint:all -Werror -proc:none -g -encoding UTF-8 --module-version "$version" \
        -d "$fresh" --module-source-path "$sdk_module=src/aws-sdk" --module-path "$out/modules:$out/sdk" --module "$sdk_module"
    copy_resources src/aws-sdk "$PWD/$fresh/$sdk_module"
    rm -rf "$out/modules-sdk"
    mv "$fresh" "$out/modules-sdk"
    say "compiled $sdk_module into $out/modules-sdk"
}

compile_sdk_if_changed() {
    compile_if_changed
    fetch_jars src/aws-sdk/jars.sha256 "$out/sdk"
    unless_unchanged modules-sdk "$(cat "$out/stamps/modules")" compile_sdk src/aws-sdk
}

verb_compile() {
    need_jdk
    case $* in
        '') locked compile_if_changed ;;
        --with-sdk) locked compile_sdk_if_changed ;;
        *) wrong_use compile "takes --with-sdk or nothing, not $*" ;;
    esac
}

# --- test ----------------------------------------------------------------------------------------------------------

product_and_jars() {
    local module jar path=
    for module in $(present_modules); do path=$path:$out/modules/$(module_name "$module"); done
    for jar in "$out"/lib/*.jar; do path=$path:$jar; done
    printf '%s' "${path#:}"
}

# What tests run on; test/ itself is there for its data and services.
class_path() { printf '%s' "$out/test:test:$(product_and_jars)"; }

compile_tests() {
    local fresh=$out/test.new
    rm -rf "$fresh"
    mkdir -p "$fresh"
    find test/lambdadispatch -name '*.java' | LC_ALL=C sort > "$out/test-sources"
    # Tests may leave a resource to its extension and keep a throwable's fields as they are.
    "$JAVA_HOME/bin/javac" --release 25 -Xlint:all,-try,-serial,-this-escape,-exports -Werror -proc:none -g -encoding UTF-8 \
        -d "$fresh" -cp "$(product_and_jars)" "@$out/test-sources"
    rm -rf "$out/test"
    mv "$fresh" "$out/test"
}

prepare_tests() {
    fetch_jars test/jars.sha256 "$out/lib"
    compile_if_changed
    unless_unchanged test "$(cat "$out/stamps/modules")" compile_tests test/lambdadispatch "$out/stamps/modules"
}

# A pattern for the launcher from what the user typed: a class, with or without package and "Test", or a package, with "*" for anything.
name_pattern() {
    local name=${1//./\\.}
    name=${name//\*/.*}
    printf '^(.*[.$])?%s(Test)?([$].*)?$|^(lambdadispatch\\.)?%s\\..*$' "$name" "$name"
}

sdk_path() {
    local jar path=$out/modules-sdk/$sdk_module
    for jar in "$out"/sdk/*.jar; do path=$path:$jar; done
    printf '%s' "$path"
}

compile_sdk_tests() {
    local fresh=$out/test-sdk.new
    rm -rf "$fresh"
    mkdir -p "$fresh"
    find test/sdk -name '*.java' | LC_ALL=C sort > "$out/test-sdk-sources"
    "$JAVA_HOME/bin/javac" --release 25 -Xlint:all,-try,-serial,-this-escape,-exports,-processing,-classfile -Werror -proc:none -g -encoding UTF-8 \
        -d "$fresh" -cp "$(class_path):$(sdk_path)" "@$out/test-sdk-sources"
    rm -rf "$out/test-sdk"
    mv "$fresh" "$out/test-sdk"
}

prepare_sdk_tests() {
    prepare_tests
    compile_sdk_if_changed
    unless_unchanged test-sdk "$(cat "$out/stamps/test" "$out/stamps/modules-sdk")" compile_sdk_tests test/sdk "$out/stamps/test" "$out/stamps/modules-sdk"
}

# The launcher's total on a line as "[ 12 tests successful ]".
total() { # words file
    sed -n "s/^\[ *\([0-9][0-9]*\) $1 *\]\$/\1/p" "$2" | tail -n 1
}

verb_test() {
    need_jdk
    local name select=() log=$out/test-output.txt status=0 scanned=$out/test path
    while true; do
        case ${1:-} in
            --jdk-scheduler) event_loop= ;;
            --carriers) carriers=$2 && shift ;;
            *) break ;;
        esac
        shift
    done
    local threads=(${event_loop:+"$event_loop"} "-Djdk.virtualThreadScheduler.parallelism=$carriers" "-Djdk.virtualThreadScheduler.maxPoolSize=$carriers")
    if [ "${1:-}" = --with-sdk ]; then
        shift
        locked prepare_sdk_tests
        scanned=$out/test-sdk path=$scanned:$(class_path):$(sdk_path)
    else
        locked prepare_tests
        path=$(class_path)
    fi
    for name in "$@"; do
        case $name in
            -*) select+=("$name") ;; # an option of the console launcher
            *'#'*) select+=(--include-methodname "^(.*\\.)?${name%%#*}(Test)?#${name#*#}$") ;;
            *) select+=(--include-classname "$(name_pattern "$name")") ;;
        esac
    done
    case " ${select[*]-} " in *' --include-classname '*) ;; *) select+=(--include-classname '.*') ;; esac
    rm -f "$out/test.log"
    "$JAVA_HOME/bin/java" "${threads[@]}" -ea -Xmx512m -Dlambdadispatch.log="$out/test.log" -cp "$path" \
        org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=summary \
        --fail-if-no-tests --scan-classpath="$scanned" "${select[@]}" </dev/null 2>&1 | tee "$log" || status=$?
    local passed failed
    passed=$(total 'tests successful' "$log")
    failed=$(($(total 'tests failed' "$log") + $(total 'containers failed' "$log")))
    if [ -z "$passed" ]; then
        say "The test launcher ended without totals."
        passed=0 failed=1
    fi
    if [ "$failed" -eq 0 ] && [ "$status" -ne 0 ]; then
        [ "$passed" -gt 0 ] || say "No test matches."
        failed=1
    fi
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$(($(total 'tests left out' "$log")))"
    [ "$failed" -eq 0 ]
}

# --- verbs that live beside what they drive ------------------------------------------------------------------------
#
# Each is a script that runs from this folder with JAVA_HOME set and all modules compiled into build/modules.

drive() { # script arguments
    local script=$1
    shift
    [ -f "$script" ] || die "There is no $script yet, which this verb would run."
    need_jdk
    locked compile_if_changed
    exec bash "$script" "$@"
}

verb_run() {
    export LAMBDA_DISPATCH_EmulatorAppFolder=${LAMBDA_DISPATCH_EmulatorAppFolder:-$called_from} # an app's command is typed where the app lies
    drive src/emulator/run.sh "$@"
}
verb_image() {
    case $* in
        '') ;;
        --with-sdk)
            need_jdk
            locked compile_sdk_if_changed
            ;;
        *) wrong_use image "takes --with-sdk or nothing, not $*" ;;
    esac
    drive docker/image.sh "$@"
}

verb_docker() {
    takes_nothing docker "$@"
    drive docker/docker.sh
}

verb_oci() {
    takes_nothing oci "$@"
    drive docker/oci.sh
}

verb_lint() { bash docker/lint.sh "$@"; }
verb_cost() {
    need_jdk
    locked compile_if_changed
    exec "$JAVA_HOME/bin/java" --module-path "$out/modules" --module lambdadispatch.router/lambdadispatch.router.Main cost "$@"
}

verb_bench() { drive test/bench/bench.sh "$@"; }
verb_h2spec() { drive test/h2spec/h2spec.sh "$@"; }

verb_simulate() {
    local each
    for each in "$@"; do [[ $# -le 2 && $each =~ ^[1-9][0-9]{0,8}$ ]] || wrong_use simulate "takes two whole numbers at most, not $*"; done
    drive test/simulate/simulate.sh "$@"
}

verb_fuzz() { drive test/fuzz/fuzz.sh "$@"; }
verb_mutate() { drive test/mutate/mutate.sh "$@"; }
verb_soak() { drive test/soak/soak.sh "$@"; }

# For those scripts: `./build.sh jars PINS FOLDER` fetches pinned jars, `./build.sh compile-tests` compiles without running,
# `./build.sh class-path` prints the tests' class path, `./build.sh jdk` prints where JDK 25 is.
verb_jars() { fetch_jars "$1" "$2"; }

verb_jdk() {
    need_jdk
    printf '%s\n' "$JAVA_HOME"
}

verb_compile-tests() {
    need_jdk
    locked prepare_tests
}

verb_class-path() { class_path; }

verb_clean() {
    takes_nothing clean "$@"
    rm -rf "$out"
}

verb=${1:-help}
case $verb in -h | --help) verb=help ;; esac
if ! declare -F "verb_$verb" >/dev/null; then
    say "There is no verb '$verb'."
    verb_help >&2
    exit 2
fi
if [ $# -gt 0 ]; then shift; fi
case $verb:${1:-} in
    run:*) ;; # shows its own
    *:-h | *:--help)
        help_of "$verb"
        exit
        ;;
esac
"verb_$verb" "$@"
