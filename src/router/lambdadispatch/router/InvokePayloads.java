// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.util.function.Function;
import lambdadispatch.base.Clock;
import lambdadispatch.http.server.Limits;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.router.dispatch.Instance;

/// Makes what each invoke carries: where the instance finds its router, its secrets, and what it is there for.
final class InvokePayloads implements Function<Instance, InvokePayload> {
    private final RouterConfig config;
    private final CallbackHost host;
    private final RouterKeys keys;
    private volatile int controlPort;

    InvokePayloads(RouterConfig config, CallbackHost host, RouterKeys keys) {
        this.config = config;
        this.host = host;
        this.keys = keys;
    }

    /// Once it is known; nothing is invoked before.
    void controlPort(int port) {
        controlPort = port;
    }

    int controlPort() {
        return controlPort;
    }

    @Override
    public InvokePayload apply(Instance instance) {
        boolean secure = config.control().preferred() == RouterConfig.Scheme.HTTPS;
        Limits limits = config.incoming().limits();
        return new InvokePayload(
                instance.pool().function(),
                instance.id(),
                (secure ? "https://" : "http://") + bracketed(host.get()) + ":" + controlPort,
                config.pool().channelCount(),
                Clock.SYSTEM.now(),
                instance.purpose() == Instance.Purpose.INIT_ONLY,
                instance.token(),
                secure ? keys.controlCertificateSha256() : "",
                ControlPaths.PROTOCOL_VERSION,
                instance.purpose() == Instance.Purpose.STAY,
                HeadLimits.relayedRequestBytes(limits.headBytes(), limits.headFields()));
    }

    private static String bracketed(String address) {
        return address.contains(":") && !address.startsWith("[") ? "[" + address + "]" : address;
    }
}
