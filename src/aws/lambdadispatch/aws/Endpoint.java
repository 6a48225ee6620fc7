// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.net.URI;
import java.util.Map;

/// Where Lambda's API is: an explicit URL, or the region's public endpoint (AWS General Reference, "Lambda endpoints and quotas").
final class Endpoint {
    private static final String[] OVERRIDES = {"AWS_LAMBDA_SERVICE_URL", "AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"};

    private Endpoint() {}

    /// @throws IllegalArgumentException an override is not an http or https URL
    static URI of(String region, Map<String, String> environment) {
        for (String name : OVERRIDES) {
            String value = environment.get(name);
            if (value != null && !value.isBlank()) {
                return override(name, value.strip());
            }
        }
        boolean fips = "true".equalsIgnoreCase(environment.get("AWS_USE_FIPS_ENDPOINT"));
        boolean dualStack = "true".equalsIgnoreCase(environment.get("AWS_USE_DUALSTACK_ENDPOINT"));
        return URI.create("https://lambda" + (fips ? "-fips" : "") + "." + region + "." + suffix(region, dualStack));
    }

    private static URI override(String name, String value) {
        try {
            URI uri = URI.create(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + "=" + value + ": an http or https URL", e);
        }
        throw new IllegalArgumentException(name + "=" + value + ": an http or https URL");
    }

    /// The partition's domain, by the region's prefix.
    private static String suffix(String region, boolean dualStack) {
        if (region.startsWith("cn-")) {
            return dualStack ? "api.amazonwebservices.com.cn" : "amazonaws.com.cn";
        }
        if (region.startsWith("us-iso-")) {
            return "c2s.ic.gov";
        }
        if (region.startsWith("us-isob-")) {
            return "sc2s.sgov.gov";
        }
        if (region.startsWith("eu-isoe-")) {
            return "cloud.adc-e.uk";
        }
        if (region.startsWith("us-isof-")) {
            return "csp.hci.ic.gov";
        }
        if (region.startsWith("eusc-")) {
            return "amazonaws.eu";
        }
        return dualStack ? "api.aws" : "amazonaws.com";
    }
}
