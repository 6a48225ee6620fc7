// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import lambdadispatch.aws.Credentials;

/// Keys that somebody wrote down.
record StaticSource(String name, Credentials credentials) implements CredentialSource {
    @Override
    public Issued issue() {
        return Issued.forGood(credentials);
    }
}
