// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.util.function.Function;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.protocol.InvokeResponse;
import lambdadispatch.router.dispatch.Actions;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.observe.ExitReasons;

/// Carries out what the pools decide: each invoke waits for its end on a virtual thread of its own.
final class InvokeExecutor implements Actions {
    private static final Log LOG = Log.of("dispatch");

    private final FunctionInvoker invoker;
    private final Function<Instance, InvokePayload> payloads;
    private final ExitReasons exits;

    InvokeExecutor(FunctionInvoker invoker, Function<Instance, InvokePayload> payloads, ExitReasons exits) {
        this.exits = exits;
        this.invoker = invoker;
        this.payloads = payloads;
    }

    @Override
    public void invoke(Instance instance) {
        Threads.virtual("invoke").start(() -> run(instance));
    }

    private void run(Instance instance) {
        LOG.info("invoke", "function", instance.pool().function(), "instance", instance, "purpose", instance.purpose());
        InvokeResult result;
        try {
            result = invoker.invoke(instance.pool().function(), payloads.apply(instance).toJson());
        } catch (IOException e) {
            result = new InvokeResult.Unavailable(0, e.getClass().getSimpleName(), e.getMessage());
        } catch (RuntimeException | Error e) {
            // A fault of ours: without an end reported, the instance would stay on the books for ever.
            LOG.error("invoke failed", e, "instance", instance);
            result = new InvokeResult.Unavailable(0, "internal", e.toString());
        }
        instance.pool().invokeEnded(instance, result, exitReason(instance, result));
    }

    private String exitReason(Instance instance, InvokeResult result) {
        if (!(result instanceof InvokeResult.Returned returned)) {
            return "";
        }
        try {
            InvokeResponse response = InvokeResponse.parse(returned.payload());
            exits.count(response.exitReason());
            LOG.info("invoke returned", "instance", instance, "exitReason", response.exitReason(), "requests", response.requestCount(),
                    "ms", response.invokeDurationMs());
            return response.exitReason().toString();
        } catch (IllegalArgumentException e) {
            LOG.warn("invoke returned something else than our extension's answer", "instance", instance, "why", e.getMessage());
            return "";
        }
    }

    @Override
    public void info(String event, Object... keysAndValues) {
        LOG.info(event, keysAndValues);
    }

    @Override
    public void warn(String event, Object... keysAndValues) {
        LOG.warn(event, keysAndValues);
    }
}
