// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What environment and shared files say, in the order of the AWS SDKs: a variable wins over the profile.
/// Source: AWS SDKs and Tools Reference Guide, "Settings reference".
public final class AwsConfig {
    public static final String DEFAULT_PROFILE = "default";

    private final Map<String, String> variables;
    private final Profiles profiles;
    private final Profile profile;

    private AwsConfig(Map<String, String> variables, Profiles profiles, Profile profile) {
        this.variables = variables;
        this.profiles = profiles;
        this.profile = profile;
    }

    /// Reads the shared files that there are.
    /// @throws IllegalArgumentException a file can not be understood, or has no profile of the name that `AWS_PROFILE` says
    public static AwsConfig read(Map<String, String> environment) {
        Map<String, String> variables = Map.copyOf(environment);
        Path home = Path.of(
                Optional.ofNullable(environment.get("HOME")).filter(text -> !text.isBlank()).orElse(System.getProperty("user.home", "/")));
        Path config = file(environment, "AWS_CONFIG_FILE", home, ".aws/config");
        Path credentials = file(environment, "AWS_SHARED_CREDENTIALS_FILE", home, ".aws/credentials");
        Profiles profiles = Profiles.read(config, credentials);
        String wanted = environment.getOrDefault("AWS_PROFILE", "").strip();
        String name = wanted.isEmpty() ? DEFAULT_PROFILE : wanted;
        Optional<Profile> found = profiles.find(name);
        if (found.isEmpty() && !wanted.isEmpty()) {
            throw new IllegalArgumentException("AWS_PROFILE=" + wanted + ": a profile of " + config + " or " + credentials);
        }
        return new AwsConfig(variables, profiles, found.orElse(new Profile(name, Map.of())));
    }

    private static Path file(Map<String, String> environment, String variable, Path home, String usual) {
        String named = environment.getOrDefault(variable, "").strip();
        if (named.isEmpty()) {
            return home.resolve(usual);
        }
        return named.startsWith("~/") ? home.resolve(named.substring(2)) : Path.of(named);
    }

    /// The variable's value without outer blanks; empty if it has none.
    public Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    public boolean flag(String variable) {
        return variable(variable).filter("true"::equalsIgnoreCase).isPresent();
    }

    public Profiles profiles() {
        return profiles;
    }

    /// The profile in use; without settings if there is none of that name.
    public Profile profile() {
        return profile;
    }

    /// The region that variables or the profile name.
    public Optional<String> region() {
        return variable("AWS_REGION").or(() -> variable("AWS_DEFAULT_REGION")).or(() -> profile.text("region"));
    }

    public boolean fips() {
        return either("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    }

    public boolean dualStack() {
        return either("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    }

    private boolean either(String variable, String setting) {
        return variable(variable).or(() -> profile.text(setting)).filter("true"::equalsIgnoreCase).isPresent();
    }

    /// Whether nothing may be asked of EC2's metadata service.
    public boolean metadataDisabled() {
        return flag("AWS_EC2_METADATA_DISABLED");
    }

    /// `endpoint_url` of this service in the section `[services …]` that the profile names.
    Optional<String> serviceEndpoint(String service) {
        return profile.text("services").flatMap(profiles::services).flatMap(section -> section.text(service + ".endpoint_url"));
    }

    /// A PEM file of the authorities to trust instead of the usual ones.
    public Optional<Path> authorities() {
        return variable("AWS_CA_BUNDLE").or(() -> profile.text("ca_bundle")).map(Path::of);
    }

    /// All that may tell what was looked for, for messages.
    public List<Path> files() {
        return profiles.files();
    }
}
