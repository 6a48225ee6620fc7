// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// The forms of a function's name in the API reference.
class FunctionNameTest {
    @Test
    void everyDocumentedFormIsUnderstood() throws ApiException {
        InvokedName plain = new InvokedName(null, null, "my-function", null);
        assertThat(InvokedName.of("my-function", null)).isEqualTo(plain);
        for (String form : new String[] {"123456789012:function:my-function", "123456789012:my-function"}) {
            assertThat(InvokedName.of(form, null)).as(form).isEqualTo(new InvokedName(null, "123456789012", "my-function", null));
        }
        for (String form : new String[] {"arn:aws:lambda:us-west-2:123456789012:function:my-function",
                "us-west-2:123456789012:function:my-function"}) {
            assertThat(InvokedName.of(form, null)).as(form).isEqualTo(new InvokedName("us-west-2", "123456789012", "my-function", null));
        }
        assertThat(InvokedName.of("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:my-function:v1", null).qualifier())
                .isEqualTo("v1");
        assertThat(InvokedName.of("my-function:v1", "v1")).isEqualTo(new InvokedName(null, null, "my-function", "v1"));
    }

    @Test
    void anythingElseIsRefused() {
        for (String name : new String[] {"", "a b", "a/b", "arn:aws:s3:::bucket", "x".repeat(65), "f:two words"}) {
            assertThat(InvokedName.parse(name)).as(name).isEmpty();
        }
        assertThatThrownBy(() -> InvokedName.of("f:a", "b")).hasMessageContaining("does not match");
    }
}
