// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

/// A place where credentials come from.
interface CredentialSource extends AutoCloseable {
    /// For the log: what and where, never a secret.
    String name();

    /// Asks for them anew; blocks.
    Issued issue() throws CredentialsException;

    @Override
    default void close() {}
}
