// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

/// A role, taken on by somebody whose credentials come from another source: a signed call of STS.
record RoleSource(Sts sts, Role role, CredentialSource base) implements CredentialSource {
    @Override
    public String name() {
        return "role " + role.arn() + " by " + base.name();
    }

    @Override
    public Issued issue() throws CredentialsException {
        return sts.call("AssumeRole", role.parameters(), role.region(), base.issue().credentials());
    }

    @Override
    public void close() {
        base.close();
    }
}
