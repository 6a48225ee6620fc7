// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

/// No credentials are to be had. The message says from where and why, and never holds a part of them.
public final class CredentialsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean lasting;

    private CredentialsException(String why, boolean lasting, Throwable cause) {
        super(why, cause);
        this.lasting = lasting;
    }

    /// Stays until a person acts.
    static CredentialsException lasting(String why) {
        return new CredentialsException(why, true, null);
    }

    static CredentialsException lasting(String why, Throwable cause) {
        return new CredentialsException(why, true, cause);
    }

    /// May pass by itself.
    static CredentialsException passing(String why, Throwable cause) {
        return new CredentialsException(why, false, cause);
    }

    public boolean lasts() {
        return lasting;
    }
}
