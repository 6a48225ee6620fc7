// SPDX-License-Identifier: MIT
package lambdadispatch.aws.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import lambdadispatch.invoke.CallbackAddress;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What ECS and EC2 say about where this host is.
@Timeout(30)
class CallbackAddressTest {
    private static final String FARGATE = """
            {"DockerId":"cd189a933e5849daa93386466019ab50-2495160603","Name":"router","Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":["10.0.2.17"],
             "AttachmentIndex":0,"MACAddress":"02:00:00:00:00:01","IPv4SubnetCIDRBlock":"10.0.2.0/24","PrivateDNSName":"ip-10-0-2-17.ec2.internal"}]}""";
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Duration IMPATIENT = Duration.ofMillis(200);

    @TempDir
    Path home;

    private Optional<String> find(CallbackAddress platform, FakeService service, Duration limit) {
        Map<String, String> environment =
                new HashMap<>(Map.of("HOME", home.toString(), "ECS_CONTAINER_METADATA_URI_V4", service.uri() + "/v4/abc",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri().toString()));
        return platform.find(environment, limit);
    }

    private Optional<String> ecs(String answer) {
        try (FakeService service =
                new FakeService(asked -> asked.toString().equals("GET /v4/abc") ? Reply.ok(answer) : Reply.of(404, ""))) {
            return find(new EcsAddress(), service, PATIENT);
        }
    }

    private Optional<String> ec2(Reply token, Reply address) {
        try (FakeService service = new FakeService(asked -> switch (asked.toString()) {
            case "PUT /latest/api/token" -> token;
        case "GET /latest/meta-data/local-ipv4" ->
            asked.header("x-aws-ec2-metadata-token").equals(token.body()) ? address : Reply.of(401, "");
            default -> Reply.of(404, "");
        })) {
            return find(new Ec2Address(), service, PATIENT);
        }
    }

    @Test
    void taskWithItsOwnInterfaceIsAtItsAddress() {
        assertThat(ecs(FARGATE)).contains("10.0.2.17");
        assertThat(ecs(FARGATE.replace("\"IPv4Addresses\":[\"10.0.2.17\"]", "\"IPv6Addresses\":[\"2600:1f13::7\"]")))
                .contains("2600:1f13::7");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"Networks\":[{\"NetworkMode\":\"bridge\",\"IPv4Addresses\":[\"172.17.0.2\"]}]}",
            "{\"Networks\":[{\"NetworkMode\":\"host\",\"IPv4Addresses\":[\"\"]}]}",
        "{\"Networks\":[{\"NetworkMode\":\"awsvpc\",\"IPv4Addresses\":[\"evil.example.com\",7]}]}", "{}", "[]", "{\"Networks\":", "<html>"
    })
    void addressThatOthersCanNotReachIsNone(String answer) {
        assertThat(ecs(answer)).isEmpty();
    }

    @Test
    void instanceIsAtItsPrivateAddress() {
        assertThat(ec2(Reply.ok("TOKEN"), Reply.ok("10.1.2.3"))).contains("10.1.2.3");
        assertThat(ec2(Reply.of(403, ""), Reply.ok("10.1.2.3"))).isEmpty();
        assertThat(ec2(Reply.ok("TOKEN"), Reply.of(404, "10.1.2.3"))).isEmpty();
        assertThat(ec2(Reply.ok("TOKEN"), Reply.ok("evil.example.com"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Manner.class, mode = EnumSource.Mode.EXCLUDE, names = "WELL")
    void serviceThatDoesNotAnswerWholeIsNotWaitedFor(Manner manner) {
        try (FakeService service = new FakeService(_ -> Reply.ok(FARGATE).in(manner))) {
            assertThat(find(new EcsAddress(), service, IMPATIENT)).isEmpty();
            assertThat(find(new Ec2Address(), service, IMPATIENT)).isEmpty();
        }
    }

    @Test
    void elsewhereNobodyIsAsked() {
        try (FakeService service = new FakeService(_ -> Reply.ok(FARGATE))) {
            assertThat(new EcsAddress().find(Map.of(), PATIENT)).isEmpty();
            assertThat(new Ec2Address().find(Map.of("HOME", home.toString(), "AWS_EC2_METADATA_DISABLED", "true",
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri().toString()), PATIENT)).isEmpty();
            assertThat(new EcsAddress().find(Map.of("ECS_CONTAINER_METADATA_URI_V4", "not a uri"), PATIENT)).isEmpty();
            assertThat(service.asked()).isEmpty();
        }
    }
}
