// SPDX-License-Identifier: MIT

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `./build.sh test`: chooses tests, runs JUnit's console launcher on them and closes with a line of totals.
///
/// By default tests run with the product's own thread settings, so that they meet what users will meet: one carrier, which is the event
/// loop.
final class TestRun {
    private static final String OPENED_FOR_THE_EVENT_LOOP = "--add-opens=java.base/java.lang=ALL-UNNAMED";
    private static final Path OUTPUT = Compiler.OUT.resolve("test-output.txt");
    private static final Pattern TOTAL = Pattern.compile("\\[ *([0-9]+) ([a-z ]+?) *]");

    private boolean eventLoop = true;
    private String carriers = "1";
    private boolean withSdk;
    private final List<String> selected = new ArrayList<>();
    private final Map<String, Integer> totals = new HashMap<>();

    private TestRun() {}

    static TestRun of(List<String> arguments) {
        TestRun run = new TestRun();
        List<String> classes = new ArrayList<>();
        List<String> methods = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--jdk-scheduler" -> run.eventLoop = false;
                case "--with-sdk" -> run.withSdk = true;
                case "--carriers" -> {
                    i++;
                    if (i == arguments.size() || !arguments.get(i).matches("[1-9][0-9]?")) {
                        throw new Build.WrongUse("test", "test --carriers takes a number of threads, not "
                                + (i == arguments.size() ? "nothing" : arguments.get(i)));
                    }
                    run.carriers = arguments.get(i);
                }
                default -> {
                    if (argument.startsWith("-")) {
                        run.selected.add(argument); // an option of the console launcher
                    } else if (argument.contains("#")) {
                        methods.add(argument);
                    } else {
                        classes.add(argument);
                    }
                }
            }
        }
        run.select(classes, methods);
        return run;
    }

    /// The launcher takes what every kind of filter lets through, so that classes and methods can not be asked for by a filter each: both
    /// become one filter of methods where there are any.
    private void select(List<String> classes, List<String> methods) {
        if (methods.isEmpty()) {
            classes.forEach(name -> selected.add("--include-classname=" + classPattern(name)));
        } else {
            methods.forEach(name -> selected.add("--include-methodname=" + methodPattern(name)));
            classes.forEach(name -> selected
                    .add("--include-methodname=(" + classPattern(name).replace("$|", "#.*$|").replaceAll("\\$$", "#.*\\$") + ")"));
        }
        if (classes.isEmpty() || !methods.isEmpty()) {
            selected.add("--include-classname=.*");
        }
    }

    /// A class, with or without package and "Test", or a package, with "*" for anything.
    private static String classPattern(String name) {
        String pattern = name.replace(".", "\\.").replace("*", ".*");
        return "^(.*[.$])?" + pattern + "(Test)?([$].*)?$|^(lambdadispatch\\.)?" + pattern + "\\..*$";
    }

    private static String methodPattern(String name) {
        int hash = name.indexOf('#');
        return "^(.*\\.)?" + name.substring(0, hash) + "(Test)?#" + name.substring(hash + 1) + "$";
    }

    /// @return the exit status: 0 if something ran and all of it passed
    int run() throws IOException, InterruptedException {
        Stamps.locked(withSdk ? Compiler::sdkTests : Compiler::tests);
        Path scanned = Compiler.OUT.resolve(withSdk ? "test-sdk" : "test");
        String path = withSdk ? scanned + File.pathSeparator + Compiler.sdkTestPath() : Compiler.testPath();
        Path log = Compiler.OUT.resolve("test.log");
        Files.deleteIfExists(log);
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (eventLoop) {
            command.add(OPENED_FOR_THE_EVENT_LOOP);
        }
        command.addAll(
                List.of("-Djdk.virtualThreadScheduler.parallelism=" + carriers, "-Djdk.virtualThreadScheduler.maxPoolSize=" + carriers,
                "-ea", "-Xmx512m", "-Dlambdadispatch.log=" + log, "-cp", path,
                "org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner", "--disable-ansi-colors", "--details=summary",
                "--fail-if-no-tests", "--scan-classpath=" + scanned));
        command.addAll(selected);
        return judged(launched(command));
    }

    private int launched(List<String> command) throws IOException, InterruptedException {
        Process launcher = new ProcessBuilder(command).redirectErrorStream(true).start();
        launcher.getOutputStream().close();
        try (BufferedReader said = launcher.inputReader(); PrintStream kept = new PrintStream(OUTPUT.toFile())) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                System.out.println(line);
                kept.println(line);
                Matcher total = TOTAL.matcher(line);
                if (total.matches()) {
                    totals.put(total.group(2), Integer.parseInt(total.group(1)));
                }
            }
        }
        return launcher.waitFor();
    }

    private int judged(int status) {
        int passed = totals.getOrDefault("tests successful", 0);
        int failed = totals.getOrDefault("tests failed", 0) + totals.getOrDefault("containers failed", 0);
        if (!totals.containsKey("tests successful")) {
            System.err.println("The test launcher ended without totals.");
            failed = 1;
        } else if (failed == 0 && status != 0) {
            System.err.println(passed > 0 ? "The test launcher ended with " + status + "." : "No test matches.");
            failed = 1;
        }
        System.out.printf("%d passed, %d failed, %d skipped%n", passed, failed, totals.getOrDefault("tests left out", 0));
        return failed == 0 ? 0 : 1;
    }
}
