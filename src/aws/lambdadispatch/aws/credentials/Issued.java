// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import lambdadispatch.aws.Credentials;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;

/// Credentials and until when they work.
///
/// @param expires `Instant.MAX` if they do not expire
record Issued(Credentials credentials, Instant expires) {
    static Issued forGood(Credentials credentials) {
        return new Issued(credentials, Instant.MAX);
    }

    boolean temporary() {
        return !expires.equals(Instant.MAX);
    }

    /// From the JSON that metadata services and credential processes write: `AccessKeyId`, `SecretAccessKey`, `Token` or
    /// `SessionToken`, `Expiration`.
    /// @param source for messages, which never quote the text
    static Issued parse(String json, String source) throws CredentialsException {
        Json.JsonObject object = object(json, source);
        String token = object.text("Token").or(() -> object.text("SessionToken")).orElse("");
        Credentials credentials = new Credentials(required(object, "AccessKeyId", source), required(object, "SecretAccessKey", source),
                sendable(token, source));
        return new Issued(credentials,
                object.text("Expiration").isPresent() ? instant(object.text("Expiration").get(), source) : Instant.MAX);
    }

    static Json.JsonObject object(String json, String source) throws CredentialsException {
        try {
            if (Json.parse(json) instanceof Json.JsonObject object) {
                return object;
            }
        } catch (JsonException e) {
            throw CredentialsException.passing(source + " answered with malformed JSON", null); // the cause may quote it
        }
        throw CredentialsException.passing(source + " answered with JSON that is no object", null);
    }

    private static String required(Json.JsonObject object, String name, String source) throws CredentialsException {
        String value = object.text(name).orElse("");
        if (value.isEmpty()) {
            throw CredentialsException.passing(source + " answered without " + name, null);
        }
        return sendable(value, source);
    }

    /// What goes into a header field must not end it.
    static String sendable(String value, String source) throws CredentialsException {
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw CredentialsException.lasting(source + " gave credentials with blanks or control characters in them");
        }
        return value;
    }

    static Instant instant(String text, String source) throws CredentialsException {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw CredentialsException.passing(source + " answered with an Expiration that is no ISO 8601 time", null);
        }
    }
}
