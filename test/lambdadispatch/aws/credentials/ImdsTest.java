// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import lambdadispatch.aws.Credentials;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// EC2 instances.
class ImdsTest {
    private static final String TOKEN = "PUT /latest/api/token";
    private static final String ROLES = "GET /latest/meta-data/iam/security-credentials/";

    @TempDir
    Path home;

    private static Reply healthy(Asked asked) {
        if (asked.toString().equals(TOKEN)) {
            return asked.header("x-aws-ec2-metadata-token-ttl-seconds").equals("21600") ? Reply.ok("AQAE==") : Reply.of(400, "");
        }
        if (!"AQAE==".equals(asked.header("x-aws-ec2-metadata-token"))) {
            return Reply.of(401, "Unauthorized");
        }
        return asked.toString().equals(ROLES) ? Reply.ok("router-role\n")
                : asked.toString().equals(ROLES + "router-role") ? Reply.ok(Keys.json("ASIA")) : Reply.of(404, "");
    }

    /// As the healthy service, but for one path.
    private static Function<Asked, Reply> except(String call, UnaryOperator<Reply> change) {
        return asked -> asked.toString().equals(call) ? change.apply(healthy(asked)) : healthy(asked);
    }

    private Chain chain(FakeService service) {
        return new Chain(home).set("AWS_EC2_METADATA_DISABLED", "false").set("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri() + "/");
    }

    private String refusal(Function<Asked, Reply> answers) {
        try (FakeService service = new FakeService(answers)) {
            return chain(service).refusal();
        }
    }

    @Test
    void roleOfTheInstanceIsAskedForWithASessionToken() throws Exception {
        try (FakeService service = new FakeService(ImdsTest::healthy)) {
            assertThat(chain(service).get()).isEqualTo(new Credentials("ASIA", "SECRET", "TOKEN"));
            assertThat(service.asked()).extracting(Asked::toString).containsExactly(TOKEN, ROLES, ROLES + "router-role");
        }
    }

    @Test
    void tokenThatHasBecomeInvalidIsReplacedOnce() throws Exception {
        int[] tokens = {0};
        Function<Asked, Reply> first = asked -> asked.toString().equals(TOKEN) && tokens[0]++ == 0 ? Reply.ok("OLD") : healthy(asked);
        try (FakeService service = new FakeService(first)) {
            assertThat(chain(service).get().accessKeyId()).isEqualTo("ASIA");
            assertThat(service.asked()).extracting(Asked::toString).containsExactly(TOKEN, ROLES, TOKEN, ROLES, ROLES + "router-role");
        }
        assertThat(refusal(asked -> asked.toString().equals(TOKEN) ? Reply.ok("OLD") : healthy(asked)))
                .startsWith("passing: EC2 metadata service answered 401");
    }

    @Test
    void version1IsNeverFallenBackTo() {
        try (FakeService service = new FakeService(except(TOKEN, _ -> Reply.of(403, "")))) {
            assertThat(chain(service).refusal()).startsWith("passing: EC2 metadata service: no session token")
                    .contains("status 403, it is turned off");
            assertThat(service.asked()).extracting(Asked::toString).containsOnly(TOKEN);
        }
    }

    @Test
    void credentialsPastTheirTimeAreUsedOnForAWhile() throws Exception {
        String old = Keys.json("ASIA").replace(Keys.EXPIRES, "2026-03-01T11:00:00Z");
        try (FakeService service = new FakeService(except(ROLES + "router-role", _ -> Reply.ok(old)))) {
            assertThat(chain(service).get().accessKeyId()).isEqualTo("ASIA");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET /latest/meta-data/iam/security-credentials/            | 404 | | lasting: EC2 metadata service: this instance has no role",
        "GET /latest/meta-data/iam/security-credentials/            | 200 | | lasting: EC2 metadata service: this instance has no role",
            "GET /latest/meta-data/iam/security-credentials/            | 500 | | passing: EC2 metadata service answered 500 when asked for its roles",
            "GET /latest/meta-data/iam/security-credentials/            | 200 | <html> | passing: EC2 metadata service answered with something else than the name of a role",
            "GET /latest/meta-data/iam/security-credentials/router-role | 404 | | passing: EC2 metadata service answered 404 when asked for the role router-role",
            "GET /latest/meta-data/iam/security-credentials/router-role | 503 | | passing: EC2 metadata service answered 503 when asked for the role router-role",
            "GET /latest/meta-data/iam/security-credentials/router-role | 200 | {\"Code\":\"AssumeRoleUnauthorizedAccess\"} | lasting: EC2 metadata service has no credentials: AssumeRoleUnauthorizedAccess",
            "GET /latest/meta-data/iam/security-credentials/router-role | 200 | {\"Code\":\"Success\",\"AccessKeyId\":\"A\"} | passing: EC2 metadata service answered without SecretAccessKey",
            "GET /latest/meta-data/iam/security-credentials/router-role | 200 | {\"SecretAccessKey\": | passing: EC2 metadata service answered with malformed JSON"
    })
    void faultsSayWhatIsWrong(String call, int status, String body, String expected) {
        assertThat(refusal(except(call, _ -> Reply.of(status, body == null ? "" : body)))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(value = Manner.class, mode = EnumSource.Mode.EXCLUDE, names = "WELL")
    void answerThatDoesNotComeWholeIsAFaultThatPasses(Manner manner) {
        for (String call : new String[] {TOKEN, ROLES, ROLES + "router-role"}) {
            try (FakeService service = new FakeService(except(call, reply -> reply.in(manner)))) {
                assertThat(chain(service).impatient().refusal()).startsWith("passing: EC2 metadata service: ").contains("hop limit");
            }
        }
    }
}
