// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.File;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A class of the tests with a `main`, as an app of a [Stack]: in a process of its own, on the port in `PORT`.
public final class JavaApp {
    private JavaApp() {}

    /// For `Stack.app`.
    public static String command(Class<?> main) {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        return "exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '"
                + classPath + "' " + main.getName();
    }
}
