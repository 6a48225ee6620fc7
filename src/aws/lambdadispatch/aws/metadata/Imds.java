// SPDX-License-Identifier: MIT
package lambdadispatch.aws.metadata;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.http.message.Headers;

/// EC2's instance metadata service, version 2 only: a session token first, then questions with it.
/// Source: Amazon EC2 User Guide, "Use the Instance Metadata Service".
public final class Imds implements AutoCloseable {
    private static final String TOKEN_SECONDS = "21600";
    private static final Duration TOKEN_LIFE = Duration.ofHours(5);

    private final URI base;
    private final Fetch fetch;
    private String token; // null before the first question; guarded by this
    private long tokenNanos;

    /// @param limits for each question
    /// @throws IllegalArgumentException the endpoint that the environment names is not an http or https URL
    public Imds(AwsConfig config, Fetch.Limits limits) {
        this.base = endpoint(config);
        this.fetch = new Fetch(limits, null);
    }

    private static URI endpoint(AwsConfig config) {
        String mode = config.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
                .or(() -> config.profile().text("ec2_metadata_service_endpoint_mode")).orElse("IPv4");
        String url = config.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT")
                .or(() -> config.profile().text("ec2_metadata_service_endpoint"))
                .orElse(mode.equalsIgnoreCase("IPv6") ? "http://[fd00:ec2::254]" : "http://169.254.169.254");
        try {
            URI uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("AWS_EC2_METADATA_SERVICE_ENDPOINT=" + url + ": an http URL", e);
        }
        throw new IllegalArgumentException("AWS_EC2_METADATA_SERVICE_ENDPOINT=" + url + ": an http URL");
    }

    /// The answer to `GET /latest/…`, whatever its status; a token that has become invalid is replaced once.
    /// @throws IOException nothing answers there, or no token is to be had
    public Fetch.Answer get(String path) throws IOException {
        Fetch.Answer answer = get(path, token(false));
        return answer.status() == 401 ? get(path, token(true)) : answer;
    }

    private Fetch.Answer get(String path, String with) throws IOException {
        return fetch.ask(Fetch.Question.get(URI.create(base + path), "x-aws-ec2-metadata-token", with));
    }

    private synchronized String token(boolean anew) throws IOException {
        if (token == null || anew || System.nanoTime() - tokenNanos > TOKEN_LIFE.toNanos()) {
            Headers headers = Headers.of("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS);
            Fetch.Answer answer = fetch.ask(new Fetch.Question("PUT", URI.create(base + "/latest/api/token"), headers, null));
            String text = answer.text().strip();
            if (!answer.ok() || text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                throw new IOException("no session token from the EC2 metadata service: status " + answer.status()
                        + (answer.status() == 403 ? ", it is turned off" : ""));
            }
            token = text;
            tokenNanos = System.nanoTime();
        }
        return token;
    }

    /// The region that this instance is in.
    public String region() throws IOException {
        Fetch.Answer answer = get("/latest/meta-data/placement/region");
        String region = answer.text().strip();
        if (!answer.ok() || !region.matches("[a-z]{2,4}(-[a-z]+)+-\\d+")) {
            throw new IOException("no region from the EC2 metadata service: status " + answer.status());
        }
        return region;
    }

    @Override
    public void close() {
        fetch.close();
    }
}
