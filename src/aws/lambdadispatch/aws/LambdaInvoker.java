// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import lambdadispatch.http.Headers;
import lambdadispatch.http1.Http1Client;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.io.Clock;
import lambdadispatch.log.Log;

/// The `sigv4` invoker: Lambda's Invoke API over HTTP/1.1, signed here, with credentials from the environment.
///
/// An invoke's answer may take 15 minutes during which the connection is silent; TCP keep-alive probes hold idle paths open that would
/// otherwise be dropped after 350 s.
public final class LambdaInvoker implements FunctionInvoker {
    private static final Log LOG = Log.of("sigv4");
    /// Lambda ends an invocation after 900 s at the latest; a little more for its start and the way back.
    private static final Duration LONGEST_INVOKE = Duration.ofSeconds(960);
    private static final int MAX_ANSWER = 7 << 20;

    private final Clock clock;
    private final Http1Client http;
    private Map<String, String> environment = Map.of();
    private Credentials credentials;
    private volatile Duration clockOffset = Duration.ZERO;

    public LambdaInvoker() {
        this(Clock.SYSTEM);
    }

    LambdaInvoker(Clock clock) {
        this.clock = clock;
        this.http = new Http1Client(new Http1Client.Options(Duration.ofSeconds(5), LONGEST_INVOKE, true, null));
    }

    @Override
    public String name() {
        return "sigv4";
    }

    @Override
    public void configure(Map<String, String> variables) {
        environment = Map.copyOf(variables);
        credentials = Credentials.fromEnvironment(variables);
        Endpoint.of("us-east-1", variables); // faults of the overrides show at the start
    }

    @Override
    public InvokeResult invoke(String function, byte[] payload) throws IOException {
        FunctionName name;
        String region;
        try {
            name = FunctionName.parse(function);
            region = region(name);
        } catch (IllegalArgumentException e) {
            return new InvokeResult.Refused(0, "Configuration", e.getMessage());
        }
        InvokeResult result = send(name, region, payload);
        if (result instanceof InvokeResult.Unavailable skewed && skewed.code().equals("ClockCorrected")) {
            result = send(name, region, payload);
        }
        return result;
    }

    private String region(FunctionName name) {
        if (!name.region().isEmpty()) {
            return name.region();
        }
        for (String variable : new String[] {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
            String value = environment.get(variable);
            if (value != null && !value.isBlank()) {
                return value.strip();
            }
        }
        throw new IllegalArgumentException("AWS_REGION is not set, and the function is not named by an ARN");
    }

    private InvokeResult send(FunctionName name, String region, byte[] payload) throws IOException {
        URI base = Endpoint.of(region, environment);
        String path = base.getRawPath() + "/2015-03-31/functions/" + UriEncoding.encode(name.identifier(), false) + "/invocations";
        String query = name.qualifier().isEmpty() ? "" : "Qualifier=" + UriEncoding.encode(name.qualifier(), false);
        Headers headers = Headers.of("host", base.getRawAuthority(), "content-type", "application/json",
                "x-amz-invocation-type", "RequestResponse");
        new SigV4Signer(region, "lambda").sign("POST", path, query, headers, payload, credentials, clock.now().plus(clockOffset));
        URI uri = URI.create(base.getScheme() + "://" + base.getRawAuthority() + path + (query.isEmpty() ? "" : "?" + query));
        LOG.debug("invoke", "function", name.identifier(), "qualifier", name.qualifier(), "endpoint", base);
        try (Http1Client.Response response = http.send("POST", uri, headers, payload)) {
            byte[] answer = response.bytes(MAX_ANSWER);
            return result(response, answer);
        }
    }

    private InvokeResult result(Http1Client.Response response, byte[] answer) {
        if (response.status() / 100 == 2) {
            String error = response.headers().get("x-amz-function-error");
            return error == null ? new InvokeResult.Returned(answer) : new InvokeResult.FunctionError(error, answer);
        }
        InvokeResult result = InvokeErrors.classify(response.status(), response.headers(), answer);
        String code = InvokeErrors.code(response.headers(), null);
        if ((code.equals("RequestTimeTooSkewed") || code.equals("InvalidSignatureException")) && correctClock(response.headers())) {
            return new InvokeResult.Unavailable(response.status(), "ClockCorrected", "the clock differed from AWS's");
        }
        return result;
    }

    /// The server's `Date` says how far our clock is off. True if that explains a refused signature: once, since the offset then stays.
    private boolean correctClock(Headers headers) {
        String date = headers.get("date");
        if (date == null) {
            return false;
        }
        try {
            Instant server = java.time.ZonedDateTime.parse(date, java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration offset = Duration.between(clock.now(), server);
            boolean explains = offset.minus(clockOffset).abs().compareTo(Duration.ofMinutes(4)) > 0;
            if (explains) {
                LOG.warn("clock differs from AWS's", "seconds", offset.toSeconds());
                clockOffset = offset;
            }
            return explains;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
