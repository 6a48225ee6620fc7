// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where a service's API is: an explicit URL, or the region's public endpoint.
/// Sources: AWS SDKs and Tools Reference Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints"; the services' endpoint
/// rules.
public final class Endpoint {
    private static final String IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

    private Endpoint() {}

    /// @throws IllegalArgumentException an explicit URL can not be used; one line that names the variable, the value, what is allowed
    public static URI lambda(AwsConfig config, String region) {
        Optional<String> own = config.variable("AWS_LAMBDA_SERVICE_URL");
        if (own.isPresent()) {
            return checked(config, "AWS_LAMBDA_SERVICE_URL", own.get());
        }
        return configured(config, "LAMBDA").orElseGet(() -> publicOne(config, "lambda", region));
    }

    /// Security Token Service, which gives out credentials for roles.
    public static URI sts(AwsConfig config, String region) {
        return configured(config, "STS").orElseGet(() -> {
            boolean govFips = Partition.of(region) == Partition.AWS_US_GOV && config.fips() && !config.dualStack();
            // In GovCloud the plain endpoint is the FIPS one, and there is no other.
            return govFips ? URI.create("https://sts." + region + ".amazonaws.com") : publicOne(config, "sts", region);
        });
    }

    /// Where STS is when nobody says in which region: in the first partition.
    public static URI stsWithoutRegion(AwsConfig config) {
        return configured(config, "STS").orElseGet(() -> URI.create("https://sts.amazonaws.com"));
    }

    /// From the environment, else from the profile; for the service, else for all.
    private static Optional<URI> configured(AwsConfig config, String service) {
        if (config.flag(IGNORE) || config.profile().text("ignore_configured_endpoint_urls").filter("true"::equalsIgnoreCase).isPresent()) {
            return Optional.empty();
        }
        for (String name : List.of("AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL")) {
            Optional<String> value = config.variable(name);
            if (value.isPresent()) {
                return value.map(url -> checked(config, name, url));
            }
        }
        return config.serviceEndpoint(service.toLowerCase(Locale.ROOT)).or(() -> config.profile().text("endpoint_url"))
                .map(url -> checked(config, "endpoint_url of profile " + config.profile().name(), url));
    }

    private static URI checked(AwsConfig config, String name, String value) {
        if (config.fips() || config.dualStack()) {
            throw new IllegalArgumentException(
                    name + "=" + value + ": not together with AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT");
        }
        try {
            URI uri = URI.create(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (uri.getHost() != null && http && uri.getRawQuery() == null && uri.getRawUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + "=" + value + ": an http or https URL", e);
        }
        throw new IllegalArgumentException(name + "=" + value + ": an http or https URL");
    }

    private static URI publicOne(AwsConfig config, String service, String region) {
        return URI.create(
                "https://" + service + (config.fips() ? "-fips." : ".") + region + "." + Partition.of(region).suffix(config.dualStack()));
    }
}
