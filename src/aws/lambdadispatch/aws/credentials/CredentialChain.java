// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.config.Profile;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.aws.metadata.Imds;
import lambdadispatch.base.Clock;

/// Chooses where credentials come from, in the order of the AWS SDKs: variables, web identity, profile, container, EC2 instance.
///
/// The first of them that is set up is the one: if it then fails, none further down is asked, or a pod whose own role can not be had
/// would act as the machine that it runs on.
public final class CredentialChain implements AutoCloseable {
    /// How services are reached.
    ///
    /// @param tls for what is not on this platform, null for the usual authorities
    public record Reach(SSLContext tls, Fetch.Limits near, Fetch.Limits far) {
        public static Reach usual(SSLContext tls) {
            return new Reach(tls, Fetch.Limits.NEAR, Fetch.Limits.FAR);
        }
    }

    private final AwsConfig config;
    private final Clock clock;
    private final Fetch.Limits nearLimits;
    private final Fetch near;
    private final Fetch far;
    private final Sts sts;

    public CredentialChain(AwsConfig config, Clock clock, Reach reach) {
        this.config = config;
        this.clock = clock;
        this.nearLimits = reach.near();
        this.near = new Fetch(reach.near(), null);
        this.far = new Fetch(reach.far(), reach.tls());
        this.sts = new Sts(config, clock, far);
    }

    /// No network is asked yet.
    /// @throws IllegalArgumentException what is set up can not work, or nothing is
    public CredentialCache choose() {
        return new CredentialCache(source(), clock);
    }

    private CredentialSource source() {
        ProfileSources profiles = new ProfileSources(config.profiles(), sts, this::named);
        return environment().or(this::webIdentity).or(() -> profiles.of(config.profile())).or(this::container).orElseGet(this::instance);
    }

    private Optional<CredentialSource> environment() {
        Optional<String> id = config.variable("AWS_ACCESS_KEY_ID");
        Optional<String> secret = config.variable("AWS_SECRET_ACCESS_KEY");
        if (id.isPresent() != secret.isPresent()) {
            throw new IllegalArgumentException((id.isPresent() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID") + " is not set, but "
                    + (id.isPresent() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY") + " is");
        }
        return id.map(key -> new StaticSource("environment",
                new Credentials(key, secret.get(), config.variable("AWS_SESSION_TOKEN").orElse(""))));
    }

    private Optional<CredentialSource> webIdentity() {
        Optional<String> file = config.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        String arn = config.variable("AWS_ROLE_ARN").orElseThrow(
                () -> new IllegalArgumentException("AWS_ROLE_ARN is not set, but AWS_WEB_IDENTITY_TOKEN_FILE is"));
        Role role =
                new Role(arn, config.variable("AWS_ROLE_SESSION_NAME").orElseGet(Role::newSession), Optional.empty(), Optional.empty(), "");
        return Optional.of(new WebIdentitySource(sts, role, Path.of(file.get())));
    }

    private Optional<CredentialSource> container() {
        return ContainerSource.configured(config) ? Optional.of(ContainerSource.of(config, near)) : Optional.empty();
    }

    private CredentialSource instance() {
        if (config.metadataDisabled()) {
            Profile profile = config.profile();
            throw new IllegalArgumentException(
                    "no AWS credentials to invoke the function with: neither AWS_ACCESS_KEY_ID nor AWS_WEB_IDENTITY_TOKEN_FILE nor "
                            + "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set, profile " + profile.name()
                            + " has none, and AWS_EC2_METADATA_DISABLED is true");
        }
        return imds();
    }

    private CredentialSource imds() {
        return new ImdsSource(new Imds(config, nearLimits), clock);
    }

    /// The values of `credential_source`.
    private CredentialSource named(String source) {
        return switch (source) {
        case "Environment" -> environment()
                .orElseThrow(() -> new IllegalArgumentException("credential_source=Environment, but AWS_ACCESS_KEY_ID is not set"));
            case "Ec2InstanceMetadata" -> imds();
            case "EcsContainer" -> ContainerSource.of(config, near);
        default -> throw new IllegalArgumentException("credential_source=" + source + ": Environment, Ec2InstanceMetadata or EcsContainer");
        };
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
