// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import java.util.regex.Pattern;

/// A partition of AWS: regions that share accounts and domains. Source: the SDKs' `partitions.json`.
enum Partition {
    AWS_CN("cn-[a-z]+-\\d+", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    AWS_US_GOV("us-gov-[a-z]+-\\d+", "amazonaws.com", "api.aws"),
    AWS_ISO("us-iso-[a-z]+-\\d+", "c2s.ic.gov", "api.aws.ic.gov"),
    AWS_ISO_B("us-isob-[a-z]+-\\d+", "sc2s.sgov.gov", "api.aws.scloud"),
    AWS_ISO_E("eu-isoe-[a-z]+-\\d+", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    AWS_ISO_F("us-isof-[a-z]+-\\d+", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    AWS_EUSC("eusc-[a-z]+-[a-z]+-\\d+", "amazonaws.eu", "api.amazonwebservices.eu"),
    /// Also what a region that none of the others knows is taken for.
    AWS(".*", "amazonaws.com", "api.aws");

    private final Pattern regions;
    private final String suffix;
    private final String dualStackSuffix;

    Partition(String regions, String suffix, String dualStackSuffix) {
        this.regions = Pattern.compile(regions);
        this.suffix = suffix;
        this.dualStackSuffix = dualStackSuffix;
    }

    static Partition of(String region) {
        for (Partition partition : values()) {
            if (partition.regions.matcher(region).matches()) {
                return partition;
            }
        }
        return AWS;
    }

    /// The domain under which services have `service.region.`.
    String suffix(boolean dualStack) {
        return dualStack ? dualStackSuffix : suffix;
    }
}
