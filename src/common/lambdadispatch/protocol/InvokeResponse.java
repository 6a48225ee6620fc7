// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import java.nio.charset.StandardCharsets;
import lambdadispatch.base.json.Json;

/// What the function returns when an invocation ends; `docs/protocol.md` has the table.
/// @param requestCount requests served in this invocation
/// @param invokeDurationMs milliseconds from the invocation's arrival to its end
public record InvokeResponse(String poolId, String id, long requestCount, long invokeDurationMs, ExitReason exitReason) {
    public byte[] toJson() {
        return Json.object(
                        "PoolId", poolId,
                        "Id", id,
                        "RequestCount", requestCount,
                        "InvokeDuration", invokeDurationMs,
                        "ExitReason", exitReason.name())
                .write()
                .getBytes(StandardCharsets.UTF_8);
    }

    /// @throws IllegalArgumentException it is no answer of our extension's
    public static InvokeResponse parse(byte[] json) {
        Json.JsonObject object = InvokePayload.object(json);
        String reason = object.text("ExitReason").orElse("");
        try {
            return new InvokeResponse(object.text("PoolId").orElse(""), object.text("Id").orElse(""),
                    object.number("RequestCount").orElse(0),
                    object.number("InvokeDuration").orElse(0), ExitReason.valueOf(reason));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("unknown ExitReason", e);
        }
    }

    /// Without the secret id.
    @Override
    public String toString() {
        return "InvokeResponse[" + poolId + " requests=" + requestCount + " ms=" + invokeDurationMs + " " + exitReason + "]";
    }
}
