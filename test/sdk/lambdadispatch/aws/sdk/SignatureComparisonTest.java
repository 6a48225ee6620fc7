// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.Presigner;
import lambdadispatch.aws.RandomRequest;
import lambdadispatch.aws.SigV4Signer;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/// Our signatures beside the SDK's: random requests, the same in every bit.
class SignatureComparisonTest {
    private static final int REQUESTS = 10_000;
    private static final Duration VALIDITY = Duration.ofMinutes(15);

    @Test
    void signaturesInHeadersAreTheSdks() {
        AwsV4HttpSigner theirs = AwsV4HttpSigner.create();
        for (int seed = 0; seed < REQUESTS; seed++) {
            RandomRequest random = new RandomRequest(seed);
            Headers ours = random.headers();
            new SigV4Signer(random.region(), random.service(), SigV4Signer.Option.SEND_BODY_HASH).sign(random.method(), random.path(),
                    random.query(), ours, random.body(), random.credentials(), random.time());
            SdkHttpRequest signed = theirs.sign(request(random, AwsV4FamilyHttpSigner.AuthLocation.HEADER)).request();
            assertThat(ours.get("authorization")).as("seed %d: %s", seed, random)
                    .isEqualTo(signed.firstMatchingHeader("Authorization").orElseThrow());
        }
    }

    @Test
    void signaturesInQueriesAreTheSdks() {
        AwsV4HttpSigner theirs = AwsV4HttpSigner.create();
        for (int seed = 0; seed < REQUESTS; seed++) {
            RandomRequest random = new RandomRequest(seed);
            String ours = new Presigner(new SigV4Signer(random.region(), random.service()), VALIDITY).sign(random.method(), random.path(),
                    random.query(), random.headers(), random.body(), random.credentials(), random.time());
            SdkHttpRequest signed = theirs.sign(request(random, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)).request();
            String expected = signed.firstMatchingRawQueryParameter("X-Amz-Signature").orElseThrow();
            assertThat(ours).as("seed %d: %s", seed, random).endsWith("&X-Amz-Signature=" + expected);
        }
    }

    private static SignRequest<AwsCredentialsIdentity> request(RandomRequest random, AwsV4FamilyHttpSigner.AuthLocation where) {
        URI uri = URI.create("https://" + random.host() + random.path() + (random.query().isEmpty() ? "" : "?" + random.query()));
        SdkHttpRequest.Builder request = SdkHttpRequest.builder().method(SdkHttpMethod.fromValue(random.method())).uri(uri);
        Headers headers = random.headers();
        for (int i = 0; i < headers.size(); i++) {
            request.appendHeader(headers.name(i), headers.value(i));
        }
        SignRequest.Builder<AwsCredentialsIdentity> builder = SignRequest.builder(identity(random.credentials())).request(request.build())
                .payload(() -> new ByteArrayInputStream(random.body()))
                .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, random.service())
                .putProperty(AwsV4HttpSigner.REGION_NAME, random.region())
                .putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, where)
                .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(random.time(), ZoneOffset.UTC));
        return where == AwsV4FamilyHttpSigner.AuthLocation.HEADER ? builder.build()
                : builder.putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, VALIDITY).build();
    }

    private static AwsCredentialsIdentity identity(Credentials credentials) {
        return credentials.sessionToken().isEmpty()
                ? AwsCredentialsIdentity.create(credentials.accessKeyId(), credentials.secretAccessKey())
                : AwsSessionCredentialsIdentity.create(credentials.accessKeyId(), credentials.secretAccessKey(),
                        credentials.sessionToken());
    }
}
