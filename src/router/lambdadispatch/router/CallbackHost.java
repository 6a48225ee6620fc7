// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.invoke.CallbackAddress;

/// The host under which extensions reach this router: `RouterCallbackHost`, else the variable that `EnvVarForCallbackIp` names, else what
/// the platform says (ECS, EC2), else loopback.
///
/// The platforms are asked all at once, in the background, within a bound for all of them: ports open meanwhile, and only the first
/// invoke has to know the answer.
final class CallbackHost {
    private static final Log LOG = Log.of("router");
    private static final String LOOPBACK = "127.0.0.1";

    private final CompletableFuture<String> host;

    private CallbackHost(CompletableFuture<String> host) {
        this.host = host;
    }

    static CallbackHost of(String host) {
        return new CallbackHost(CompletableFuture.completedFuture(host));
    }

    /// Begins to find out; returns at once.
    /// @param limit for all platforms together
    /// @throws IllegalArgumentException the variable that should hold it holds something else
    static CallbackHost find(RouterConfig.Control control, Map<String, String> environment, Duration limit) {
        if (control.callbackHost() != null) {
            return of(control.callbackHost());
        }
        String fromVariable = environment.get(control.callbackVariable());
        if (fromVariable != null && !fromVariable.isBlank()) {
            if (!Settings.isHost(fromVariable.strip())) {
                throw new IllegalArgumentException(
                        control.callbackVariable() + "=" + fromVariable + ": must be a host name or an IP address");
            }
            return of(fromVariable.strip());
        }
        List<CallbackAddress> platforms = new ArrayList<>();
        ServiceLoader.load(CallbackAddress.class).forEach(platforms::add);
        return ask(platforms, environment, limit);
    }

    /// @param platforms the first that knows an address counts, in this order, whichever answers first
    static CallbackHost ask(List<CallbackAddress> platforms, Map<String, String> environment, Duration limit) {
        CompletableFuture<Optional<String>> found = CompletableFuture.completedFuture(Optional.empty());
        for (CallbackAddress platform : platforms) {
            CompletableFuture<Optional<String>> answer = probe(platform, environment, limit);
            found = found.thenCompose(earlier -> earlier.isPresent() ? CompletableFuture.completedFuture(earlier) : answer);
        }
        return new CallbackHost(found.thenApply(CallbackHost::orLoopback));
    }

    private static CompletableFuture<Optional<String>> probe(CallbackAddress platform, Map<String, String> environment, Duration limit) {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        Threads.virtual("callback-" + platform.name()).start(() -> {
            try {
                Optional<String> address = platform.find(environment, limit);
                LOG.debug("callback address", "platform", platform.name(), "address", address.orElse("none"));
                answer.complete(address);
            } catch (RuntimeException e) {
                LOG.warn("callback address could not be asked for", "platform", platform.name(), "why", e.toString());
                answer.complete(Optional.empty());
            }
        });
        return answer.completeOnTimeout(Optional.empty(), limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static String orLoopback(Optional<String> found) {
        if (found.isEmpty()) {
            LOG.warn("no callback address: only extensions on this machine can reach the router. Set LAMBDA_DISPATCH_RouterCallbackHost");
        }
        return found.orElse(LOOPBACK);
    }

    /// Waits for what was found, for as long as the limit at most.
    String get() {
        return host.join();
    }

    /// For the log: not known yet, while it is being found out.
    @Override
    public String toString() {
        return host.getNow("being found out");
    }
}
