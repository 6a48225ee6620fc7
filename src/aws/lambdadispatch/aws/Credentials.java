// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.util.Map;

/// An access key pair, and the token that goes with temporary ones ("" for none).
public record Credentials(String accessKeyId, String secretAccessKey, String sessionToken) {
    /// From `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    /// @throws IllegalArgumentException names the variable that is missing
    public static Credentials fromEnvironment(Map<String, String> environment) {
        return new Credentials(required(environment, "AWS_ACCESS_KEY_ID"), required(environment, "AWS_SECRET_ACCESS_KEY"),
                environment.getOrDefault("AWS_SESSION_TOKEN", "").strip());
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set: AWS credentials are needed to invoke the function");
        }
        return value.strip();
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "Credentials[" + accessKeyId + "]";
    }
}
