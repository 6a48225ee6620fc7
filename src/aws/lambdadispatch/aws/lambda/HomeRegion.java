// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import java.io.IOException;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.aws.metadata.Imds;

/// The region of functions whose names do not say it: from variables, profile, or the EC2 instance that this runs on, which is asked once.
final class HomeRegion {
    private final AwsConfig config;
    private String found; // by the metadata service; guarded by this

    HomeRegion(AwsConfig config) {
        this.config = config;
    }

    /// @throws IllegalArgumentException nothing says it
    String get() {
        return config.region().orElseGet(this::ofInstance);
    }

    private synchronized String ofInstance() {
        if (found == null) {
            if (config.metadataDisabled()) {
                throw new IllegalArgumentException(
                        "AWS_REGION is not set, nor does the profile say a region, and the function is not named by an ARN");
            }
            try (Imds imds = new Imds(config, Fetch.Limits.NEAR)) {
                found = imds.region();
            } catch (IOException e) {
                throw new IllegalArgumentException("AWS_REGION is not set, nor do the profile or the EC2 metadata service say a region ("
                        + e.getMessage() + "), and the function is not named by an ARN", e);
            }
        }
        return found;
    }
}
