// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainXmlTest {
    @Test
    void leavesAreFoundByTheirPath() throws Exception {
        assertThat(
                PlainXml.leaves("<?xml version=\"1.0\"?>\n<r xmlns='urn:x'>\n <a><b>1</b> <c/></a><d> x&amp;&lt;&#65;&#x42; </d>\n</r>\n"))
                .hasSize(3).containsEntry("a/b", "1").containsEntry("a/c", "").containsEntry("d", " x&<AB ");
    }

    @Test
    void stsAnswerIsUnderstood() throws Exception {
        assertThat(PlainXml.leaves(StsXml.credentials("AssumeRole", "AKID"))).containsEntry("AssumeRoleResult/Credentials/AccessKeyId",
                "AKID");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "", "text", "<r>", "<r", "<r></s>", "<r><a></r></a>", "</r>", "<r/><r/>", "<r/>x", "<r>x<a/></r>", "<r a='1'/>",
            "<r><!-- --></r>", "<r><![CDATA[x]]></r>",
            "<!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>", "<r>&e;</r>", "<r>&amp</r>", "<r>&#99999999;</r>", "<r><a>1</a><a>2</a></r>",
            "<r><?x ?></r>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"
    })
    void whatIsNotPlainIsRefused(String text) {
        assertThatThrownBy(() -> PlainXml.leaves(text)).isInstanceOf(PlainXml.Malformed.class);
    }

    @Test
    void sixteenElementsMayStandInEachOther() throws Exception {
        assertThat(PlainXml.leaves("<a>".repeat(16) + "x" + "</a>".repeat(16))).containsExactly(Map.entry("a/".repeat(14) + "a", "x"));
        assertThatThrownBy(() -> PlainXml.leaves("<a>".repeat(17) + "x" + "</a>".repeat(17))).isInstanceOf(PlainXml.Malformed.class)
                .hasMessage("nested too deeply");
    }

    @Test
    void everyPrefixOfAnAnswerIsRefused() {
        String whole = StsXml.credentials("AssumeRole", "AKID").strip();
        for (int length = 0; length < whole.length(); length++) {
            String part = whole.substring(0, length);
            assertThatThrownBy(() -> PlainXml.leaves(part)).isInstanceOf(PlainXml.Malformed.class);
        }
    }
}
