// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.config.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.endpoints.LambdaEndpointProvider;
import software.amazon.awssdk.services.sts.endpoints.StsEndpointProvider;

/// Our endpoints beside the SDK's, for every region that it knows.
class EndpointComparisonTest {
    @TempDir
    Path home;

    @Test
    void endpointsOfAllRegionsAreTheSdks() {
        int compared = 0;
        for (Region region : Region.regions()) {
            if (region.isGlobalRegion()) {
                continue;
            }
            for (boolean fips : new boolean[] {false, true}) {
                for (boolean dualStack : new boolean[] {false, true}) {
                    AwsConfig config = AwsConfig.read(Map.of("HOME", home.toString(), "AWS_USE_FIPS_ENDPOINT", "" + fips,
                            "AWS_USE_DUALSTACK_ENDPOINT", "" + dualStack));
                    assertThat(Endpoint.lambda(config, region.id())).isEqualTo(LambdaEndpointProvider.defaultProvider()
                            .resolveEndpoint(p -> p.region(region).useFips(fips).useDualStack(dualStack)).join().url());
                    assertThat(Endpoint.sts(config, region.id())).isEqualTo(StsEndpointProvider.defaultProvider()
                            .resolveEndpoint(p -> p.region(region).useFips(fips).useDualStack(dualStack)).join().url());
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(100);
    }
}
