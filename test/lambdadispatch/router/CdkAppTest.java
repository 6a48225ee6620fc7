// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The CDK app, compiled and synthesised without an account, makes what the CloudFormation template says. Its packages are there where
/// `.ci/run` has fetched them.
@Timeout(180)
class CdkAppTest {
    private static final Path APP = Path.of("docker/aws/cdk");
    private static final Path PACKAGES = Path.of("build/tools/cdk/node_modules").toAbsolutePath();

    @Test
    void makesWhatTheCloudFormationTemplateSays(@TempDir Path folder) throws Exception {
        Tool node = Tool.need("node");
        Assumptions.assumeTrue(Files.isDirectory(PACKAGES.resolve("aws-cdk-lib")),
                "CDK's packages are not in " + PACKAGES + ": .ci/run fetches them");
        for (String name : List.of("app.ts", "lambda-dispatch.ts", "alarms.ts", "tsconfig.json")) {
            Files.copy(APP.resolve(name), folder.resolve(name));
        }
        Path packages = Files.createSymbolicLink(folder.resolve("node_modules"), PACKAGES);
        try {
            node.run(PACKAGES.resolve("typescript/bin/tsc").toString(), "--project", folder.toString()).success();
            synthesise(node, folder);
        } finally {
            Files.delete(packages);
        }
        String template = Files.readString(folder.resolve("cdk.out/shop.template.json"));
        String fargate = Files.readString(Path.of("docker/aws/fargate.yaml"));
        for (String metric : Pattern.compile("MetricName: (\\w+)").matcher(fargate).results().map(found -> found.group(1))
                .collect(Collectors.toSet())) {
            assertThat(template).contains("\"MetricName\": \"" + metric + "\"");
        }
        assertThat(count(template, "\"Type\": \"AWS::CloudWatch::Alarm\"")).isEqualTo(count(fargate, "Type: AWS::CloudWatch::Alarm"));
        assertThat(template).contains("\"ReservedConcurrentExecutions\": 60", "\"MaxCapacity\": 4", "\"MinCapacity\": 2",
                "\"StopTimeout\": 60", "\"ReadonlyRootFilesystem\": true", "\"Timeout\": 900",
                "\"User\": \"65532:65532\"", "\"HealthCheckPath\": \"/health\"", "\"ToPort\": 5004", "\"lambda:InvokeFunction\"");
        for (var attribute : Pattern.compile("\\{Key: ([\\w.]+), Value: \"?(\\w+)\"?}").matcher(fargate).results().toList()) {
            assertThat(template).containsPattern(
                    "\"Key\": \"" + Pattern.quote(attribute.group(1)) + "\",\\s+\"Value\": \"" + attribute.group(2) + "\"");
        }
    }

    private static void synthesise(Tool node, Path folder) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(node.path().toString(), folder.resolve("out/app.js").toString())
                .directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        builder.environment().put("CDK_OUTDIR", folder.resolve("cdk.out").toString());
        builder.environment().put("CDK_CONTEXT_JSON",
                "{\"routerImage\":\"example/router:1\",\"repository\":\"shop\",\"tag\":\"1\",\"alarmEmail\":\"you@example.com\"}");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(folder.resolve("said"))).isZero();
    }

    private static long count(String text, String words) {
        return Pattern.compile(Pattern.quote(words)).matcher(text).results().count();
    }
}
