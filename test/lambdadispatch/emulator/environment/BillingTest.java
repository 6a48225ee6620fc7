// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BillingTest {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void timeIsRoundedUpToMillisecondsPerInvocation() {
        Billing billing = new Billing(512);
        billing.started("a", 0);
        billing.started("b", 0);

        assertThat(billing.ended("a", 1)).isEqualTo(1);
        assertThat(billing.ended("b", 1_999 * MILLISECOND)).isEqualTo(1_999);
        assertThat(billing.total(0)).isEqualTo(new Billing.Total(2, 0, 2_000, 1.0));
    }

    @Test
    void whatIsRunningIsPartOfTheBillAndIsNotChargedTwice() {
        Billing billing = new Billing(1024);
        billing.started("a", 0);

        assertThat(billing.total(500 * MILLISECOND).billedMillis()).isEqualTo(500);
        assertThat(billing.ended("a", 700 * MILLISECOND)).isEqualTo(700);
        assertThat(billing.ended("a", 900 * MILLISECOND)).isZero();
        assertThat(billing.total(5_000 * MILLISECOND).billedMillis()).isEqualTo(700);
    }

    @Test
    void billIsReadable() {
        Billing billing = new Billing(1024);
        billing.started("a", 0);
        billing.coldStart();
        billing.ended("a", 1_234 * MILLISECOND);

        assertThat(billing.total(0).line()).isEqualTo("1.234 GB-seconds billed: 1 invocations, 1 cold starts, 1234 ms; about 0.000021 USD");
    }
}
