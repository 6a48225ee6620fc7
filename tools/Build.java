// SPDX-License-Identifier: MIT

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// The verbs of `./build.sh`, which has found a JDK 25 and runs this from source in the repository's folder.
///
/// A verb that is a program of its own (run, image, bench, ...) is started by `build.sh` afterwards, in this process's place, so that
/// signals reach it: here its arguments are looked at, and what it needs is made.
final class Build {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    private Build() {}

    public static void main(String[] arguments) {
        String verb = arguments.length == 0 ? "help" : arguments[0];
        List<String> rest = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        try {
            System.exit(run(verb.equals("-h") || verb.equals("--help") ? "help" : verb, rest));
        } catch (WrongUse wrong) {
            System.err.println(wrong.getMessage());
            System.err.print(wrong.verb == null ? Help.ALL : Help.of(wrong.verb));
            System.exit(2);
        } catch (Failure failure) {
            System.err.println(failure.getMessage());
            System.exit(1);
        } catch (IOException | InterruptedException failure) {
            System.err.println(verb + " failed: " + failure);
            System.exit(1);
        }
    }

    private static int run(String verb, List<String> rest) throws IOException, InterruptedException {
        if (!Help.has(verb)) {
            throw new WrongUse(null, "There is no verb '" + verb + "'.");
        }
        if (!verb.equals("run") && !rest.isEmpty() && (rest.getFirst().equals("-h") || rest.getFirst().equals("--help"))) {
            System.out.print(Help.of(verb));
            return Help.SHOWN;
        }
        switch (verb) {
            case "help" -> System.out.print(Help.ALL);
            case "clean" -> {
                takesNothing(verb, rest);
                Stamps.delete(Compiler.OUT);
            }
            case "compile" -> compile(rest);
            case "test" -> {
                return TestRun.of(rest).run();
            }
            case "image" -> {
                boolean withoutSdk = rest.equals(List.of("--again")) || rest.equals(List.of("--rehearse"));
                if (!withoutSdk && takesWithSdk(verb, rest)) {
                    Stamps.locked(Compiler::sdk);
                }
                Stamps.locked(Compiler::modules);
            }
            case "docker", "oci" -> {
                if (takesWithSdk(verb, rest)) {
                    Stamps.locked(Compiler::sdk);
                }
                Stamps.locked(Compiler::modules);
            }
            case "simulate" -> {
                if (rest.size() > 2 || !rest.stream().allMatch(each -> WHOLE_NUMBER.matcher(each).matches())) {
                    throw new WrongUse(verb, "simulate takes two whole numbers at most, not " + String.join(" ", rest));
                }
                Stamps.locked(Compiler::modules);
            }
            case "jars" -> Jars.fetch(Path.of(rest.get(0)), Path.of(rest.get(1)));
            case "compile-tests" -> Stamps.locked(Compiler::tests);
            case "class-path" -> System.out.print(Compiler.testPath());
            case "lint" -> {} // needs nothing
            default -> Stamps.locked(Compiler::modules);
        }
        return 0;
    }

    private static void compile(List<String> rest) throws IOException, InterruptedException {
        if (rest.isEmpty()) {
            Stamps.locked(Compiler::modules);
        } else if (rest.equals(List.of("--with-sdk"))) {
            Stamps.locked(Compiler::sdk);
        } else {
            throw new WrongUse("compile", "compile takes --with-sdk or nothing, not " + String.join(" ", rest));
        }
    }

    private static boolean takesWithSdk(String verb, List<String> rest) {
        if (rest.isEmpty() || rest.equals(List.of("--with-sdk"))) {
            return !rest.isEmpty();
        }
        throw new WrongUse(verb, verb + " takes --with-sdk or nothing, not " + String.join(" ", rest));
    }

    private static void takesNothing(String verb, List<String> rest) {
        if (!rest.isEmpty()) {
            throw new WrongUse(verb, verb + " takes no arguments, not " + String.join(" ", rest));
        }
    }

    /// What ends a verb with a sentence for its user and status 1.
    static final class Failure extends RuntimeException {
        Failure(String message) {
            super(message);
        }
    }

    /// Arguments that a verb does not take: a sentence, the verb's own lines of the help, and status 2.
    static final class WrongUse extends RuntimeException {
        private final String verb; // null: all verbs are shown

        WrongUse(String verb, String message) {
            super(message);
            this.verb = verb;
        }
    }
}
