// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.aws.metadata.Imds;
import lambdadispatch.base.Clock;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;

/// The role of the EC2 instance that this runs on.
/// Source: Amazon EC2 User Guide, "Retrieve security credentials from instance metadata".
final class ImdsSource implements CredentialSource {
    private static final Log LOG = Log.of("credentials");
    private static final String ROLES = "/latest/meta-data/iam/security-credentials/";
    private static final String NAME = "EC2 metadata service";
    /// How long credentials are used beyond their time, at least, while the service has no newer ones ("static stability" in the SDKs).
    private static final Duration EXTENSION = Duration.ofMinutes(5);

    private final Imds imds;
    private final Clock clock;

    ImdsSource(Imds imds, Clock clock) {
        this.imds = imds;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Issued issue() throws CredentialsException {
        try {
            String role = role();
            Fetch.Answer answer = imds.get(ROLES + role);
            if (!answer.ok()) {
                throw refused("for the role " + role, answer.status());
            }
            return stretched(parse(answer.text()));
        } catch (IOException e) {
            throw CredentialsException.passing(NAME + ": " + e.getMessage()
                    + " (from a container, the instance's hop limit for metadata must be 2)", e);
        }
    }

    /// The service lists the roles of an instance, one a line; there is at most one.
    private String role() throws IOException, CredentialsException {
        Fetch.Answer answer = imds.get(ROLES);
        String role = answer.text().lines().findFirst().orElse("").strip();
        if (!answer.ok() || role.isEmpty()) {
            throw answer.status() == 404 || answer.ok() ? CredentialsException.lasting(NAME + ": this instance has no role")
                    : refused("for its roles", answer.status());
        }
        if (!role.matches("[\\w+=,.@-]+")) {
            throw CredentialsException.passing(NAME + " answered with something else than the name of a role", null);
        }
        return role;
    }

    private static CredentialsException refused(String what, int status) {
        return CredentialsException.passing(NAME + " answered " + status + " when asked " + what, null);
    }

    private static Issued parse(String text) throws CredentialsException {
        Json.JsonObject object = Issued.object(text, NAME);
        String code = object.text("Code").orElse("Success");
        if (!code.equals("Success")) {
            throw CredentialsException.lasting(NAME + " has no credentials: " + code.replaceAll("[^A-Za-z0-9]", ""));
        }
        return Issued.parse(text, NAME);
    }

    private Issued stretched(Issued issued) {
        Instant now = clock.now();
        if (issued.expires().isAfter(now.plusSeconds(60))) {
            return issued;
        }
        LOG.warn("the metadata service gives credentials that have expired: used on until there are newer ones");
        return new Issued(issued.credentials(), now.plus(EXTENSION).plusSeconds(ThreadLocalRandom.current().nextInt(300)));
    }

    @Override
    public void close() {
        imds.close();
    }
}
