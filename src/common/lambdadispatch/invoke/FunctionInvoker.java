// SPDX-License-Identifier: MIT
package lambdadispatch.invoke;

import java.io.IOException;
import java.util.Map;

/// Invokes a Lambda function and waits for its result. Found by [java.util.ServiceLoader]; chosen by [#name()] (`LAMBDA_DISPATCH_Invoker`).
public interface FunctionInvoker extends AutoCloseable {
    /// `sigv4` or `sdk`.
    String name();

    /// Reads its settings (region, endpoint, credentials) from the environment; called once, before the first invoke. Fast: no network.
    /// @throws IllegalArgumentException one line per fault: the variable, the value, what is allowed
    void configure(Map<String, String> environment);

    /// Invokes synchronously (`RequestResponse`): returns when the function has ended, up to 15 minutes later. Blocks; called on a virtual
    /// thread, many at once.
    /// @param function a name, name:alias, partial or full ARN
    /// @param payload the JSON event
    /// @throws IOException no answer came at all (DNS, connection, TLS, cut off)
    InvokeResult invoke(String function, byte[] payload) throws IOException;

    @Override
    void close();
}
