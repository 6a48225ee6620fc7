// SPDX-License-Identifier: MIT

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Compiles modules and tests into `build/`, with the JDK's own compiler in this process.
final class Compiler {
    static final Path OUT = Path.of("build");
    private static final Path MODULES = OUT.resolve("modules");
    private static final Path SDK_MODULES = OUT.resolve("modules-sdk");
    private static final Path SDK_JARS = OUT.resolve("sdk");
    private static final List<String> NAMES = List.of("common", "extension", "router", "aws", "emulator", "demo");
    private static final String SDK = "lambdadispatch.aws.sdk";
    private static final List<String> STRICT = List.of("--release", "25", "-Werror", "-proc:none", "-g", "-encoding", "UTF-8");
    // Tests may leave a resource to its extension and keep a throwable's fields as they are.
    private static final String TEST_LINT = "-Xlint:all,-try,-serial,-this-escape,-exports";

    private Compiler() {}

    private static String version() {
        return System.getenv().getOrDefault("LAMBDA_DISPATCH_VERSION", "0.1.0");
    }

    /// All modules of the product, into `build/modules`.
    static void modules() throws IOException, InterruptedException {
        Stamps.unlessUnchanged("modules", System.getProperty("java.home") + " " + version(), List.of(Path.of("src")),
                Compiler::compileModules);
    }

    private static void compileModules() throws IOException {
        List<String> names = present();
        Path fresh = fresh(MODULES);
        List<String> arguments = arguments("-Xlint:all", "--module-version", version(), "-d", fresh.toString());
        names.forEach(name -> arguments.addAll(List.of("--module-source-path", module(name) + "=src/" + name)));
        arguments.addAll(List.of("--module", names.stream().map(Compiler::module).collect(Collectors.joining(","))));
        javac(arguments);
        for (String name : names) {
            copyResources(Path.of("src", name), fresh.resolve(module(name)));
        }
        replace(MODULES, fresh);
        System.err.println("compiled " + arguments.getLast() + " into " + MODULES);
    }

    /// The AWS SDK invoker lies in folders of its own, beside the pinned jars that it needs: nothing else ever sees either.
    static void sdk() throws IOException, InterruptedException {
        modules();
        Path source = Path.of("src/aws-sdk");
        Jars.fetch(source.resolve("jars.sha256"), SDK_JARS);
        Stamps.unlessUnchanged("modules-sdk", Stamps.of("modules"), List.of(source), () -> {
            Path fresh = fresh(SDK_MODULES);
            javac(arguments("-Xlint:all", "--module-version", version(), "-d", fresh.toString(), "--module-source-path", SDK + "=" + source,
                    "--module-path", MODULES + File.pathSeparator + SDK_JARS, "--module", SDK));
            copyResources(source, fresh.resolve(SDK));
            replace(SDK_MODULES, fresh);
            System.err.println("compiled " + SDK + " into " + SDK_MODULES);
        });
    }

    /// The tests, into `build/test`; what they test first.
    static void tests() throws IOException, InterruptedException {
        Jars.fetch(Path.of("test/jars.sha256"), OUT.resolve("lib"));
        modules();
        Path source = Path.of("test/lambdadispatch");
        Stamps.unlessUnchanged("test", Stamps.of("modules"), List.of(source, Stamps.file("modules")),
                () -> compileTests(source, OUT.resolve("test"), TEST_LINT, productAndJars()));
    }

    /// The tests of the AWS SDK invoker, into `build/test-sdk`.
    static void sdkTests() throws IOException, InterruptedException {
        tests();
        sdk();
        Path source = Path.of("test/sdk");
        Stamps.unlessUnchanged("test-sdk", Stamps.of("test") + Stamps.of("modules-sdk"),
                List.of(source, Stamps.file("test"), Stamps.file("modules-sdk")),
                () -> compileTests(source, OUT.resolve("test-sdk"), TEST_LINT + ",-processing,-classfile", sdkTestPath()));
    }

    private static void compileTests(Path source, Path target, String lint, String classPath) throws IOException {
        Path fresh = fresh(target);
        List<String> arguments = arguments(lint, "-d", fresh.toString(), "-cp", classPath);
        arguments.addAll(files(source, ".java"));
        javac(arguments);
        replace(target, fresh);
    }

    /// What tests run on; `test/` itself is there for its data and services.
    static String testPath() throws IOException {
        return join(OUT.resolve("test").toString(), "test", productAndJars());
    }

    static String sdkTestPath() throws IOException {
        return join(testPath(), SDK_MODULES.resolve(SDK).toString(), join(files(SDK_JARS, ".jar").toArray(String[]::new)));
    }

    private static String productAndJars() throws IOException {
        Stream<String> product = present().stream().map(name -> MODULES.resolve(module(name)).toString());
        return join(Stream.concat(product, files(OUT.resolve("lib"), ".jar").stream()).toArray(String[]::new));
    }

    /// Some container builds have only some of the modules.
    private static List<String> present() {
        return NAMES.stream().filter(name -> Files.isRegularFile(Path.of("src", name, "module-info.java"))).toList();
    }

    private static String module(String name) {
        return "lambdadispatch." + name;
    }

    private static String join(String... entries) {
        return String.join(File.pathSeparator, entries);
    }

    private static List<String> arguments(String... further) {
        List<String> arguments = new ArrayList<>(STRICT);
        arguments.addAll(List.of(further));
        return arguments;
    }

    private static void javac(List<String> arguments) {
        ToolProvider javac = ToolProvider.findFirst("javac")
                .orElseThrow(() -> new Build.Failure("This Java has no compiler: a JDK is needed, not a run-time image."));
        if (javac.run(System.out, System.err, arguments.toArray(String[]::new)) != 0) {
            throw new Build.Failure("Not compiled.");
        }
    }

    private static Path fresh(Path target) throws IOException {
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        Stamps.delete(fresh);
        return Files.createDirectories(fresh);
    }

    private static void replace(Path target, Path fresh) throws IOException {
        Stamps.delete(target);
        Files.move(fresh, target);
    }

    private static List<String> files(Path folder, String ending) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.map(Path::toString).filter(file -> file.endsWith(ending)).sorted().toList();
        }
    }

    private static void copyResources(Path from, Path to) throws IOException {
        for (String file : files(from, "")) {
            Path source = Path.of(file);
            if (Files.isRegularFile(source) && !file.endsWith(".java") && !file.endsWith(".sh") && !file.endsWith(".sha256")) {
                Path target = to.resolve(from.relativize(source));
                Files.createDirectories(target.getParent());
                Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
