// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import lambdadispatch.base.config.Settings;
import lambdadispatch.carrier.Threads;

/// Makes what a part of an invocation needs around it: a link to a router that the test plays, an app, a configuration.
final class LinkBed {
    static final String ID = ScriptedRouter.ID;
    static final String TOKEN = "token";
    private static final int NOBODYS_PORT = 1;

    private LinkBed() {}

    static RouterLink link(String url, App app, LongSupplier closesInMillis) {
        return new RouterLink(ScriptedRouter.payload(url, 1, false), app, closesInMillis);
    }

    /// An app that nobody is to talk to.
    static App app() {
        return App.of(config(NOBODYS_PORT));
    }

    static App app(Hold hold) {
        return new App(AppAddress.localhost(NOBODYS_PORT), false, new AppHabits(true, System::nanoTime), hold);
    }

    static Hold hold(Duration most) {
        return new Hold(most);
    }

    /// @param namesAndValues variables, without their prefix
    static ExtensionConfig config(int appPort, String... namesAndValues) {
        Map<String, String> variables = new HashMap<>(
                Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1", "LAMBDA_DISPATCH_PORT", Integer.toString(appPort)));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put("LAMBDA_DISPATCH_" + namesAndValues[i], namesAndValues[i + 1]);
        }
        Settings settings = new Settings(variables);
        ExtensionConfig config = ExtensionConfig.read(settings);
        if (!settings.faults().isEmpty()) {
            throw new IllegalArgumentException(settings.faults().toString());
        }
        return config;
    }

    /// Runs it where the product would.
    static <T> CompletableFuture<T> inVirtualThread(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Threads.virtual("test").start(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
