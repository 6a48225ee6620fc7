// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Description;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class VersionMetricsTest {
    private static final String SERIES = "lambda_dispatch_instances_by_version{function=\"f\",version=\"12\"} 1";

    @Test
    void versionHasASeriesForAsLongAsAnInstanceRunsIt() throws Exception {
        RouterBed bed = new RouterBed(RouterBed.oneAtATime());
        MetricsHandler metrics = new MetricsHandler(new Registry(), bed.pools()::snapshots);
        CompletableFuture<Void> request = bed.client(ScriptedExchange.of("GET", "/a"));
        Instance instance = bed.invoked();
        instance.describes(new Description("12", 512, false));
        RouterBed.Played channel = bed.channel(instance);
        channel.awaitRequest("\r\n\r\n");
        channel.respond("HTTP/1.1 204 No Content\r\n\r\n");
        request.get();
        assertThat(text(metrics)).contains(SERIES);
        assertThat(text(metrics)).contains(SERIES);
        instance.pool().drainInstance(instance.publicName());
        assertThat(text(metrics)).doesNotContain("version=");
    }

    private static String text(MetricsHandler metrics) throws Exception {
        ScriptedExchange scrape = ScriptedExchange.of("GET", "/metrics");
        metrics.handle(scrape);
        return scrape.text();
    }
}
