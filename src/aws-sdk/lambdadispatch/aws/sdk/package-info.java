// SPDX-License-Identifier: MIT
/// The same calls by the AWS SDK for Java v2, for whoever needs one of its sources of credentials. **Threads**: the caller's, and the SDK's
/// own.
package lambdadispatch.aws.sdk;
