// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

/// An access key pair, and the token that goes with temporary ones ("" for none).
public record Credentials(String accessKeyId, String secretAccessKey, String sessionToken) {
    /// Without the secrets.
    @Override
    public String toString() {
        return "Credentials[" + accessKeyId + "]";
    }
}
