// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import java.util.StringJoiner;
import lambdadispatch.http.message.Headers;

/// A request made up from a seed, to compare signers by: everything that services in general may be sent, not only what Lambda is.
public final class RandomRequest {
    private static final String[] METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"};
    private static final String[] REGIONS = {"us-east-1", "eu-north-1", "cn-north-1", "us-gov-west-1", "ap-southeast-2"};
    private static final String[] SERVICES = {"lambda", "sts", "service", "execute-api"};
    private static final String NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    private static final String ANY = NAMES + " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}äß€ሴ";
    private static final Instant BEGINNING = Instant.parse("2000-01-01T00:00:00Z");
    private static final int FIFTY_YEARS = 50 * 365 * 24 * 3600;

    private final Random random;
    private final String method;
    private final String host;
    private final String path;
    private final String query;
    private final Headers headers = new Headers();
    private final byte[] body;
    private final String region;
    private final String service;
    private final Credentials credentials;
    private final Instant time;

    public RandomRequest(long seed) {
        random = new Random(seed);
        method = one(METHODS);
        region = one(REGIONS);
        service = one(SERVICES);
        host = service + "." + region + ".example.com" + (random.nextInt(4) == 0 ? ":8443" : "");
        path = madePath();
        query = madeQuery();
        body = method.equals("GET") || method.equals("HEAD") ? new byte[0] : text(ANY, 200).getBytes(StandardCharsets.UTF_8);
        headers.add("Host", host);
        for (int i = random.nextInt(5); i > 0; i--) {
            headers.add("X-" + text(NAMES.replace("~", ""), 12).replace('.', 'a') + i, text(NAMES + "     ,;=/:\"", 40) + "z");
        }
        credentials = new Credentials("AKIA" + text(NAMES, 16), text(NAMES + "/+", 40) + "k",
                random.nextBoolean() ? "" : text(NAMES + "/+=", 200) + "t");
        time = BEGINNING.plusSeconds(random.nextInt(FIFTY_YEARS));
    }

    private String one(String[] of) {
        return of[random.nextInt(of.length)];
    }

    private String text(String of, int longest) {
        StringBuilder text = new StringBuilder();
        int[] points = of.codePoints().toArray();
        for (int i = random.nextInt(longest); i > 0; i--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    /// Segments encoded once, as they would be sent; some are `.` and `..`, some empty. None leads above the root, where signers differ:
    /// Java's `URI.normalize` keeps such a `..`, RFC 3986 §5.2.4 does not.
    private String madePath() {
        StringBuilder made = new StringBuilder();
        int depth = 0;
        for (int i = random.nextInt(6); i >= 0; i--) {
            int kind = random.nextInt(10);
            if (kind == 0 || kind == 1) {
                made.append(kind == 0 ? "/" : "/.");
            } else if (kind == 2 && depth > 0) {
                made.append("/..");
                depth--;
            } else {
                made.append('/').append(UriEncoding.encode("s" + text(ANY, 20), false));
                depth++;
            }
        }
        return made.toString();
    }

    private String madeQuery() {
        StringJoiner made = new StringJoiner("&");
        for (int i = random.nextInt(6); i > 0; i--) {
            made.add(UriEncoding.encode("p" + text(ANY, 8), false) + "=" + UriEncoding.encode(text(ANY, 20), false));
        }
        return made.toString();
    }

    public String method() {
        return method;
    }

    public String host() {
        return host;
    }

    public String path() {
        return path;
    }

    public String query() {
        return query;
    }

    /// A copy, with `Host` among them.
    public Headers headers() {
        Headers copy = new Headers();
        copy.addAll(headers);
        return copy;
    }

    public byte[] body() {
        return body.clone();
    }

    public String region() {
        return region;
    }

    public String service() {
        return service;
    }

    public Credentials credentials() {
        return credentials;
    }

    public Instant time() {
        return time;
    }

    @Override
    public String toString() {
        return method + " " + path + "?" + query + " " + headers;
    }
}
