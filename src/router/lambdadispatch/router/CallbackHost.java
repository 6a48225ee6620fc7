// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import lambdadispatch.invoke.CallbackAddress;
import lambdadispatch.log.Log;

/// The host under which extensions reach this router: `RouterCallbackHost`, else the variable that `EnvVarForCallbackIp` names, else what
/// the platform says (ECS, EC2; all asked at once, so that none slows the start), else loopback.
final class CallbackHost {
    private static final Log LOG = Log.of("router");

    private CallbackHost() {}

    static String find(RouterConfig.Control control, Map<String, String> environment, Duration limit) {
        if (control.callbackHost() != null) {
            return control.callbackHost();
        }
        String fromVariable = environment.get(control.callbackVariable());
        if (fromVariable != null && !fromVariable.isBlank()) {
            return fromVariable.strip();
        }
        List<CompletableFuture<Optional<String>>> probes = new ArrayList<>();
        for (CallbackAddress platform : ServiceLoader.load(CallbackAddress.class)) {
            CompletableFuture<Optional<String>> probe = new CompletableFuture<>();
            probes.add(probe);
            Thread.ofVirtual().name("callback-" + platform.name()).start(() -> {
                try {
                    probe.complete(platform.find(environment, limit));
                } catch (RuntimeException e) {
                    LOG.debug("callback probe failed", "platform", platform.name(), "why", e.toString());
                    probe.complete(Optional.empty());
                }
            });
        }
        return first(probes, limit).orElse("127.0.0.1");
    }

    /// The first provider's answer that there is, in their order.
    private static Optional<String> first(List<CompletableFuture<Optional<String>>> probes, Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        for (CompletableFuture<Optional<String>> probe : probes) {
            try {
                Optional<String> found = probe.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (found.isPresent()) {
                    return found;
                }
            } catch (TimeoutException e) {
                LOG.debug("callback probe too slow");
            } catch (ExecutionException e) {
                LOG.debug("callback probe failed", "why", e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return Optional.empty();
    }
}
