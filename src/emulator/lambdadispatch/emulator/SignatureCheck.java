// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.SigV4Verifier;
import lambdadispatch.base.Clock;
import lambdadispatch.emulator.api.ApiError;
import lambdadispatch.emulator.api.Authorization;
import lambdadispatch.http.message.Request;

/// Accepts requests signed with the one key pair that the emulator knows, and refuses others in AWS's words
/// (AWS Lambda API reference, "Common error types").
final class SignatureCheck implements Authorization {
    private final SigV4Verifier verifier;
    private final Clock clock;

    SignatureCheck(Credentials known, String region, Clock clock) {
        this.verifier = new SigV4Verifier(known, region, "lambda");
        this.clock = clock;
    }

    @Override
    public ApiError check(Request request, byte[] body) {
        return switch (verifier.verify(request, body, clock.now())) {
            case VALID -> null;
            case MISSING -> refusal("MissingAuthenticationTokenException", "Missing Authentication Token");
            case INCOMPLETE -> refusal("IncompleteSignatureException", "Authorization header does not have all that a signature needs.");
            case UNKNOWN_KEY -> refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
            case OTHER_REGION -> refusal("InvalidSignatureException", "Credential should be scoped to a valid region.");
            case OTHER_SERVICE -> refusal("InvalidSignatureException", "Credential should be scoped to correct service: 'lambda'.");
        case SKEWED -> refusal("InvalidSignatureException", "Signature expired or not yet current: the clocks differ by more than 5 min.");
        case MISMATCH ->
            refusal("InvalidSignatureException", "The request signature we calculated does not match the signature you provided."
                    + " Check your AWS Secret Access Key and signing method.");
        };
    }

    private static ApiError refusal(String type, String message) {
        return new ApiError(403, type, message, null, 0);
    }
}
