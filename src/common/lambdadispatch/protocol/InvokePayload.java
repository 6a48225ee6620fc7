// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;

/// The JSON event that a router invokes the function with; `docs/protocol.md` has the table.
///
/// @param poolId the pool's name, for the logs only
/// @param id the instance's secret id, lower-case hex
/// @param dispatcherUrl scheme, host and port of the router's control port
/// @param numberOfChannels channels to open
/// @param sentTime when the router sent it, by its own clock: for people to read. That clock may be wrong, and nothing is decided by it
/// @param initOnly start the app and return
/// @param token bearer token for every control request of this instance
/// @param certificateSha256 SHA-256 of the router's certificate, in hex; "" for a cleartext control port
/// @param protocolVersion [ControlPaths#PROTOCOL_VERSION]
/// @param stay do not return because of idleness
/// @param requestHeadBytes the longest request head that this router sends, in octets; [HeadLimits#RELAYED_REQUEST_BYTES] if it does not
/// say
public record InvokePayload(
        String poolId,
        String id,
        String dispatcherUrl,
        int numberOfChannels,
        Instant sentTime,
        boolean initOnly,
        String token,
        String certificateSha256,
        int protocolVersion,
        boolean stay,
        int requestHeadBytes) {
    private static final int MAX_CHANNELS = 1000;

    public byte[] toJson() {
        return Json.object(
                        "PoolId", poolId,
                        "Id", id,
                        "DispatcherUrl", dispatcherUrl,
                        "NumberOfChannels", numberOfChannels,
                        "SentTime", sentTime.toString(),
                        "InitOnly", initOnly,
                        "Token", token,
                        "CertificateSha256", certificateSha256,
                        "ProtocolVersion", protocolVersion,
                        "Stay", stay,
                        "RequestHeadBytes", requestHeadBytes)
                .write()
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Strict about what it needs, silent about members it does not know.
    /// @throws IllegalArgumentException names the member at fault, never its value
    public static InvokePayload parse(byte[] json) {
        Json.JsonObject object = object(json);
        int version = (int) object.number("ProtocolVersion").orElse(0);
        if (version != ControlPaths.PROTOCOL_VERSION) {
            throw new IllegalArgumentException("ProtocolVersion " + version + " is not " + ControlPaths.PROTOCOL_VERSION);
        }
        long channels = object.number("NumberOfChannels").orElse(0);
        if (channels < 1 || channels > MAX_CHANNELS) {
            throw new IllegalArgumentException("NumberOfChannels is not between 1 and " + MAX_CHANNELS);
        }
        String url = text(object, "DispatcherUrl");
        if (!url.startsWith("http://") && !url.startsWith("https://")) {
            throw new IllegalArgumentException("DispatcherUrl is neither http nor https");
        }
        String pin = object.text("CertificateSha256").orElse("");
        if (url.startsWith("https://") && !isHex(pin, 64)) {
            throw new IllegalArgumentException("CertificateSha256 is not a SHA-256 in hex");
        }
        String id = text(object, "Id");
        String token = text(object, "Token");
        if (!ControlPaths.isId(id) || token.isEmpty() || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException("Id or Token is malformed");
        }
        return new InvokePayload(object.text("PoolId").orElse(""), id, url, (int) channels, instant(text(object, "SentTime")),
                object.flag("InitOnly").orElse(false), token, pin, version, object.flag("Stay").orElse(false), requestHeadBytes(object));
    }

    private static int requestHeadBytes(Json.JsonObject object) {
        long bytes = object.number("RequestHeadBytes").orElse(HeadLimits.RELAYED_REQUEST_BYTES);
        if (bytes < HeadLimits.RELAYED_REQUEST_BYTES || bytes > HeadLimits.LARGEST_RELAYED_REQUEST_BYTES) {
            throw new IllegalArgumentException(
                    "RequestHeadBytes is not between " + HeadLimits.RELAYED_REQUEST_BYTES + " and "
                            + HeadLimits.LARGEST_RELAYED_REQUEST_BYTES);
        }
        return (int) bytes;
    }

    static Json.JsonObject object(byte[] json) {
        try {
            if (Json.parse(json) instanceof Json.JsonObject object) {
                return object;
            }
        } catch (JsonException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    private static String text(Json.JsonObject object, String key) {
        return object.text(key).orElseThrow(() -> new IllegalArgumentException(key + " is missing"));
    }

    private static boolean isHex(String text, int length) {
        return text.length() == length && text.chars().allMatch(HexFormat::isHexDigit);
    }

    private static Instant instant(String text) {
        try {
            return java.time.OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("SentTime is not an RFC 3339 time", e);
        }
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "InvokePayload[" + poolId + " " + dispatcherUrl + " channels=" + numberOfChannels + " initOnly=" + initOnly + " stay=" + stay
                + "]";
    }
}
