// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;

/// The role of the ECS task or EKS pod that this runs in, from the platform's endpoint.
/// Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
final class ContainerSource implements CredentialSource {
    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String NAME = "container credentials endpoint";
    /// Besides loopback, the hosts that may be asked over plain HTTP: ECS, and EKS in both families.
    private static final Set<String> HOSTS = Set.of("169.254.170.2", "169.254.170.23", "[fd00:ec2::23]");

    private final AwsConfig config;
    private final URI uri;
    private final Fetch fetch;

    private ContainerSource(AwsConfig config, URI uri, Fetch fetch) {
        this.config = config;
        this.uri = uri;
        this.fetch = fetch;
    }

    static boolean configured(AwsConfig config) {
        return config.variable(RELATIVE).isPresent() || config.variable(FULL).isPresent();
    }

    /// @throws IllegalArgumentException one line: the variable, the value, what is allowed
    static ContainerSource of(AwsConfig config, Fetch fetch) {
        Optional<String> relative = config.variable(RELATIVE);
        if (relative.isPresent()) {
            String host = config.variable("AWS_CONTAINER_SERVICE_ENDPOINT").orElse("http://169.254.170.2");
            if (!relative.get().startsWith("/")) {
                throw new IllegalArgumentException(RELATIVE + "=" + relative.get() + ": a path that begins with /");
            }
            return new ContainerSource(config, uri(RELATIVE, host + relative.get()), fetch);
        }
        String full = config.variable(FULL).orElseThrow(() -> new IllegalArgumentException(RELATIVE + " or " + FULL + " is not set"));
        return new ContainerSource(config, uri(FULL, full), fetch);
    }

    private static URI uri(String variable, String value) {
        try {
            URI uri = URI.create(value);
            if (uri.getHost() != null && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(variable + "=" + value + ": an http or https URL", e);
        }
        throw new IllegalArgumentException(variable + "=" + value + ": an http or https URL");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Issued issue() throws CredentialsException {
        mayBeAsked();
        String token = token();
        Fetch.Question question = token.isEmpty() ? Fetch.Question.get(uri) : Fetch.Question.get(uri, "authorization", token);
        try {
            Fetch.Answer answer = fetch.ask(question);
            if (answer.ok()) {
                return Issued.parse(answer.text(), NAME);
            }
            String why = NAME + " answered " + answer.status() + said(answer.text());
            throw answer.status() >= 500 || answer.status() == 429 ? CredentialsException.passing(why, null)
                    : CredentialsException.lasting(why);
        } catch (IOException e) {
            throw CredentialsException.passing(NAME + " " + uri.getHost() + ": " + e.getMessage(), e);
        }
    }

    /// Over plain HTTP, the authorization token must not leave this host and its platform.
    private void mayBeAsked() throws CredentialsException {
        if ("https".equalsIgnoreCase(uri.getScheme()) || HOSTS.contains(uri.getHost()) || config.variable(RELATIVE).isPresent()) {
            return;
        }
        try {
            if (onlyLoopback(InetAddress.getAllByName(uri.getHost()))) {
                return;
            }
        } catch (UnknownHostException e) {
            throw CredentialsException.passing(NAME + ": " + uri.getHost() + " is not known", e);
        }
        throw CredentialsException.lasting(FULL + " names the host " + uri.getHost()
                + ": over http only loopback, 169.254.170.2, 169.254.170.23 and [fd00:ec2::23] are allowed, else https");
    }

    static boolean onlyLoopback(InetAddress... addresses) {
        return Arrays.stream(addresses).allMatch(InetAddress::isLoopbackAddress);
    }

    /// The file wins; it is read anew each time, because the platform renews it.
    private String token() throws CredentialsException {
        Optional<String> file = config.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        try {
            String token = file.isPresent() ? Files.readString(Path.of(file.get())).stripTrailing()
                    : config.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").orElse("");
            if (!token.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
                throw CredentialsException.lasting("the container's authorization token has line breaks or control characters in it");
            }
            return token;
        } catch (IOException e) {
            throw CredentialsException.passing("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE can not be read: " + e.getClass().getSimpleName(),
                    e);
        }
    }

    /// An error has the members `code` and `message`.
    private static String said(String text) {
        try {
            return Json.parse(text) instanceof Json.JsonObject error
                    ? " " + error.text("code").orElse("") + " " + error.text("message").orElse("") : "";
        } catch (JsonException e) {
            return "";
        }
    }
}
