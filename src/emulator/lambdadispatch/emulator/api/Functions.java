// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import lambdadispatch.carrier.Threads;
import lambdadispatch.emulator.environment.Billing;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.environment.Environments;
import lambdadispatch.emulator.environment.FunctionSettings;
import lambdadispatch.emulator.environment.Invoker;
import lambdadispatch.emulator.process.Guardian;

/// The functions that exist here, each with its fleet; all are set up alike.
public final class Functions implements AutoCloseable {
    /// One function.
    public record Function(String name, Environments fleet, Invoker invoker) {}

    private final FunctionSettings settings;
    private final Billing billing;
    private final Map<String, Function> functions = new TreeMap<>();

    public Functions(Set<String> names, FunctionSettings settings, Guardian guardian) {
        this.settings = settings;
        this.billing = new Billing(settings.memoryMegabytes());
        for (String name : names) {
            Environments fleet = new Environments(name, settings, guardian);
            functions.put(name, new Function(name, fleet, new Invoker(fleet, billing)));
        }
    }

    public Map<String, Function> all() {
        return Map.copyOf(functions);
    }

    public FunctionSettings settings() {
        return settings;
    }

    public Billing billing() {
        return billing;
    }

    /// Only functions of this region and account are here: Lambda tells the others apart, and so a router that is set up for another place
    /// is noticed.
    Function find(InvokedName name) throws ApiException {
        if (name.region() != null && !name.region().equals(settings.region())) {
            throw new ApiException(ApiError.of(404, "ResourceNotFoundException",
                    "Functions from '" + name.region() + "' are not reachable in this region ('" + settings.region() + "')"));
        }
        if (name.account() != null && !name.account().equals(settings.account())) {
            throw new ApiException(ApiError.accessDenied(caller(), arn(name).replace(settings.account(), name.account()), "resource"));
        }
        Function function = functions.get(name.name());
        if (function == null) {
            throw new ApiException(ApiError.notFound(arn(name)));
        }
        return function;
    }

    String caller() {
        return "arn:aws:iam::" + settings.account() + ":user/test";
    }

    String arn(InvokedName name) {
        return settings.arn(name.name()) + (name.qualifier() == null ? "" : ":" + name.qualifier());
    }

    /// The environment of that id, or null.
    Environment environment(String id) {
        for (Function function : functions.values()) {
            for (Environment environment : function.fleet().environments()) {
                if (environment.id().equals(id)) {
                    return environment;
                }
            }
        }
        return null;
    }

    @Override
    public void close() {
        var closing = functions.values().stream().map(function -> Threads.virtual("close").start(function.fleet()::close)).toList();
        for (Thread thread : closing) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
