// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.invoke.FunctionName;
import lambdadispatch.invoke.InvokeFailure;
import lambdadispatch.invoke.InvokeResult;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaAsyncClientBuilder;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/// The `sdk` invoker: Lambda's Invoke API by the AWS SDK, with its whole credential chain. It reads region, endpoints and credentials
/// from environment, files and platform by itself; only `AWS_LAMBDA_SERVICE_URL` is ours.
///
/// An invoke is sent once: the SDK itself tries nothing again, since invokes cost money and the router's cost guard has to see each.
/// Connections are not meant to be used twice, as with ours.
public final class SdkInvoker implements FunctionInvoker {
    /// After these the SDK has set its clock by the answer's date.
    private static final Set<String> CLOCK =
            Set.of("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException");
    private static final String OF_CONFIGURATION = "";
    /// The SDK's own are pages long.
    private static final int LONGEST_MESSAGE = 200;

    private final Map<String, LambdaAsyncClient> clients = new ConcurrentHashMap<>(); // by region, "" for the SDK's own choice
    private URI override;
    private SdkAsyncHttpClient http;
    private DefaultCredentialsProvider credentials;

    /// For [java.util.ServiceLoader].
    public SdkInvoker() {
        // what it needs is made in configure, when it is the one that was chosen
    }

    @Override
    public String name() {
        return "sdk";
    }

    @Override
    public void configure(Map<String, String> environment) {
        String url = environment.getOrDefault("AWS_LAMBDA_SERVICE_URL", "").strip();
        if (!url.isEmpty()) {
            override = url(url);
        }
        http = HttpClients.forInvokes();
        credentials = DefaultCredentialsProvider.builder().asyncCredentialUpdateEnabled(true).build();
    }

    private static URI url(String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("AWS_LAMBDA_SERVICE_URL=" + text + ": an http or https URL", e);
        }
        throw new IllegalArgumentException("AWS_LAMBDA_SERVICE_URL=" + text + ": an http or https URL");
    }

    @Override
    public InvokeResult invoke(String function, byte[] payload) throws IOException {
        FunctionName name;
        try {
            name = FunctionName.parse(function);
        } catch (IllegalArgumentException e) {
            return new InvokeResult.Refused(0, "Configuration", e.getMessage());
        }
        try {
            return result(client(name.region()), request(name, payload));
        } catch (SdkClientException e) {
            return ofClient(e);
        }
    }

    private LambdaAsyncClient client(String region) {
        return clients.computeIfAbsent(region, this::newClient);
    }

    private LambdaAsyncClient newClient(String region) {
        LambdaAsyncClientBuilder builder = LambdaAsyncClient.builder().httpClient(http).credentialsProvider(credentials)
                .overrideConfiguration(ClientOverrideConfiguration.builder().retryStrategy(AwsRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(new AnswerLimit()).putHeader("Connection", "close").build())
                .asyncConfiguration(async -> async.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run));
        if (!region.equals(OF_CONFIGURATION)) {
            builder.region(Region.of(region));
        }
        if (override != null) {
            builder.endpointOverride(override);
        }
        return builder.build();
    }

    private static InvokeRequest request(FunctionName name, byte[] payload) {
        InvokeRequest.Builder request =
                InvokeRequest.builder().functionName(name.identifier()).invocationType(InvocationType.REQUEST_RESPONSE)
                .payload(SdkBytes.fromByteArrayUnsafe(payload));
        return name.qualifier().isEmpty() ? request.build() : request.qualifier(name.qualifier()).build();
    }

    private static InvokeResult result(LambdaAsyncClient client, InvokeRequest request) throws IOException {
        try {
            return ofAnswer(call(client, request));
        } catch (AwsServiceException first) {
            if (!CLOCK.contains(SdkErrors.code(first))) {
                return SdkErrors.failure(first).result();
            }
            try {
                return ofAnswer(call(client, request));
            } catch (AwsServiceException second) {
                return SdkErrors.failure(second).result();
            }
        }
    }

    private static InvokeResponse call(LambdaAsyncClient client, InvokeRequest request) throws IOException {
        try {
            return client.invoke(request).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IOException("the SDK failed", e.getCause());
        }
    }

    private static InvokeResult ofAnswer(InvokeResponse response) {
        byte[] answer = response.payload() == null ? new byte[0] : response.payload().asByteArrayUnsafe();
        byte[] payload = answer.length > AnswerLimit.OCTETS ? new byte[0] : answer; // over it is, whatever it said
        return response.functionError() == null ? new InvokeResult.Returned(payload)
                : new InvokeResult.FunctionError(response.functionError(), payload);
    }

    /// Errors that never reached the service: what a person has to see to, or the network.
    private static InvokeResult ofClient(SdkClientException e) throws IOException {
        String message = String.valueOf(e.getMessage());
        if (message.contains("Unable to load credentials")) {
            return InvokeFailure.of(403, "AccessDeniedException", message).result();
        }
        if (message.contains("Unable to load region")) {
            return new InvokeResult.Refused(0, "Configuration",
                    "AWS_REGION is not set, and the function is not named by an ARN: " + message);
        }
        throw new IOException(message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) + "…" : message, e);
    }

    @Override
    public void close() {
        clients.values().forEach(LambdaAsyncClient::close);
        http.close();
        credentials.close();
    }
}
