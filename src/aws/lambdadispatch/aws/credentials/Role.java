// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import lambdadispatch.aws.config.Profile;

/// A role to take on, as variables or a profile describe it.
///
/// @param session name of the session, as it will stand in CloudTrail
/// @param region of STS, "" for the configuration's
record Role(String arn, String session, Optional<String> externalId, Optional<String> durationSeconds, String region) {
    static Role of(Profile profile) {
        return new Role(profile.text("role_arn").orElseThrow(), profile.text("role_session_name").orElseGet(Role::newSession),
                profile.text("external_id"), profile.text("duration_seconds"), profile.text("region").orElse(""));
    }

    static String newSession() {
        return "lambda-dispatch-" + System.currentTimeMillis();
    }

    Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("RoleArn", arn);
        parameters.put("RoleSessionName", session);
        durationSeconds.ifPresent(value -> parameters.put("DurationSeconds", value));
        externalId.ifPresent(value -> parameters.put("ExternalId", value));
        return parameters;
    }
}
