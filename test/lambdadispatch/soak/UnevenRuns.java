// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import lambdadispatch.support.JavaApp;
import lambdadispatch.support.Stack;

/// One instance of four that is worse than the others, and more requests than the only instance can serve: what clients get.
final class UnevenRuns {
    private static final int WARM_UP_SECONDS = 15;

    private UnevenRuns() {}

    /// 60 requests a second on four instances.
    static void outliers(int seconds, Function<RouterLog, Stack> stacks) throws Exception {
        System.out.println("| one of four | requests | answered by it | status 500 | p50 | p99 | longest |\n|---|---|---|---|---|---|---|");
        for (UnevenApp.Kind kind : UnevenApp.Kind.values()) {
            Path folder = Files.createTempDirectory("uneven");
            Path mark = folder.resolve("bad");
            try (Stack stack = stack(stacks, kind, mark).instances(6).router("LAMBDA_DISPATCH_MinInstanceCount", "4")
                    .router("LAMBDA_DISPATCH_MaxInstanceCount", "4").start();
                    Arrivals arrivals = new Arrivals()) {
                arrivals.come(stack.url("/"), 20, WARM_UP_SECONDS);
                List<Arrivals.Answer> answers = arrivals.come(stack.url("/"), 60, seconds);
                List<Double> millis = answers.stream().map(Arrivals.Answer::millis).toList();
                System.out.printf("| %s | %d | %d | %d | %.0f ms | %.0f ms | %.0f ms |%n", kind, answers.size(),
                        answers.stream().filter(each -> each.body().equals("bad")).count(),
                        answers.stream().filter(each -> each.status() == 500).count(), AnswerTally.quantile(millis, 0.5),
                        AnswerTally.quantile(millis, 0.99), AnswerTally.quantile(millis, 1));
            } finally {
                Files.deleteIfExists(mark);
                Files.deleteIfExists(folder);
            }
        }
    }

    /// Twice what one instance of four slots can serve.
    static void overload(int seconds, Function<RouterLog, Stack> stacks) throws Exception {
        System.out.println("| ShedOverload | requests | answered within 1 s | 200 | 503 | p99 of the 200 |\n|---|---|---|---|---|---|");
        for (String sheds : List.of("false", "true")) {
            Path folder = Files.createTempDirectory("uneven");
            Path mark = folder.resolve("bad");
            try (Stack stack = stack(stacks, UnevenApp.Kind.NOTHING, mark).instances(2).router("LAMBDA_DISPATCH_MinInstanceCount", "1")
                    .router("LAMBDA_DISPATCH_MaxInstanceCount", "1")
                            .router("LAMBDA_DISPATCH_MaxConcurrentCount", "4").router("LAMBDA_DISPATCH_ShedOverload", sheds).start();
                    Arrivals arrivals = new Arrivals()) {
                arrivals.come(stack.url("/"), 10, WARM_UP_SECONDS);
                List<Arrivals.Answer> answers = arrivals.come(stack.url("/"), 100, seconds);
                List<Double> good = answers.stream().filter(each -> each.status() == 200).map(Arrivals.Answer::millis).toList();
                System.out.printf("| %s | %d | %.1f %% | %d | %d | %.1f s |%n", sheds, answers.size(),
                        100.0 * good.stream().filter(each -> each <= 1000).count() / answers.size(),
                        good.size(), answers.stream().filter(each -> each.status() == 503).count(),
                        AnswerTally.quantile(good, 0.99) / 1000);
            } finally {
                Files.deleteIfExists(mark);
                Files.deleteIfExists(folder);
            }
        }
    }

    private static Stack stack(Function<RouterLog, Stack> stacks, UnevenApp.Kind kind, Path mark) {
        return stacks.apply(new RouterLog()).app(JavaApp.command(UnevenApp.class)).environment("UNEVEN_KIND", kind.name())
                .environment("UNEVEN_MARK", mark.toString());
    }
}
