// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The profiles of the shared `config` and `credentials` files, merged: where both set something, `credentials` wins.
/// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
public final class Profiles {
    private final Map<String, Map<String, String>> profiles = new HashMap<>();
    private final Map<String, Map<String, String>> services = new HashMap<>();
    private final List<Path> files;

    private Profiles(Path config, Path credentials) {
        this.files = List.of(config, credentials);
    }

    /// @throws IllegalArgumentException a file that is there can not be read or understood; never quotes it
    static Profiles read(Path config, Path credentials) {
        Profiles profiles = new Profiles(config, credentials);
        profiles.addConfig(new SharedFile(config, lines(config)).sections());
        new SharedFile(credentials, lines(credentials)).sections().forEach(profiles::addProfile);
        return profiles;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            // A folder on the way that may not be entered (another user's home in a container) is as good as no file.
            if (!Files.isReadable(file) && !Files.exists(file)) {
                return List.of();
            }
            throw new IllegalArgumentException(file + " can not be read: " + e.getClass().getSimpleName(), e);
        }
    }

    /// `[default]`, `[profile name]`, `[services name]`; others (`sso-session`) are of no use here. `[profile default]` wins over
    /// `[default]`.
    private void addConfig(Map<String, Map<String, String>> sections) {
        boolean prefixed = sections.containsKey("profile " + AwsConfig.DEFAULT_PROFILE);
        sections.forEach((title, settings) -> {
            if (title.equals(AwsConfig.DEFAULT_PROFILE) && !prefixed) {
                addProfile(title, settings);
            } else if (title.startsWith("profile ")) {
                addProfile(title.substring("profile ".length()).strip(), settings);
            } else if (title.startsWith("services ")) {
                services.put(title.substring("services ".length()).strip(), settings);
            }
        });
    }

    private void addProfile(String name, Map<String, String> settings) {
        profiles.computeIfAbsent(name, _ -> new HashMap<>()).putAll(settings);
    }

    public Optional<Profile> find(String name) {
        return Optional.ofNullable(profiles.get(name)).map(settings -> new Profile(name, settings));
    }

    Optional<Profile> services(String name) {
        return Optional.ofNullable(services.get(name)).map(settings -> new Profile(name, settings));
    }

    List<Path> files() {
        return files;
    }
}
