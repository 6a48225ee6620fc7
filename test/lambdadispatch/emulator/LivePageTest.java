// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LivePageTest {
    @Test
    void routerGetsAPortAndATokenOfItsOwnAndTheAddressHasBoth() {
        Map<String, String> variables = new HashMap<>();
        String page = LivePage.in(variables);
        assertThat(variables.get("LAMBDA_DISPATCH_AdminToken")).matches("[0-9a-f]{24}");
        assertThat(page).isEqualTo("http://127.0.0.1:" + variables.get("LAMBDA_DISPATCH_AdminPort") + "/#token="
                + variables.get("LAMBDA_DISPATCH_AdminToken"));
        Map<String, String> again = new HashMap<>();
        LivePage.in(again);
        assertThat(again.get("LAMBDA_DISPATCH_AdminToken")).isNotEqualTo(variables.get("LAMBDA_DISPATCH_AdminToken"));
    }

    @Test
    void whatTheUserSetStays() {
        Map<String, String> variables =
                new HashMap<>(Map.of("LAMBDA_DISPATCH_AdminPort", "7001", "LAMBDA_DISPATCH_AdminToken", "chosen-by-the-user"));
        assertThat(LivePage.in(variables)).isEqualTo("http://127.0.0.1:7001/#token=chosen-by-the-user");
        assertThat(LivePage.in(new HashMap<>(Map.of("LAMBDA_DISPATCH_AdminPort", "0")))).startsWith("none");
    }
}
