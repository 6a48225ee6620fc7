// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AwsConfigTest {
    @TempDir
    Path home;

    private Map<String, String> variables(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>(Map.of("HOME", home.toString()));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return variables;
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(home.resolve(".aws"));
        Files.writeString(home.resolve(".aws").resolve(name), text);
    }

    @Test
    void profilesOfBothFilesAreOneAndCredentialsWin() throws IOException {
        write("config", """
                # comment
                [default]
                Region = eu-west-1   ; not part of it
                aws_access_key_id=OLD

                [ profile   other ]
                region=eu-north-1#part
                [unknown-kind x]
                region = nowhere
                """);
        write("credentials", "[default]\naws_access_key_id = NEW\naws_secret_access_key = a=b/c+d #e\n");

        AwsConfig config = AwsConfig.read(variables());
        assertThat(config.profile().settings()).containsExactlyInAnyOrderEntriesOf(
                Map.of("region", "eu-west-1", "aws_access_key_id", "NEW", "aws_secret_access_key", "a=b/c+d"));
        assertThat(AwsConfig.read(variables("AWS_PROFILE", "other")).region()).contains("eu-north-1#part");
    }

    @Test
    void filesCanBeElsewhere() throws IOException {
        Files.writeString(home.resolve("c"), "[profile p]\nregion = a\n");
        Files.writeString(home.resolve("k"), "[p]\naws_access_key_id = K\n");
        AwsConfig config = AwsConfig
                .read(variables("AWS_CONFIG_FILE", "~/c", "AWS_SHARED_CREDENTIALS_FILE", home.resolve("k").toString(), "AWS_PROFILE", "p"));
        assertThat(config.profile().settings()).containsEntry("region", "a").containsEntry("aws_access_key_id", "K");
    }

    @Test
    void regionComesFromVariablesBeforeTheProfile() throws IOException {
        write("config", "[default]\nregion = from-profile-1\n");
        assertThat(AwsConfig.read(variables()).region()).contains("from-profile-1");
        assertThat(AwsConfig.read(variables("AWS_DEFAULT_REGION", "b")).region()).contains("b");
        assertThat(AwsConfig.read(variables("AWS_DEFAULT_REGION", "b", "AWS_REGION", " a ")).region()).contains("a");
    }

    @Test
    void noFilesAtAllIsFine() {
        AwsConfig config = AwsConfig.read(variables());
        assertThat(config.region()).isEmpty();
        assertThat(config.profile().settings()).isEmpty();
    }

    @Test
    void profileThatIsAskedForMustExist() {
        assertThatThrownBy(() -> AwsConfig.read(variables("AWS_PROFILE", "none"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("AWS_PROFILE=none: a profile of ");
    }

    @Test
    void faultIsNamedByItsLineAndNeverQuoted() throws IOException {
        for (String text : List.of("[default\n", "[default]\nSECRET\n", "SECRET=1\n", "[default]\n  SECRET = 1\n")) {
            write("credentials", text);
            assertThatThrownBy(() -> AwsConfig.read(variables())).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(".*credentials:\\d: .*").hasMessageNotContaining("SECRET");
        }
    }

    @Test
    void profileNeverShowsItsSettings() throws IOException {
        write("credentials", "[default]\naws_secret_access_key = SECRET\n");
        assertThat(AwsConfig.read(variables()).profile().toString()).doesNotContain("SECRET");
    }

    @Test
    void authoritiesComeFromTheVariableBeforeTheProfile() throws IOException {
        assertThat(AwsConfig.read(variables()).authorities()).isEmpty();
        write("config", "[default]\nca_bundle = /profile/ca.pem\n");
        assertThat(AwsConfig.read(variables()).authorities()).contains(Path.of("/profile/ca.pem"));
        assertThat(AwsConfig.read(variables("AWS_CA_BUNDLE", "/variable/ca.pem")).authorities()).contains(Path.of("/variable/ca.pem"));
    }

    @Test
    void aHomeThatIsBlankIsTheUsers() {
        assertThat(AwsConfig.read(variables()).files()).containsExactly(home.resolve(".aws/config"), home.resolve(".aws/credentials"));
        Path users = Path.of(System.getProperty("user.home"));
        assertThat(AwsConfig.read(variables("HOME", " ", "AWS_CONFIG_FILE", home.resolve("none").toString())).files())
                .containsExactly(home.resolve("none"), users.resolve(".aws/credentials"));
    }
}
