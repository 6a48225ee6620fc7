// SPDX-License-Identifier: MIT
/// Where keys come from, in the order of AWS's SDKs, and how they are kept fresh.
///
/// **Owns** the keys in use: [CredentialCache]. **Threads**: the caller's; one in the background that fetches new keys before the old ones
/// expire. **Locks**: the cache's own, never held while a source is asked by somebody who has keys that still work.
package lambdadispatch.aws.credentials;
