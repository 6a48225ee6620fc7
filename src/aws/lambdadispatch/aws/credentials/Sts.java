// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.SigV4Signer;
import lambdadispatch.aws.UriEncoding;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.config.Endpoint;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.base.Clock;
import lambdadispatch.http.message.Headers;

/// Security Token Service: credentials for a role. Forms go in, XML comes out (AWS Query protocol).
/// Source: AWS Security Token Service API Reference, AssumeRole and AssumeRoleWithWebIdentity.
final class Sts {
    private static final String NAME = "STS";
    private static final String VERSION = "2011-06-15";
    /// Where the endpoint is that no region has to be known for.
    private static final String LEGACY_REGION = "us-east-1";
    /// Errors that a later try may not meet, although they blame the caller: a token that is renewed, an identity provider that does not
    /// answer.
    private static final Set<String> PASSING =
            Set.of("ExpiredTokenException", "ExpiredToken", "IDPCommunicationError", "InvalidIdentityToken", "Throttling",
            "ThrottlingException", "RequestExpired");

    private final AwsConfig config;
    private final Clock clock;
    private final Fetch fetch;

    Sts(AwsConfig config, Clock clock, Fetch fetch) {
        this.config = config;
        this.clock = clock;
        this.fetch = fetch;
    }

    /// @param action and its parameters; the answer's elements carry the action's name
    /// @param region "" for that of the configuration
    /// @param signer null for an unsigned call
    Issued call(String action, Map<String, String> parameters, String region, Credentials signer) throws CredentialsException {
        StringJoiner form = new StringJoiner("&").add("Action=" + action).add("Version=" + VERSION);
        parameters.forEach((name, value) -> form.add(name + "=" + UriEncoding.encode(value, false)));
        byte[] body = form.toString().getBytes(StandardCharsets.US_ASCII);
        String where = region.isEmpty() ? config.region().orElse(LEGACY_REGION) : region;
        URI endpoint = region.isEmpty() && config.region().isEmpty() ? Endpoint.stsWithoutRegion(config) : Endpoint.sts(config, where);
        String path = endpoint.getRawPath().isEmpty() ? "/" : endpoint.getRawPath();
        Headers headers =
                Headers.of("host", endpoint.getRawAuthority(), "content-type", "application/x-www-form-urlencoded; charset=utf-8");
        if (signer != null) {
            new SigV4Signer(where, "sts").sign("POST", path, "", headers, body, signer, clock.now());
        }
        try {
            Fetch.Answer answer = fetch.ask(new Fetch.Question("POST", endpoint.resolve(path), headers, body));
            return answer.ok() ? issued(action, answer.text()) : refused(action, answer);
        } catch (IOException e) {
            throw CredentialsException.passing(NAME + " at " + endpoint.getRawAuthority() + ": " + e.getMessage(), e);
        }
    }

    private static Issued issued(String action, String text) throws CredentialsException {
        String at = action + "Result/Credentials/";
        try {
            Map<String, String> leaves = PlainXml.leaves(text);
            Credentials credentials = new Credentials(required(leaves, at + "AccessKeyId"), required(leaves, at + "SecretAccessKey"),
                    required(leaves, at + "SessionToken"));
            return new Issued(credentials, Issued.instant(required(leaves, at + "Expiration"), NAME));
        } catch (PlainXml.Malformed e) {
            throw CredentialsException.passing(NAME + " answered with XML that is not understood: " + e.getMessage(), e);
        }
    }

    private static String required(Map<String, String> leaves, String path) throws CredentialsException {
        String value = leaves.getOrDefault(path, "").strip();
        if (value.isEmpty()) {
            throw CredentialsException.passing(NAME + " answered without " + path, null);
        }
        return Issued.sendable(value, NAME);
    }

    private static Issued refused(String action, Fetch.Answer answer) throws CredentialsException {
        String code = "";
        String message = "";
        try {
            Map<String, String> leaves = PlainXml.leaves(answer.text());
            code = leaves.getOrDefault("Error/Code", "");
            message = leaves.getOrDefault("Error/Message", "");
        } catch (PlainXml.Malformed e) {
            message = "(no error document)";
        }
        String why = NAME + " " + action + " answered " + answer.status() + " " + code + " " + message;
        throw answer.status() >= 500 || answer.status() == 429 || PASSING.contains(code)
                ? CredentialsException.passing(why, null) : CredentialsException.lasting(why);
    }
}
