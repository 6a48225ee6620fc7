// SPDX-License-Identifier: MIT
package lambdadispatch.aws.callback;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.metadata.Fetch;
import lambdadispatch.aws.metadata.Imds;
import lambdadispatch.base.log.Log;
import lambdadispatch.invoke.CallbackAddress;

/// The private address of the EC2 instance that this runs on, for a router whose ports are the host's.
/// Source: Amazon EC2 User Guide, "Instance metadata categories", `local-ipv4`.
public final class Ec2Address implements CallbackAddress {
    private static final Log LOG = Log.of("callback");

    @Override
    public String name() {
        return "ec2";
    }

    @Override
    public Optional<String> find(Map<String, String> environment, Duration limit) {
        try {
            AwsConfig config = AwsConfig.read(environment);
            return config.metadataDisabled() ? Optional.empty() : ask(config, limit);
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("no answer", "platform", name(), "why", e.toString());
            return Optional.empty();
        }
    }

    private static Optional<String> ask(AwsConfig config, Duration limit) throws IOException {
        try (Imds imds = new Imds(config, new Fetch.Limits(limit, limit, 1))) {
            Fetch.Answer answer = imds.get("/latest/meta-data/local-ipv4");
            return Optional.of(answer.text().strip()).filter(text -> answer.ok() && Addresses.literal(text));
        }
    }
}
