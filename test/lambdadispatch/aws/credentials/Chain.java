// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.support.FakeClock;

/// A chain in a made-up home: variables and files of its own, a clock that stands still.
final class Chain {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(200);

    final FakeClock clock = new FakeClock(NOW);
    private final Path home;
    private final Map<String, String> variables = new HashMap<>();
    private Duration patience = LONG;

    Chain(Path home) {
        this.home = home;
        variables.put("HOME", home.toString());
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
    }

    Chain set(String variable, Object value) {
        variables.put(variable, value.toString());
        return this;
    }

    /// For services that do not answer: no answer that a test wants is ever this slow, but none is waited for either.
    Chain impatient() {
        patience = SHORT;
        return this;
    }

    Chain file(String name, String text) {
        try {
            Files.createDirectories(home.resolve(".aws"));
            Files.writeString(home.resolve(".aws").resolve(name), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path write(String name, String text) {
        try {
            return Files.writeString(home.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the chain gives, asked once.
    Credentials get() throws CredentialsException {
        Fetch.Limits limits = new Fetch.Limits(patience, patience, 2);
        try (CredentialChain chain = new CredentialChain(AwsConfig.read(variables), clock, new CredentialChain.Reach(null, limits, limits));
                CredentialCache cache = chain.choose()) {
            return cache.get();
        }
    }

    /// Why it gives none: `lasting` or `passing`, and the message.
    String refusal() {
        try {
            return "gave " + get();
        } catch (CredentialsException e) {
            return (e.lasts() ? "lasting: " : "passing: ") + e.getMessage();
        }
    }
}
