// SPDX-License-Identifier: MIT
/// Lambda's Invoke API: one signed call for each instance, open for as long as the instance lives. **Threads**: the caller's, one an
/// invoke. **Locks**: none.
package lambdadispatch.aws.lambda;
