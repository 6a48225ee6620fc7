// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import lambdadispatch.base.json.Json;

/// Credentials as metadata services write them.
final class Keys {
    static final String EXPIRES = "2026-03-01T18:00:00Z";

    private Keys() {}

    static String json(String id) {
        return Json.object("Code", "Success", "LastUpdated", "2026-03-01T11:59:00Z", "Type", "AWS-HMAC", "AccessKeyId", id,
                "SecretAccessKey", "SECRET", "Token", "TOKEN",
                "Expiration", EXPIRES).write();
    }
}
