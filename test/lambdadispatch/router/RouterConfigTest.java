// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lambdadispatch.base.config.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the router takes, what it works out, and that nothing unusable waits until the first request.
class RouterConfigTest {
    private static final String P = "LAMBDA_DISPATCH_";

    private static Settings settings(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>(Map.of(P + "FunctionName", "shop"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Settings(variables);
    }

    private static List<String> faults(String name, String value) {
        Settings settings = settings(name, value);
        RouterConfig.read(settings);
        return settings.faults();
    }

    @ParameterizedTest
    @CsvSource({"1,20", "10,20", "11,22", "40,80", "499,998", "700,1000", "1000,1000"})
    void channelsFollowConcurrencyUnlessSet(int concurrent, int channels) {
        Settings settings = settings(P + "MaxConcurrentCount", Integer.toString(concurrent));
        assertThat(RouterConfig.read(settings).pool().channelCount()).isEqualTo(channels);
        assertThat(settings.faults()).isEmpty();
        settings = settings(P + "MaxConcurrentCount", "10", P + "ChannelCount", "10");
        assertThat(RouterConfig.read(settings).pool().channelCount()).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            P + "FunctionName|bad name!", P + "FunctionName|arn:aws:s3:::bucket", P + "HealthPath|health", P + "HealthPath|/a b",
            P + "HealthPath|/health?deep",
            P + "RouterCallbackHost|not_a host", P + "RouterCallbackHost|http://router", P + "RouterCallbackHost|10.0.0.1:5004",
            P + "RouterCallbackHost|user@router",
            P + "Debug|nonsense", P + "Debug|frames,nonsense", "AWS_REGION|mars", "AWS_DEFAULT_REGION|us_east_1", P + "Invoker|curl",
            P + "DrainDelay|5",
        P + "IncomingRequestTimeout|120", P + "MaxHeaderBytes|lots", P + "ScalingAlgorithm|best", P + "AccessLog|loud",
            P + "Canary|next", P + "Canary|next:101", P + "Canary|next:-1", P + "Canary|next:5%", P + "Canary|:5", P + "Canary|a b:5",
            P + "CanaryCookie|a=b"})
    void valueThatCanNotBeUsedIsOneLineAtTheStart(String name, String value) {
        assertThat(faults(name, value)).singleElement().asString().startsWith(name + "=" + value + ": must be ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            P + "FunctionName|shop:live", P + "FunctionName|arn:aws:lambda:eu-north-1:123456789012:function:shop:live", P + "HealthPath|/",
            P + "HealthPath|/.well-known/health",
            P + "RouterCallbackHost|10.1.2.3", P + "RouterCallbackHost|fd00::1", P + "RouterCallbackHost|[fd00::1]",
            P + "RouterCallbackHost|router.internal",
        P + "Debug|frames, channels,", "AWS_REGION|us-gov-west-1", "AWS_REGION|eusc-de-east-1", P + "DrainDelay|0", P + "DrainDelay|5 s",
        P + "IncomingRequestTimeout|2 min", P + "IncomingRequestTimeout|00:02:00", P + "MaxHeaderBytes|64 KiB",
        P + "Canary|next:5", P + "Canary|next:0.25", P + "Canary|next:100", P + "CanaryCookie|canary"})
    void valuesAreTakenAsPeopleWriteThem(String name, String value) {
        assertThat(faults(name, value)).isEmpty();
    }

    @Test
    void canaryIsAnotherAliasThanTheOthersGet() {
        Settings settings = settings(P + "FunctionName", "shop:live", P + "Canary", "live:5");
        RouterConfig.read(settings);
        assertThat(settings.faults()).singleElement().asString().startsWith(P + "Canary=live:5: must be another alias");
        assertThat(RouterConfig.read(settings(P + "Canary", "next:2.5")).functions().canary())
                .isEqualTo(new RouterConfig.CanaryPart("next", 250, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 min", "120s", "00:02:00"})
    void timeOutsMeanWhatTheySay(String value) {
        assertThat(RouterConfig.read(settings(P + "IncomingRequestTimeout", value)).pool().waiting().incomingRequestTimeout())
                .isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void missingFunctionNameIsTold() {
        Settings settings = new Settings(Map.of());
        RouterConfig.read(settings);
        assertThat(settings.faults()).singleElement().asString().startsWith(P + "FunctionName=: must be ");
    }

    @Test
    void certificatesThatCanNotBeReadNameTheirVariable(@TempDir Path folder) throws Exception {
        String there = Files.createFile(folder.resolve("key.pem")).toString();
        Settings settings = settings(P + "TlsCertificateFile", folder.resolve("nope.pem").toString(), P + "TlsPrivateKeyFile", there);
        RouterConfig.read(settings);
        assertThat(settings.faults()).singleElement().asString().startsWith(P + "TlsCertificateFile=")
                .endsWith("nope.pem: must be a file that is there and can be read");
        assertThat(faults(P + "TlsPrivateKeyFile", there)).singleElement().asString()
                .startsWith(P + "TlsCertificateFile=: must be set together");
    }

    @Test
    void addressInTheVariableOfThePlatformIsCheckedAsWell() {
        RouterConfig.Control control = RouterConfig.read(settings()).control();
        assertThatThrownBy(() -> CallbackHost.find(control, Map.of("K8S_POD_IP", "not_a host"), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("K8S_POD_IP=not_a host: must be ");
        assertThat(CallbackHost.find(control, Map.of("K8S_POD_IP", " fd00::7 "), Duration.ofSeconds(1)).get()).isEqualTo("fd00::7");
    }

    @Test
    void portsCanBeSwitchedOffAsLongAsSomebodyCanComeIn() {
        Settings settings = settings(P + "IncomingRequestHTTPSPort", "-1", P + "IncomingRequestHTTPHost", "127.0.0.1");
        RouterPorts ports = RouterConfig.read(settings).ports();
        assertThat(settings.faults()).isEmpty();
        assertThat(ports.incoming()).containsExactly(ports.http());
        assertThat(ports.http().address().getAddress().isLoopbackAddress()).isTrue();
        assertThat(ports.controlTls().address().getAddress().isAnyLocalAddress()).isTrue();
        assertThat(ports.metrics().off()).isTrue();
        settings = settings(P + "IncomingRequestHTTPSPort", "-1", P + "IncomingRequestHTTPPort", "-1");
        RouterConfig.read(settings);
        assertThat(settings.faults()).singleElement().asString().startsWith(P + "IncomingRequestHTTPPort=-1: must be a port");
    }

    @Test
    void controlPortThatExtensionsAreToldToUseStaysOn() {
        assertThat(faults(P + "ControlChannelHTTP2Port", "-1")).singleElement().asString()
                .startsWith(P + "ControlChannelHTTP2Port=-1: must be a port");
        Settings settings = settings(P + "ControlChannelHTTP2Port", "-1", P + "AllowInsecureControlChannel", "true",
                P + "PreferredControlChannelScheme", "http");
        assertThat(RouterConfig.read(settings).ports().controlTls().off()).isTrue();
        assertThat(settings.faults()).isEmpty();
    }
}
