// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
    @TempDir
    Path home;

    private AwsConfig config(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>(Map.of("HOME", home.toString()));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return AwsConfig.read(variables);
    }

    @ParameterizedTest
    @CsvSource({
            "eu-north-1,     lambda.eu-north-1.amazonaws.com,      lambda-fips.eu-north-1.amazonaws.com,      lambda.eu-north-1.api.aws,                   sts.eu-north-1.amazonaws.com",
            "il-central-1,   lambda.il-central-1.amazonaws.com,    lambda-fips.il-central-1.amazonaws.com,    lambda.il-central-1.api.aws,                 sts.il-central-1.amazonaws.com",
            "cn-north-1,     lambda.cn-north-1.amazonaws.com.cn,   lambda-fips.cn-north-1.amazonaws.com.cn,   lambda.cn-north-1.api.amazonwebservices.com.cn, sts.cn-north-1.amazonaws.com.cn",
            "us-gov-west-1,  lambda.us-gov-west-1.amazonaws.com,   lambda-fips.us-gov-west-1.amazonaws.com,   lambda.us-gov-west-1.api.aws,                sts.us-gov-west-1.amazonaws.com",
            "us-iso-east-1,  lambda.us-iso-east-1.c2s.ic.gov,      lambda-fips.us-iso-east-1.c2s.ic.gov,      lambda.us-iso-east-1.api.aws.ic.gov,         sts.us-iso-east-1.c2s.ic.gov",
            "us-isob-east-1, lambda.us-isob-east-1.sc2s.sgov.gov,  lambda-fips.us-isob-east-1.sc2s.sgov.gov,  lambda.us-isob-east-1.api.aws.scloud,        sts.us-isob-east-1.sc2s.sgov.gov",
            "eu-isoe-west-1, lambda.eu-isoe-west-1.cloud.adc-e.uk, lambda-fips.eu-isoe-west-1.cloud.adc-e.uk, lambda.eu-isoe-west-1.api.cloud-aws.adc-e.uk, sts.eu-isoe-west-1.cloud.adc-e.uk",
            "us-isof-south-1, lambda.us-isof-south-1.csp.hci.ic.gov, lambda-fips.us-isof-south-1.csp.hci.ic.gov, lambda.us-isof-south-1.api.aws.hci.ic.gov, sts.us-isof-south-1.csp.hci.ic.gov",
            "eusc-de-east-1, lambda.eusc-de-east-1.amazonaws.eu,   lambda-fips.eusc-de-east-1.amazonaws.eu,   lambda.eusc-de-east-1.api.amazonwebservices.eu, sts.eusc-de-east-1.amazonaws.eu",
    })
    void everyPartitionHasItsDomains(String region, String plain, String fips, String dualStack, String sts) {
        assertThat(Endpoint.lambda(config(), region)).hasToString("https://" + plain);
        assertThat(Endpoint.lambda(config("AWS_USE_FIPS_ENDPOINT", "true"), region)).hasToString("https://" + fips);
        assertThat(Endpoint.lambda(config("AWS_USE_DUALSTACK_ENDPOINT", "true"), region)).hasToString("https://" + dualStack);
        assertThat(Endpoint.lambda(config("AWS_USE_DUALSTACK_ENDPOINT", "true", "AWS_USE_FIPS_ENDPOINT", "true"), region))
                .hasToString("https://" + dualStack.replace("lambda.", "lambda-fips."));
        assertThat(Endpoint.sts(config(), region)).hasToString("https://" + sts);
    }

    @Test
    void fipsOfStsInGovCloudIsThePlainEndpoint() {
        assertThat(Endpoint.sts(config("AWS_USE_FIPS_ENDPOINT", "true"), "us-gov-east-1"))
                .hasToString("https://sts.us-gov-east-1.amazonaws.com");
        assertThat(Endpoint.sts(config("AWS_USE_FIPS_ENDPOINT", "true"), "us-east-1"))
                .hasToString("https://sts-fips.us-east-1.amazonaws.com");
    }

    @Test
    void explicitUrlsWinInTheirOrder() throws IOException {
        write("config", """
                [default]
                endpoint_url = http://profile:1
                services = here
                [services here]
                lambda =
                  endpoint_url = http://profile-lambda:1
                """);
        Map<String, String> all = new HashMap<>(Map.of("HOME", home.toString()));
        assertThat(Endpoint.lambda(AwsConfig.read(all), "us-east-1")).hasToString("http://profile-lambda:1");
        assertThat(Endpoint.sts(AwsConfig.read(all), "us-east-1")).hasToString("http://profile:1");
        all.put("AWS_ENDPOINT_URL", "http://all:1/");
        assertThat(Endpoint.lambda(AwsConfig.read(all), "us-east-1")).hasToString("http://all:1");
        assertThat(Endpoint.sts(AwsConfig.read(all), "us-east-1")).hasToString("http://all:1");
        all.put("AWS_ENDPOINT_URL_LAMBDA", "http://lambda:1/base");
        assertThat(Endpoint.lambda(AwsConfig.read(all), "us-east-1")).hasToString("http://lambda:1/base");
        all.put("AWS_LAMBDA_SERVICE_URL", "http://service:1");
        assertThat(Endpoint.lambda(AwsConfig.read(all), "us-east-1")).hasToString("http://service:1");
    }

    @Test
    void configuredUrlsCanBeIgnoredButOurOwnVariableNot() {
        AwsConfig ignoring = config("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", "AWS_ENDPOINT_URL", "http://all:1",
                "AWS_ENDPOINT_URL_LAMBDA", "http://lambda:1");
        assertThat(Endpoint.lambda(ignoring, "us-east-1")).hasToString("https://lambda.us-east-1.amazonaws.com");
        AwsConfig own = config("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", "AWS_LAMBDA_SERVICE_URL", "http://own:1");
        assertThat(Endpoint.lambda(own, "us-east-1")).hasToString("http://own:1");
    }

    @ParameterizedTest
    @CsvSource({"lambda.example.com", "ftp://lambda", "http://", "https://host/?x=1", "https://a:b@host", "'not a url'"})
    void urlThatIsNoneIsRefusedByName(String url) {
        assertThatThrownBy(() -> Endpoint.lambda(config("AWS_ENDPOINT_URL_LAMBDA", url), "us-east-1"))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("AWS_ENDPOINT_URL_LAMBDA=" + url + ": an http or https URL");
    }

    @Test
    void explicitUrlContradictsFipsAndDualStackAsInTheSdk() {
        assertThatThrownBy(() -> Endpoint.lambda(config("AWS_ENDPOINT_URL", "http://all:1", "AWS_USE_FIPS_ENDPOINT", "true"), "us-east-1"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("AWS_USE_FIPS_ENDPOINT");
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(home.resolve(".aws"));
        Files.writeString(home.resolve(".aws").resolve(name), text);
    }

    @Test
    void whereNoRegionIsKnownStsIsThatOfTheFirstPartition() {
        assertThat(Endpoint.stsWithoutRegion(config())).hasToString("https://sts.amazonaws.com");
        assertThat(Endpoint.stsWithoutRegion(config("AWS_ENDPOINT_URL_STS", "http://here:1"))).hasToString("http://here:1");
    }
}
