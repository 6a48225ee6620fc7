// SPDX-License-Identifier: MIT
package lambdadispatch.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import lambdadispatch.base.json.Json;
import lambdadispatch.invoke.InvokeFailure;
import lambdadispatch.support.FakeService.Reply;
import lambdadispatch.support.FakeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every error that the Invoke API documents, answered over the wire, and what becomes of it.
class ErrorTableTest {
    /// Status and name as in the API reference, then what is done.
    private static final String TABLE = """
            429 TooManyRequestsException throttled
            409 ResourceConflictException unavailable
            502 ResourceNotReadyException unavailable
            409 SnapStartNotReadyException unavailable
            408 SnapStartTimeoutException unavailable
            409 SnapStartRegenerationFailureException unavailable
            409 CodeArtifactUserPendingException unavailable
            502 ENINotReadyException unavailable
            500 ServiceException unavailable
            502 EC2ThrottledException unavailable
            502 EC2UnexpectedException unavailable
            502 ENILimitReachedException unavailable
            502 SubnetIPAddressLimitReachedException unavailable
            408 EFSMountConnectivityException unavailable
            408 EFSMountTimeoutException unavailable
            410 EFSIOException unavailable
            408 S3FilesMountConnectivityException unavailable
            408 S3FilesMountTimeoutException unavailable
            502 EC2AccessDeniedException refused
            403 EFSMountFailureException refused
            403 S3FilesMountFailureException refused
            502 InvalidRuntimeException refused
            502 InvalidSecurityGroupIDException refused
            502 InvalidSubnetIDException refused
            502 InvalidZipFileException refused
            502 KMSAccessDeniedException refused
            502 KMSDisabledException refused
            502 KMSInvalidStateException refused
            502 KMSNotFoundException refused
            400 SnapStartException refused
            409 CodeArtifactUserDeletedException refused
            409 CodeArtifactUserFailedException refused
            409 RuntimeAliasDeletedException refused
            409 RuntimeVersionDeletedException refused
            400 NoPublishedVersionException refused
            400 ModeNotSupportedException refused
            400 InvalidParameterValueException refused
            400 InvalidRequestContentException refused
            413 RequestTooLargeException refused
            413 SerializedRequestEntityTooLargeException refused
            415 UnsupportedMediaTypeException refused
            404 ResourceNotFoundException refused
            409 DurableExecutionAlreadyStartedException refused
            400 RecursiveInvocationException refused
            402 ServiceQuotaExceededException refused
            400 ThrottlingException throttled
            503 Throttling throttled
            503 SlowDown throttled
            400 ThrottledException throttled
            400 RequestThrottled throttled
            400 RequestThrottledException throttled
            503 RequestLimitExceeded throttled
            500 InternalFailure unavailable
            500 InternalServerError unavailable
            500 InternalError unavailable
            503 ServiceUnavailable unavailable
            503 ServiceUnavailableException unavailable
            408 RequestTimeout unavailable
            400 RequestTimeoutException unavailable
            400 RequestAbortedException unavailable
            403 RequestTimeTooSkewed unavailable
            400 RequestExpired unavailable
            403 AccessDeniedException refused
            403 AccessDenied refused
            403 UnrecognizedClientException refused
            403 InvalidClientTokenId refused
            403 InvalidAccessKeyId refused
            403 InvalidSignatureException refused
            403 SignatureDoesNotMatch refused
            400 IncompleteSignature refused
            400 IncompleteSignatureException refused
            403 MissingAuthenticationToken refused
            403 MissingAuthenticationTokenException refused
            400 NotAuthorized refused
            403 OptInRequired refused
            404 UnknownOperationException refused
            400 ValidationError refused
            400 ValidationException refused
            400 MalformedHttpRequestException refused
            """;
    /// Keys that do not expire can not be replaced, so these, which pass with others, stay: see LambdaInvokerTest.
    private static final String OF_EXPIRY = "ExpiredToken";

    @TempDir
    static Path home;

    private static volatile Reply reply;
    private static FakeService service;
    private static Invoked invoked;

    @BeforeAll
    static void start() {
        service = new FakeService(_ -> reply);
        invoked = new Invoked(home, service);
    }

    @AfterAll
    static void stop() {
        invoked.close();
        service.close();
    }

    static Stream<String> rows() {
        return TABLE.lines();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void errorOfTheApiIsMapped(String row) throws IOException {
        String[] parts = row.split(" ");
        reply = Reply.of(Integer.parseInt(parts[0]), Json.object("Type", "User", "Message", "because").write(), "x-amzn-ErrorType",
                parts[1]);
        String expected =
                parts[2].equals("throttled") ? "throttled " + parts[1] + " PT0S" : parts[2] + " " + parts[0] + " " + parts[1] + " because";
        assertThat(invoked.result()).isEqualTo(expected);
    }

    @Test
    void everyRowOfTheProductsTableIsTestedHere() {
        Map<String, String> tested = new TreeMap<>();
        rows().map(row -> row.split(" ")).forEach(parts -> tested.put(parts[1], parts[2]));
        InvokeFailure.actions().forEach((code, action) -> {
            String expected = switch (action) {
                case WAIT -> "throttled";
                case RETRY -> "unavailable";
                case FAIL -> "refused";
            };
            if (!code.startsWith(OF_EXPIRY)) {
                assertThat(tested).containsEntry(code, expected);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
            "400, refused", "401, refused", "403, refused", "404, refused", "405, refused", "408, unavailable", "409, refused",
            "429, throttled", "499, refused",
        "500, unavailable", "502, unavailable", "503, unavailable", "504, unavailable", "599, unavailable", "301, refused"
    })
    void withoutAKnownNameTheStatusDecides(int status, String expected) throws IOException {
        for (String body : new String[] {"", "<html>gateway</html>", "{}", "[]", "{\"__type\":\"com.amazon#NewException\"}"}) {
            reply = Reply.of(status, body);
            assertThat(invoked.result()).startsWith(expected + " ");
        }
    }

    @Test
    void nameMayStandInTheBody() throws IOException {
        reply = Reply.of(400, "{\"__type\":\"com.amazonaws.lambda#ResourceConflictException\",\"message\":\"busy\"}");
        assertThat(invoked.result()).isEqualTo("unavailable 400 ResourceConflictException busy");
        reply = Reply.of(400, "{\"code\":\"ThrottlingException\",\"message\":\"slow\"}");
        assertThat(invoked.result()).isEqualTo("throttled ThrottlingException PT0S");
    }

    @Test
    void endlessMessageIsCut() throws IOException {
        reply = Reply.of(403, Json.object("message", "x".repeat(100_000)).write(), "x-amzn-errortype", "AccessDeniedException");
        assertThat(invoked.result()).hasSizeLessThan(1_100);
    }
}
