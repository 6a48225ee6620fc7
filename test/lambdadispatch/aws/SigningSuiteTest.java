// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// AWS's own signing suite, whole: canonical request, string to sign, signature and signed request, in headers and in the query.
class SigningSuiteTest {
    static List<SigningCase> cases() {
        return SigningCase.all();
    }

    @Test
    void theSuiteIsThereWhole() {
        assertThat(cases()).hasSize(38).allSatisfy(each -> assertThat(each.files()).hasSize(10));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void headersAreSignedAsTheSuiteSays(SigningCase of) {
        SigV4Signer signer = of.signer();
        Headers headers = of.headers();
        int given = headers.size();
        signer.sign(of.method(), of.path(), of.query(), headers, of.payload(), of.credentials(), of.time());

        StringBuilder request = new StringBuilder(of.head());
        for (int i = given; i < headers.size(); i++) {
            request.append('\n').append(headers.name(i)).append(':').append(headers.value(i));
        }
        request.append("\n\n").append(of.body());
        String expected = of.files().get("header-signed-request");
        assertThat(request.toString().stripTrailing()).isEqualTo(expected.stripTrailing());

        headers.remove(HeaderName.of("authorization"));
        if (signer.has(SigV4Signer.Option.TOKEN_UNSIGNED)) {
            headers.remove(HeaderName.of("x-amz-security-token"));
        }
        CanonicalRequest canonical = signer.canonical(of.method(), of.path(), of.query(), headers, SigV4Signer.sha256(of.payload()));
        steps(of, "header", canonical);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void queriesAreSignedAsTheSuiteSays(SigningCase of) {
        SigV4Signer signer = of.signer();
        Headers headers = of.headers();
        String query = new Presigner(signer, of.validity()).sign(of.method(), of.path(), of.query(), headers, of.payload(),
                of.credentials(), of.time());

        String request = of.head().replaceFirst("\\Q" + of.target() + "\\E HTTP", (of.path() + "?" + query + " HTTP").replace("$", "\\$"));
        String expected = of.files().get("query-signed-request");
        assertThat((request + "\n\n" + of.body()).stripTrailing()).isEqualTo(expected.stripTrailing());

        String signed = query.replaceFirst("&X-Amz-Signature=[0-9a-f]{64}$", "");
        if (signer.has(SigV4Signer.Option.TOKEN_UNSIGNED)) {
            signed = signed.replaceFirst("&X-Amz-Security-Token=[^&]*", "");
        }
        steps(of, "query", signer.canonical(of.method(), of.path(), signed, headers, SigV4Signer.sha256(of.payload())));
    }

    private static void steps(SigningCase of, String where, CanonicalRequest canonical) {
        String amzDate = SigV4Signer.amzDate(of.time());
        assertThat(canonical.text()).isEqualTo(of.files().get(where + "-canonical-request"));
        assertThat(of.signer().stringToSign(canonical, amzDate)).isEqualTo(of.files().get(where + "-string-to-sign"));
        assertThat(of.signer().signature(canonical, of.credentials().secretAccessKey(), amzDate))
                .isEqualTo(of.files().get(where + "-signature"));
    }
}
