// SPDX-License-Identifier: MIT
/// AWS Signature Version 4, pure: who signs, and who checks. No thread, no lock, no socket.
package lambdadispatch.aws;
