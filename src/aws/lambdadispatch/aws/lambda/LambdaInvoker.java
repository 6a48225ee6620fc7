// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.SigV4Signer;
import lambdadispatch.aws.UriEncoding;
import lambdadispatch.aws.config.Authorities;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.aws.config.Endpoint;
import lambdadispatch.aws.credentials.CredentialCache;
import lambdadispatch.aws.credentials.CredentialChain;
import lambdadispatch.aws.credentials.CredentialsException;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.invoke.FunctionName;
import lambdadispatch.invoke.InvokeFailure;
import lambdadispatch.invoke.InvokeResult;

/// The `sigv4` invoker: Lambda's Invoke API over HTTP/1.1, signed here.
///
/// An invoke's answer may take 15 minutes during which the connection is silent; TCP keep-alive probes hold idle paths open that would
/// otherwise be dropped after 350 s. Each invoke has a connection of its own and is sent on it once: when a connection is lost nobody knows
/// whether Lambda took the invoke, and a second environment with the same id must not come of it.
public final class LambdaInvoker implements FunctionInvoker {
    private static final Log LOG = Log.of("sigv4");
    /// For TCP and TLS: fifty at once on a cold, busy processor take seconds.
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    /// Lambda ends an invocation after 900 s at the latest; a little more for its start and the way back.
    static final Duration LONGEST_INVOKE = Duration.ofSeconds(960);
    /// Our extension's answers have some 300 octets; whatever else a function says is of no use, and 6 MiB of it would be for each
    /// instance.
    private static final int MAX_ANSWER = 64 << 10;
    /// The answers that newer credentials may be the cure for.
    private static final Set<String> CREDENTIALS_GONE =
            Set.of("ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId");

    /// What an answer means, and whether the cause has been seen to, so that the same invoke is worth another try.
    private record Outcome(InvokeResult result, boolean mended) {}

    private final ServerClock clock;
    private final Clock local;
    private AwsConfig config;
    private CredentialChain chain;
    private CredentialCache credentials;
    private HomeRegion region;
    private Http1Client http;

    /// For [java.util.ServiceLoader].
    public LambdaInvoker() {
        this(Clock.SYSTEM);
    }

    LambdaInvoker(Clock clock) {
        this.local = clock;
        this.clock = new ServerClock(clock);
    }

    @Override
    public String name() {
        return "sigv4";
    }

    @Override
    public void configure(Map<String, String> variables) {
        config = AwsConfig.read(variables);
        Endpoint.lambda(config, config.region().orElse("us-east-1")); // faults of explicit URLs show at the start
        region = new HomeRegion(config);
        var trust = Authorities.of(config);
        http = new Http1Client(Http1Client.Options.DEFAULT.withConnect(CONNECT_LIMIT).withResponse(LONGEST_INVOKE).withIdle(Duration.ZERO)
                .withKeepAliveProbes().withTls(trust));
        chain = new CredentialChain(config, local, CredentialChain.Reach.usual(trust));
        credentials = chain.choose();
        credentials.prepare();
    }

    @Override
    public InvokeResult invoke(String function, byte[] payload) throws IOException {
        try {
            FunctionName name = FunctionName.parse(function);
            String where = name.region().isEmpty() ? region.get() : name.region();
            Outcome first = attempt(name, where, payload);
            return first.mended() ? attempt(name, where, payload).result() : first.result();
        } catch (IllegalArgumentException e) {
            return new InvokeResult.Refused(0, "Configuration", e.getMessage());
        } catch (CredentialsException e) {
            return e.lasts() ? new InvokeResult.Refused(0, "Credentials", e.getMessage())
                    : new InvokeResult.Unavailable(0, "Credentials", e.getMessage());
        }
    }

    private Outcome attempt(FunctionName name, String where, byte[] payload) throws IOException, CredentialsException {
        Credentials signer = credentials.get();
        URI base = Endpoint.lambda(config, where);
        String path = base.getRawPath() + "/2015-03-31/functions/" + UriEncoding.encode(name.identifier(), false) + "/invocations";
        String query = name.qualifier().isEmpty() ? "" : "Qualifier=" + UriEncoding.encode(name.qualifier(), false);
        Headers headers = Headers.of("host", base.getRawAuthority(), "content-type", "application/json",
                "x-amz-invocation-type", "RequestResponse");
        new SigV4Signer(where, "lambda").sign("POST", path, query, headers, payload, signer, clock.now());
        URI uri = URI.create(base.getScheme() + "://" + base.getRawAuthority() + path + (query.isEmpty() ? "" : "?" + query));
        LOG.debug("invoke", "function", name.identifier(), "qualifier", name.qualifier(), "endpoint", base);
        try (Http1Client.Response response = http.send("POST", uri, headers, payload)) {
            return outcome(response.status(), response.headers(), answer(response), signer);
        }
    }

    /// What was answered; nothing if that is too long or breaks off, since the head alone says that the invocation is over.
    private static byte[] answer(Http1Client.Response response) {
        try {
            return response.bytes(MAX_ANSWER);
        } catch (IOException e) {
            LOG.warn("the answer to an invoke is left out", "status", response.status(), "why", e.getMessage());
            return new byte[0];
        }
    }

    private Outcome outcome(int status, Headers headers, byte[] answer, Credentials signer) {
        if (status / 100 == 2) {
            String error = headers.get("x-amz-function-error");
            return new Outcome(error == null ? new InvokeResult.Returned(answer) : new InvokeResult.FunctionError(error, answer), false);
        }
        InvokeFailure failure = ErrorAnswer.read(status, headers, answer, clock.now());
        if (clock.correct(failure, headers)) {
            return new Outcome(failure.result(), true);
        }
        if (CREDENTIALS_GONE.contains(failure.code())) {
            boolean others = credentials.reject(signer);
            return new Outcome(others ? failure.result() : new InvokeResult.Refused(status, failure.code(), failure.message()), others);
        }
        return new Outcome(failure.result(), false);
    }

    @Override
    public void close() {
        http.close();
        credentials.close();
        chain.close();
    }
}
