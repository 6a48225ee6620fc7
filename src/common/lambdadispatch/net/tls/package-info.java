// SPDX-License-Identifier: MIT
/// TLS over blocking transports by the JDK's `SSLEngine`, and the certificates for it: PEM files, self-made ones, pinning.
package lambdadispatch.net.tls;
