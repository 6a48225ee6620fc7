// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentInfoTest {
    @Test
    void whatIsWrittenIsRead() {
        EnvironmentInfo info = EnvironmentInfo.of("12", "1769", "aarch64");
        assertThat(info).hasToString("version=12 memory=1769 arch=arm64");
        assertThat(EnvironmentInfo.parse(info.toString())).hasValue(info);
        assertThat(EnvironmentInfo.of("$LATEST", "128", "amd64")).hasToString("version=$LATEST memory=128 arch=x86_64");
    }

    @Test
    void whatIsNotKnownIsSaidToBeSo() {
        assertThat(EnvironmentInfo.of(null, null, "amd64")).isEqualTo(new EnvironmentInfo("$LATEST", 0, false));
        assertThat(EnvironmentInfo.of("a b", "1e9", "amd64")).isEqualTo(new EnvironmentInfo("$LATEST", 0, false));
    }

    @Test
    void laterProtocolsMaySayMore() {
        assertThat(EnvironmentInfo.parse("version=1 memory=512 arch=x86_64 zone=use1-az1")).hasValue(new EnvironmentInfo("1", 512, false));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "version=1", "version=v1 memory=1 arch=arm64", "version=1 memory=-1 arch=arm64",
            "version=1 memory=1 arch=mips",
            "version=1234567890123456789 memory=1 arch=arm64", "version=1 memory=1 arch=arm64x"})
    void anythingElseIsIgnored(String text) {
        assertThat(EnvironmentInfo.parse(text)).isEmpty();
    }
}
