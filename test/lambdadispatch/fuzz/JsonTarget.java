// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.protocol.InvokePayload;

/// JSON texts and what is made of them: what is read can be written and read again.
abstract class JsonTarget extends Target {
    private static final List<byte[]> WORDS =
            octets("{", "}", "[", "]", "\"", ":", ",", "\\u0000", "\\ud800", "\\\"", "true", "false", "null", "-0", "1e309", "1E+5",
                    "0.5", "9223372036854775808", "[[[[[[[[", "{\"a\":", "\u00c3\u00a9", "\u00ed\u00a0\u0080", "\u00f0\u009f\u0098\u0080",
                    "\n", " ");

    private JsonTarget(String name, List<byte[]> seeds) {
        super(name, seeds, WORDS);
    }

    static JsonTarget json() {
        List<byte[]> seeds = octets("{\"a\":{\"b\":[null,true,false,\"x\"]},\"c\":[1,-2.5e3,0]}", "[[],{},\"\\u00e9\\ud83d\\ude00\"]",
                "\"\u00c3\u00a9\"", "-12.50e-07");
        return new JsonTarget("JSON", seeds) {
            @Override
            public void run(byte[] input, SplittableRandom random) throws Exception {
                Json value;
                try {
                    value = Json.parse(input);
                } catch (JsonException e) {
                    return;
                }
                String text = value.write();
                require(Json.parse(text).write().equals(text), "what was written is read as something else");
            }
        };
    }

    static JsonTarget payload() {
        InvokePayload whole = new InvokePayload("default", "0123456789abcdef0123456789abcdef", "https://10.0.0.1:5004", 20, Instant.EPOCH,
                false, "token", "0".repeat(64), 1, false, HeadLimits.RELAYED_REQUEST_BYTES);
        return new JsonTarget("invoke payload", List.of(whole.toJson())) {
            @Override
            public void run(byte[] input, SplittableRandom random) {
                InvokePayload payload;
                try {
                    payload = InvokePayload.parse(input);
                } catch (IllegalArgumentException e) {
                    return;
                }
                require(InvokePayload.parse(payload.toJson()).equals(payload), "what was written is read as something else");
            }
        };
    }
}
