#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Changes the product one instruction at a time and looks whether a test fails; called by `./build.sh mutate [NAME...]`, which has compiled and
# set JAVA_HOME. NAME is a package (http.h2) or a class of one (http.h2.Http2Output, 'http.h2.Http2*'); without one, all packages of the list below.
# A package is judged by its own tests. PIT does the work (https://pitest.org); its jars are pinned beside this script and fetched for this verb only.
#
# Under build/mutate/NAME: index.html, mutations.csv, survivors.txt, pit.log. On standard output: a table of scores, for docs/testing.md.
# MUTATE_THREADS (2) processes run side by side; docs/testing.md says how to read the result. MUTATE_MUTATORS are others than PIT's usual ones:
# VOID_METHOD_CALLS deletes calls, one by one, and nothing else.
set -euo pipefail

packages=(base carrier net http.message http.hpack http.h1 http.h2 http.client http.listener protocol router.dispatch router.control router.incoming extension aws)
threads=${MUTATE_THREADS:-2}
out=build/mutate

./build.sh compile-tests
./build.sh jars test/mutate/jars.sha256 "$out/lib"

# Entries of a list, made absolute and joined.
joined() { # separator entry...
    local separator=$1 list=
    shift
    while [ $# -gt 0 ]; do
        case $1 in /*) list=$list$separator$1 ;; *) list=$list$separator$PWD/$1 ;; esac
        shift
    done
    printf '%s' "${list#"$separator"}"
}

# The package of a name: what of it begins with a small letter.
package_of() { printf '%s' "$1" | sed -E 's/\.?[A-Z*].*$//'; }

# Tests that are left out: they measure or repeat what others of their package prove, and take long under each mutant.
left_out() { # package
    case $1 in
        http.message) printf 'lambdadispatch.http.message.ParseAllocationTest' ;;
        http.h1) printf 'lambdadispatch.http.h1.RequestTableTest' ;; # ParserTableTest has both tables, for the parsers alone
        http.client) printf 'lambdadispatch.http.client.ResponseTableTest' ;;
        *) printf 'nothing' ;;
    esac
}

mutate() { # name
    local name=$1 package classes entries report=$out/$1
    package=$(package_of "$name")
    classes="lambdadispatch.$name"
    if [ "$name" = "$package" ]; then classes="$classes.*"; else classes="$classes*"; fi
    IFS=: read -r -a entries <<< "$(./build.sh class-path)"
    rm -rf "$report"
    mkdir -p "$report"
    # On the product's own carrier, as the tests. What is only logged is not mutated. A mutant that loops is ended 1 s after the time that the test took, half as long again; the JVM of one mutant serves the next
    "$JAVA_HOME/bin/java" -Xmx512m -cp "$(joined : "$out"/lib/*.jar "${entries[@]}")" org.pitest.mutationtest.commandline.MutationCoverageReport \
        --targetClasses "$classes" --targetTests "lambdadispatch.$package.*" --excludedTestClasses "$(left_out "$package")" \
        --classPath "$(joined , "${entries[@]}")" --mutableCodePaths "$(joined , build/modules/*)" --sourceDirs src/common,src/router,src/extension,src/aws \
        --reportDir "$report" --timestampedReports=false --outputFormats CSV,XML,HTML --timeoutConst 1000 --timeoutFactor 1.5 --threads "$threads" ${MUTATE_MUTATORS:+--mutators "$MUTATE_MUTATORS"} \
        --avoidCallsTo lambdadispatch.base.log --jvmPath "$JAVA_HOME/bin/java" --jvmArgs "--add-opens=java.base/java.lang=ALL-UNNAMED,-Djdk.virtualThreadScheduler.parallelism=1,-Djdk.virtualThreadScheduler.maxPoolSize=1,-ea,-XX:TieredStopAtLevel=1,-XX:+UseSerialGC,-Xmx384m,-Dlambdadispatch.log=$report/product.log" \
        > "$report/pit.log" 2>&1 || {
        tail -n 20 "$report/pit.log" >&2
        return 1
    }
    row "$name" "$report/mutations.csv"
    survivors "$report/mutations.xml" > "$report/survivors.txt"
}

# One row of the table. Columns of the file: source, class, mutator, method, line, status, test.
row() { # name file
    awk -F, -v name="$1" '
        { all++ }
        $6 == "NO_COVERAGE" { uncovered++ }
        $6 == "SURVIVED" { survived++ }
        END {
            covered = all - uncovered
            killed = covered - survived
            printf "| `%s` | %d | %d | %d | %d | %.0f %% | %.0f %% |\n", name, all, killed, survived, uncovered,
                covered ? 100 * killed / covered : 0, all ? 100 * killed / all : 0
        }' "$2"
}

# Where what nothing noticed is, and what was changed there. The report has one mutation a line.
survivors() { # file
    sed -nE "s|.*status='(SURVIVED\|NO_COVERAGE)'.*<sourceFile>([^<]*)<.*<mutatedMethod>([^<]*)<.*<lineNumber>([0-9]+)<.*<description>([^<]*)<.*|\2:\4 \3: \5 (\1)|p" "$1" |
        LC_ALL=C sort -t: -k1,1 -k2,2n
}

if [ $# -eq 0 ]; then set -- "${packages[@]}"; fi
printf '| package | mutants | killed | survived | not covered | of the covered | of all |\n|---|---|---|---|---|---|---|\n'
for name in "$@"; do mutate "$name"; done
