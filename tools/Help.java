// SPDX-License-Identifier: MIT

import java.util.List;
import java.util.Set;

/// What `./build.sh help` says; `VERB --help` shows the lines of one verb.
final class Help {
    /// Status that tells `build.sh` to start nothing: the help was shown instead.
    static final int SHOWN = 64;

    static final String ALL = """
            Usage: ./build.sh VERB [ARGUMENTS]

              compile [--with-sdk]   compile all modules into build/modules (--with-sdk: then the AWS SDK invoker into build/modules-sdk)
              test [NAME...]         run all tests, or those of the classes or packages named:
                                     JsonTest, Json, 'Http1*', json, lambdadispatch.http.h2, JsonTest#aMethod
                                     The last line counts what passed, failed and was skipped; why it was stands above it
              test [--jdk-scheduler] [--carriers N] [NAME...]   the same on the JDK's scheduler instead of our event loop, and on N threads
              test --with-sdk [NAME...]   run the tests of the AWS SDK invoker, which the plain build does not know
              run [OPTIONS]          start the local stack: emulated Lambda, router, demo app (run --help)
              image [--with-sdk]     link the run-time images and the Lambda layer into build/image (--with-sdk: also router-sdk)
              image --again          make the images twice and compare each file
              image --rehearse       record anew which of the JDK's classes the AOT caches hold
              bench [NAME...]        measure, on the images
              h2spec [OPTION...]     run the HTTP/2 conformance suite
              simulate [SEEDS [REQUESTS]]   run the dispatch simulation; writes its tables into docs/simulation.md and docs/simulation.svg
              cost [OPTIONS]         what a workload costs a month on AWS in several ways (cost --help)
              lint [LINTER...]       run the linters that are installed on scripts, workflows and templates
              fuzz [COUNT|SECONDSs]  fuzz every parser, for so many inputs or seconds (60s)
              mutate [NAME...]       change the code one instruction at a time and count what the tests notice: packages (http.h2) or classes
              soak [NAME...] [SECONDS]   run the real processes for long while things go wrong: chaos, dying, rotation, restart, deploys, routers, outliers, overload, runaway, attacks; sixteen, each-attack, idle
              docker [--with-sdk]    build the container images with a container engine (--with-sdk: also the router's with the AWS SDK)
              oci [--with-sdk]       write the container images as OCI archives, without any engine
              clean                  remove build/
              help                   this text; VERB --help shows a verb's own lines

            JDK 25 is taken from JAVA_HOME, the usual folders, or the path.
            """;

    /// For the scripts of other verbs: `jars PINS FOLDER` fetches pinned jars, `compile-tests` compiles without running, `class-path`
    /// prints the tests' class path.
    private static final Set<String> UNLISTED = Set.of("jars", "compile-tests", "class-path");

    private Help() {}

    static boolean has(String verb) {
        return UNLISTED.contains(verb) || !of(verb).isEmpty();
    }

    /// The lines that begin with the verb, each with those that are indented further below it.
    static String of(String verb) {
        StringBuilder lines = new StringBuilder();
        boolean mine = false;
        for (String line : ALL.lines().toList()) {
            if (line.isEmpty() || line.matches(" {2}[a-z].*")) {
                mine = List.of(line.strip().split(" +")).getFirst().equals(verb);
            }
            if (mine) {
                lines.append(line).append('\n');
            }
        }
        return lines.toString();
    }
}
