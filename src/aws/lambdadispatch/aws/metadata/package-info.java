// SPDX-License-Identifier: MIT
/// What the platform tells about the host that this runs on. Every question has a limit as a whole. **Threads**: the caller's.
package lambdadispatch.aws.metadata;
