// SPDX-License-Identifier: MIT
package lambdadispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import lambdadispatch.soak.AnswerTally;
import lambdadispatch.soak.RouterLog;
import lambdadispatch.soak.SeveralRouters;
import lambdadispatch.soak.SoakTraffic;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is replaced while requests go on: instances before their deadline, routers behind a load balancer.
@Timeout(180)
class RotationTest {
    private static final Pattern CUT = Pattern.compile("deadline reached with requests in flight running=(\\d+)");

    @Test
    void instancesAreReplacedBeforeTheirDeadlineWithoutAnError() throws Exception {
        RouterLog log = new RouterLog();
        LongAdder cut = new LongAdder(); // on a machine that stands still for so long that a tenth of the time is too short for an answer
        AnswerTally tally = new AnswerTally();
        try (Stack stack = new Stack().onLine(line -> {
            log.accept(line);
            CUT.matcher(line).results().forEach(found -> cut.add(Long.parseLong(found.group(1))));
        }).instances(6).functionTimeout(Duration.ofSeconds(10)).router("LAMBDA_DISPATCH_MinInstanceCount", "1").start();
                SoakTraffic traffic =
                        new SoakTraffic(List.of(stack.url("/"), stack.tlsUrl("/")), tally).prepare().longestDelay(200).start(6, 150)) {
            Calls.until(() -> log.invokes() >= 4);
            traffic.stop();
        }
        assertThat(tally.starting("GET ")).as(tally.toString()).isEqualTo(tally.of("GET 200")).isPositive();
        assertThat(tally.starting("POST ") - tally.of("POST 200")).as(tally.toString()).isBetween(0L, cut.sum());
        assertThat(log.retries()).as("tries of any request on a second instance").isBetween(0L, cut.sum());
    }

    @Test
    void routersAreRestartedInTurnBehindALoadBalancerAndNoRequestIsLost() throws Exception {
        Assumptions.assumeTrue(SeveralRouters.possible(), "HAProxy is not installed");
        AnswerTally tally = new AnswerTally();
        int[] statuses = new int[2];
        try (Stack stack =
                new Stack().instances(8).router("LAMBDA_DISPATCH_DrainDelay", "3s").router("LAMBDA_DISPATCH_DrainTimeout", "20s").start();
                SeveralRouters routers = new SeveralRouters(stack);
                SoakTraffic traffic = new SoakTraffic(List.of(routers.url()), tally).prepare().start(6, 150)) {
            statuses[0] = routers.restart(0);
            statuses[1] = routers.restart(1);
            traffic.stop();
        }
        assertThat(statuses).containsOnly(0);
        assertThat(tally.starting("GET ")).as(tally.toString()).isEqualTo(tally.of("GET 200")).isPositive();
        assertThat(tally.starting("POST ")).as(tally.toString()).isEqualTo(tally.of("POST 200"));
    }
}
