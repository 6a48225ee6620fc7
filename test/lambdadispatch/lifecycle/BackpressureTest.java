// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// More requests than there is room for, with one instance of each function that runs one request at a time; and functions that clients
/// name.
@Timeout(120)
class BackpressureTest {
    @RegisterExtension
    static final Stack STACK = new Stack().instances(1).functions("other", "hidden")
            .router("LAMBDA_DISPATCH_MaxConcurrentCount", "1").router("LAMBDA_DISPATCH_ChannelCount", "1")
            .router("LAMBDA_DISPATCH_MaxQueueLength", "2").router("LAMBDA_DISPATCH_IncomingRequestTimeout", "3s")
            .router("LAMBDA_DISPATCH_AllowedFunctions", "oth*");

    private static final String[] OTHER = {"X-Lambda-Name", "other"};
    private static Calls calls;

    @BeforeAll
    static void bothAreOpen() throws Exception {
        calls = new Calls(STACK);
        calls.get("/ping");
        calls.get("/ping", OTHER);
    }

    @AfterAll
    static void stop() {
        calls.close();
    }

    @Test
    void fullQueueIs503AndAWaitThatIsTooLong504AndTheOtherPoolNeverNotices() throws Exception {
        CompletableFuture<HttpResponse<String>> running = calls.later("GET", "/delay?ms=7500");
        calls.working();
        List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            others.add(calls.later("GET", "/ping"));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(calls.get("/ping", OTHER).body()).as("of the other function").isEqualTo("pong");
        }
        assertThat(running).as("still waits").isNotDone();
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> each : others) {
            answers.add(each.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        assertThat(answers.stream().map(HttpResponse::statusCode)).containsExactlyInAnyOrder(503, 504, 504);
        HttpResponse<String> refused = answers.stream().filter(each -> each.statusCode() == 503).findFirst().orElseThrow();
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
        assertThat(running.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(calls.get("/ping").body()).isEqualTo("pong");
    }

    @Test
    void atConcurrencyOneNoWakeUpIsLost() throws Exception {
        List<Thread> clients = new ArrayList<>();
        List<Integer> statuses = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int client = 0; client < 3; client++) { // one runs, two wait: the queue is never full
            clients.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 150; i++) {
                    statuses.add(calls.later("GET", "/ping").join().statusCode());
                }
            }));
        }
        for (Thread each : clients) {
            each.join();
        }
        assertThat(statuses).hasSize(450).containsOnly(200); // a wait of 3 s, far more than it takes, would be 504
    }

    @Test
    void functionIsNamedOnlyWhereAllowedAndTheAppDoesNotSeeTheField() throws Exception {
        assertThat(calls.get("/headers", OTHER).body()).doesNotContainIgnoringCase("x-lambda-name");
        assertThat(calls.get("/ping", "X-Lambda-Name", "hidden").statusCode()).isEqualTo(403);
        assertThat(calls.get("/ping", "X-Lambda-Name", "oth$(reboot)").statusCode()).isEqualTo(403);
    }
}
