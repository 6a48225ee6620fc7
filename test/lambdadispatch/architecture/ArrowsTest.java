// SPDX-License-Identifier: MIT
package lambdadispatch.architecture;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds which module may read which, and which package may name which. To change the design, change the tables.
class ArrowsTest {
    /// Each module's `requires`, beyond java.base.
    private static final Map<String, Set<String>> MODULES = Map.of(
            "lambdadispatch.common", Set.of(),
            "lambdadispatch.extension", Set.of("lambdadispatch.common", "java.net.http"),
            "lambdadispatch.router", Set.of("lambdadispatch.common"),
            "lambdadispatch.aws", Set.of("lambdadispatch.common"),
            "lambdadispatch.emulator", Set.of("lambdadispatch.common", "lambdadispatch.aws"),
            "lambdadispatch.demo", Set.of("lambdadispatch.common"));

    /// The SDK module alone may read modules that are not ours or the JDK's.
    private static final String SDK_MODULE = "lambdadispatch.aws.sdk";
    private static final Pattern SDK_MAY_READ = Pattern
            .compile("lambdadispatch\\.common|jdk\\.net|io\\.netty\\.transport|software\\.amazon\\.awssdk\\..*|org\\.reactivestreams");

    /// The packages of the common module, from the bottom up. A package names only what stands beside it here.
    private static final Map<String, Set<String>> COMMON = new TreeMap<>(Map.ofEntries(
            entry("carrier", Set.of()),
            entry("base", Set.of()),
            entry("base.config", Set.of()),
            entry("base.json", Set.of("base")),
            entry("base.log", Set.of("base", "carrier")),
            entry("base.metrics", Set.of("base")),
            entry("invoke", Set.of()),
            entry("cost", Set.of()),
            entry("net", Set.of("base", "base.log", "carrier")),
            entry("net.tls", Set.of("base", "base.log", "carrier", "net")),
            entry("http.message", Set.of("base", "net")),
            entry("http.hpack", Set.of("base", "http.message")),
            entry("http.server", Set.of("http.message", "net")), // what a handler sees, without an engine
            entry("http.client", Set.of("base", "carrier", "http.message", "net", "net.tls")),
            entry("http.h1", Set.of("base", "base.log", "carrier", "http.message", "http.server", "net")),
            entry("http.h2", Set.of("base", "base.log", "carrier", "http.hpack", "http.message", "http.server", "net")),
            entry("http.listener",
                    Set.of("base", "base.log", "carrier", "http.h1", "http.h2", "http.message", "http.server", "net", "net.tls")),
            entry("protocol", Set.of("base", "base.json", "base.log", "http.message", "net"))));

    /// Dispatch and scaling are pure state: they see neither sockets nor HTTP, so that a simulation can drive them.
    private static final String DISPATCH = "lambdadispatch.router.dispatch";
    private static final Set<String> DISPATCH_MAY_NAME = Set.of("lambdadispatch.base", "lambdadispatch.net", "lambdadispatch.invoke",
            "lambdadispatch.base.log", "lambdadispatch.base.metrics");

    private static final Pattern REQUIRES = Pattern.compile("^\\s*requires (?:(?:static|transitive) )*([\\w.]+);");

    @Test
    void modulesReadOnlyWhatTheTableAllows() {
        List<String> faults = new ArrayList<>();
        for (Path file : Sources.files("module-info.java", "src")) {
            String module = null;
            for (String line : Sources.lines(file)) {
                if (line.startsWith("module ")) {
                    module = line.split("[ {]+")[1];
                }
                Matcher requires = REQUIRES.matcher(line);
                if (requires.find() && !mayRead(module, requires.group(1))) {
                    faults.add(module + " -> " + requires.group(1));
                }
            }
            if (!SDK_MODULE.equals(module) && !MODULES.containsKey(module)) {
                faults.add(module + " is not in the table");
            }
        }
        assertThat(faults).isEmpty();
    }

    private static boolean mayRead(String module, String required) {
        return SDK_MODULE.equals(module) ? SDK_MAY_READ.matcher(required).matches()
                : MODULES.getOrDefault(module, Set.of()).contains(required);
    }

    @Test
    void packagesOfCommonNameOnlyWhatTheTableAllows() {
        List<String> faults = new ArrayList<>();
        Sources.arrows("src/common").forEach((from, targets) -> {
            Set<String> allowed = COMMON.get(shortName(from));
            if (allowed == null) {
                faults.add(from + " is not in the table");
                return;
            }
            targets.stream().filter(to -> !allowed.contains(shortName(to))).forEach(to -> faults.add(from + " -> " + to));
        });
        assertThat(faults).isEmpty();
    }

    @Test
    void dispatchStaysPure() {
        assertThat(DISPATCH_MAY_NAME).containsAll(Sources.arrows("src/router").getOrDefault(DISPATCH, Set.of()));
    }

    /// The proxy and the control port meet in the seam between them: a second control protocol changes nothing of the proxy.
    @Test
    void proxyAndControlPortNameTheSeamAndNotEachOther() {
        Map<String, Set<String>> arrows = Sources.arrows("src/router");
        String proxy = "lambdadispatch.router.incoming";
        String control = "lambdadispatch.router.control";
        String seam = "lambdadispatch.router.channel";
        assertThat(arrows.get(proxy)).contains(seam).doesNotContain(control);
        assertThat(arrows.get(control)).contains(seam).doesNotContain(proxy);
        assertThat(arrows.get(seam)).doesNotContain(proxy, control);
    }

    /// What is granted to a request can carry it: `RequestChannel.of` relies on that.
    @Test
    void everySlotOfTheRouterIsARequestChannel() {
        List<String> slots = new ArrayList<>();
        for (Path file : Sources.files(".java", "src")) {
            Sources.lines(file).stream().filter(line -> line.contains(" extends Slot ")).forEach(slots::add);
        }
        assertThat(slots).isNotEmpty().allMatch(line -> line.contains(" implements RequestChannel "));
    }

    @Test
    void theTableItselfHasNoCycle() {
        assertThat(cycle(COMMON)).isEmpty();
    }

    @Test
    void noPackagesNameEachOtherInACircle() {
        assertThat(cycle(Sources.arrows("src"))).isEmpty();
    }

    @Test
    void aCircleIsFound() {
        assertThat(cycle(Map.of("a", Set.of("b"), "b", Set.of("c"), "c", Set.of("b")))).containsExactlyInAnyOrder("a", "b", "c");
    }

    /// The packages that are left when those that name no other one left are taken away, again and again: a circle and what names it.
    private static Set<String> cycle(Map<String, Set<String>> arrows) {
        Map<String, Set<String>> left = new TreeMap<>(arrows);
        Deque<String> leaves = new ArrayDeque<>();
        do {
            leaves.forEach(left::remove);
            leaves.clear();
            left.forEach((from, targets) -> {
                if (targets.stream().noneMatch(left::containsKey)) {
                    leaves.add(from);
                }
            });
        } while (!leaves.isEmpty());
        return left.keySet();
    }

    private static String shortName(String packageName) {
        return packageName.substring("lambdadispatch.".length());
    }
}
