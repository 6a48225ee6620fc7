// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.config.Profile;
import lambdadispatch.aws.config.Profiles;

/// What a profile of the shared files says about credentials, in the SDK's order: web identity, SSO, role, process, keys.
/// Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider" and those beside it.
final class ProfileSources {
    private static final List<String> SSO =
            List.of("sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region", "login_session");

    private final Profiles profiles;
    private final Sts sts;
    private final Function<String, CredentialSource> named;

    /// @param named the source that a `credential_source` names; throws IllegalArgumentException for an unknown one
    ProfileSources(Profiles profiles, Sts sts, Function<String, CredentialSource> named) {
        this.profiles = profiles;
        this.sts = sts;
        this.named = named;
    }

    /// Empty if the profile says nothing about credentials.
    /// @throws IllegalArgumentException it says something that can not work, or not here
    Optional<CredentialSource> of(Profile profile) {
        return of(profile, new LinkedHashSet<>());
    }

    private Optional<CredentialSource> of(Profile profile, Set<String> seen) {
        if (profile.has("role_arn") && profile.has("web_identity_token_file")) {
            return Optional.of(new WebIdentitySource(sts, Role.of(profile), Path.of(profile.text("web_identity_token_file").get())));
        }
        if (SSO.stream().anyMatch(profile::has)) {
            throw new IllegalArgumentException(
                    "profile " + profile.name() + " signs in by IAM Identity Center (SSO) or a login session, which only the "
                    + "AWS SDK's module can: use the image router-sdk with LAMBDA_DISPATCH_Invoker=sdk");
        }
        if (profile.has("role_arn")) {
            return Optional.of(role(profile, seen));
        }
        if (profile.has("credential_process")) {
            return Optional.of(new ProcessSource(profile.text("credential_process").get(), ProcessSource.LIMIT));
        }
        return keys(profile);
    }

    private CredentialSource role(Profile profile, Set<String> seen) {
        if (profile.has("mfa_serial")) {
            throw new IllegalArgumentException(
                    "profile " + profile.name() + " wants a code of an MFA device (mfa_serial), which nobody can enter here");
        }
        Optional<String> source = profile.text("source_profile");
        if (source.isPresent() == profile.has("credential_source")) {
            throw new IllegalArgumentException(
                    "profile " + profile.name() + " with role_arn: exactly one of source_profile and credential_source");
        }
        CredentialSource base =
                source.isPresent() ? sourceProfile(profile, source.get(), seen) : named.apply(profile.text("credential_source").get());
        return new RoleSource(sts, Role.of(profile), base);
    }

    private CredentialSource sourceProfile(Profile profile, String name, Set<String> seen) {
        if (name.equals(profile.name())) { // it takes on the role with keys of its own
            return keys(profile)
                    .orElseThrow(() -> new IllegalArgumentException("profile " + name + " is its own source_profile, but has no keys"));
        }
        if (!seen.add(profile.name())) {
            throw new IllegalArgumentException("the source_profile settings go round in a circle: " + String.join(" ", seen));
        }
        Profile source = profiles.find(name).orElseThrow(() -> new IllegalArgumentException(
                "profile " + profile.name() + ": there is no profile " + name + ", its source_profile"));
        return of(source, seen).orElseThrow(() -> new IllegalArgumentException(
                "profile " + name + " has no credentials, but is the source_profile of " + profile.name()));
    }

    private static Optional<CredentialSource> keys(Profile profile) {
        Optional<String> id = profile.text("aws_access_key_id");
        Optional<String> secret = profile.text("aws_secret_access_key");
        if (id.isPresent() != secret.isPresent()) {
            throw new IllegalArgumentException(
                    "profile " + profile.name() + ": aws_access_key_id and aws_secret_access_key belong together");
        }
        return id.map(key -> new StaticSource("profile " + profile.name(),
                new Credentials(key, secret.get(), profile.text("aws_session_token").orElse(""))));
    }
}
