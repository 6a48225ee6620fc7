// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How the programs of this build are started: on this Java from the compiled modules, or as the linked images.
///
/// @param demo for `/bin/sh`
public record BuildCommands(List<String> router, List<String> extension, String demo) {
    // One carrier thread that is the event loop, and the serial collector: what the images have built in.
    private static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4", "-Xss256k",
            "--add-opens=java.base/java.lang=lambdadispatch.common",
            "-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1");

    /// From the module path that this program itself was started with, else from `build/modules`.
    public static BuildCommands ofModules() {
        return ofModules("", "");
    }

    /// @param routerHeap as for `-Xmx`, "" for Java's own choice; likewise `extensionHeap`
    static BuildCommands ofModules(String routerHeap, String extensionHeap) {
        return new BuildCommands(
                java(routerHeap, "lambdadispatch.router"),
                java(extensionHeap, "lambdadispatch.extension"),
                "exec " + String.join(" ", java("64m", "lambdadispatch.demo").stream().map(BuildCommands::quoted).toList()));
    }

    /// From `build/image`, as they are shipped.
    public static BuildCommands ofImages(Path images) {
        return new BuildCommands(
                List.of(images.resolve("router/bin/lambda-dispatch-router").toAbsolutePath().toString()),
                List.of(images.resolve("extension/bin/lambda-dispatch-extension").toAbsolutePath().toString()),
                ofModules().demo());
    }

    private static List<String> java(String heap, String module) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        if (!heap.isEmpty()) {
            command.add("-Xmx" + heap);
        }
        command.addAll(List.of("-p", modulePath(), "-m", module + "/" + module + ".Main"));
        return command;
    }

    private static String modulePath() {
        return Path.of(System.getProperty("jdk.module.path", "build/modules")).toAbsolutePath().toString();
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
