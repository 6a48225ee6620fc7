// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostCommandTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return new CostCommand(new PrintStream(printed, true, UTF_8)).run(List.of(arguments));
    }

    private String printed() {
        return printed.toString(UTF_8);
    }

    @Test
    void everyWayHasARowAndTheCheapestIsNamed() {
        assertThat(run("--rps", "200", "--seconds", "0.5", "--cpu", "0.02")).isZero();
        assertThat(printed()).contains("Lambda Dispatch", "a request per environment", "provisioned", "managed instances",
                "Fargate is cheaper here");
    }

    @Test
    void busyRequestsGetTheAdviceToShareLess() {
        run("--cpu", "0.5");
        assertThat(printed()).contains("MaxConcurrentCount=2");
    }

    @Test
    void jsonIsForPrograms() throws JsonException {
        assertThat(run("--json", "--rps", "1")).isZero();
        assertThat(Json.parse(printed().strip())).isInstanceOfSatisfying(Json.JsonObject.class,
                cost -> assertThat(cost.items("usdPerMonth")).hasSize(5));
    }

    @Test
    void traceTakesThePlaceOfRateAndPeak(@TempDir Path folder) throws IOException {
        Path trace = Files.writeString(folder.resolve("trace.csv"), "0,60\n60,180\n");
        assertThat(run("--trace", trace.toString())).isZero();
        assertThat(printed()).startsWith("2.000 requests/s on average, 3.000 at the peak");
    }

    @Test
    void whatCanNotBeUsedIsSaidInOneLine() {
        assertThat(run("--rps", "many")).isEqualTo(2);
        assertThat(run("--speed", "1")).isEqualTo(2);
        assertThat(run("--rps")).isEqualTo(2);
        assertThat(run("--arch", "sparc")).isEqualTo(2);
        assertThat(run("--trace", "/nowhere/trace")).isEqualTo(2);
        assertThat(printed().lines()).hasSize(5).noneMatch(line -> line.contains("Exception at"));
    }

    @Test
    void plotIsWrittenAndTheSameForTheSameFigures(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) throws Exception {
        java.nio.file.Path file = folder.resolve("cost.svg");
        assertThat(new CostCommand(new java.io.PrintStream(new java.io.ByteArrayOutputStream()))
                .run(java.util.List.of("--plot", file.toString()))).isZero();
        String svg = java.nio.file.Files.readString(file);
        assertThat(svg).startsWith("<svg ").endsWith("</svg>\n").contains("Lambda Dispatch", "Fargate").doesNotContain("NaN", "Infinity");
        assertThat(svg).as("docs/cost.svg is what ./build.sh cost --plot docs/cost.svg draws")
                .isEqualTo(java.nio.file.Files.readString(java.nio.file.Path.of("docs/cost.svg")));
    }
}
