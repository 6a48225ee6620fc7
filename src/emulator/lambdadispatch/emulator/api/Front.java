// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.io.IOException;
import java.util.random.RandomGenerator;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;

/// What the emulator's port answers: Lambda's API, or the emulator's own paths.
public final class Front implements Handler {
    private final InvokeApi invokes;
    private final AdminApi admin;

    public Front(Functions functions, Authorization authorization, InvokeFaults faults, RandomGenerator random) {
        invokes = new InvokeApi(functions, authorization, faults, random);
        admin = new AdminApi(functions, invokes);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (exchange.request().path().startsWith(AdminApi.PREFIX)) {
            admin.handle(exchange);
        } else {
            invokes.handle(exchange);
        }
    }

    public void faults(InvokeFaults faults) {
        invokes.faults(faults);
    }
}
