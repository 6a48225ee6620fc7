// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final double MONTH = Comparison.SECONDS_A_MONTH;

    @Test
    void oneVcpuAroundTheClockCostsWhatThePriceListSays() {
        double gbSeconds = 1769 / 1024.0 * MONTH;
        assertThat(Prices.duration(Architecture.X86, gbSeconds)).isEqualTo(75.67, within(0.05));
        assertThat(Prices.duration(Architecture.ARM, gbSeconds)).isEqualTo(60.53, within(0.05));
    }

    @Test
    void eachStepOfThePriceListIsChargedForItsOwnGbSecondsOnly() {
        double first = 6e9 * 0.0000166667;
        double second = 9e9 * 0.000015;
        assertThat(Prices.duration(Architecture.X86, 6e9)).isEqualTo(first, within(1e-3));
        assertThat(Prices.duration(Architecture.X86, 15e9)).isEqualTo(first + second, within(1e-3));
        assertThat(Prices.duration(Architecture.X86, 16e9)).isEqualTo(first + second + 1e9 * 0.0000133334, within(1e-3));
        assertThat(Prices.duration(Architecture.ARM, 8.5e9)).isEqualTo(7.5e9 * 0.0000133334 + 1e9 * 0.0000120001, within(1e-3));
    }

    @Test
    void ordinaryLambdaIsChargedForTheTimeOfEveryRequestAndEveryRequest() {
        Bill bill = way("Lambda, a request per environment", load(10, 0.2, 0.1, 0));
        double duration = 10 * MONTH * 0.2 * 1769 / 1024;
        assertThat(bill.compute()).isEqualTo(Prices.duration(Architecture.X86, duration), within(0.01));
        assertThat(bill.requests()).isEqualTo(10 * MONTH * 0.2e-6, within(0.01));
    }

    @Test
    void requestsThatMostlyWaitShareEnvironmentsAndCostAFractionOfOrdinaryLambda() {
        Workload waits = load(200, 0.5, 0.02, 4);
        assertThat(ours(waits).compute()).isLessThan(way("Lambda, a request per environment", waits).compute() / 4);
    }

    @Test
    void requestsThatKeepTheProcessorBusySaveNothing() {
        Workload busy = load(60, 0.08, 1, 4);
        assertThat(busy.advisedConcurrency()).isEqualTo(1);
        assertThat(ours(busy).compute()).isGreaterThan(way("Lambda, a request per environment", busy).compute() * 0.9);
    }

    @Test
    void aWorkloadThatHardlyEverComesHoldsHardlyAnyEnvironment() {
        assertThat(Comparison.environmentsHeld(load(1 / 600.0, 0.1, 0.2, 4))).isLessThan(0.01);
        assertThat(Comparison.environmentsHeld(load(0, 0.1, 0.2, 4))).isZero();
        assertThat(Comparison.environmentsHeld(load(5, 0.01, 0.2, 4))).isEqualTo(1, within(0.01));
    }

    @Test
    void provisionedConcurrencyIsHeldForThePeak() {
        Workload load = new Workload(10, 5, 0.2, 0.1, 1769, 4, 10, Architecture.X86);
        assertThat(way("Lambda, provisioned concurrency", load).environments()).isEqualTo(11); // 10 x 5 x 0.2 x 1.1
    }

    @Test
    void advisedConcurrencyIsDurationByCpuTimeForEachProcessor() {
        assertThat(load(1, 0.1, 0.25, 0).advisedConcurrency()).isEqualTo(4);
        assertThat(new Workload(1, 1, 0.1, 0.25, 3538, 0, 10, Architecture.X86).advisedConcurrency()).isEqualTo(8);
        assertThat(load(1, 0.1, 0, 0).advisedConcurrency()).isEqualTo(10);
    }

    @Test
    void figuresThatCanNotBeAreRefusedByName() {
        assertThatThrownBy(() -> load(-1, 0.1, 0.2, 0)).hasMessageContaining("requests per second");
        assertThatThrownBy(() -> load(Double.NaN, 0.1, 0.2, 0)).hasMessageContaining("requests per second");
        assertThatThrownBy(() -> load(1, 901, 0.2, 0)).hasMessageContaining("seconds in the app");
        assertThatThrownBy(() -> load(1, 0.1, 1.2, 0)).hasMessageContaining("CPU share");
    }

    @Test
    void traceHoldsWhatTheBusiestStepOfTheLastMinuteAskedFor() {
        List<String> lines = new java.util.ArrayList<>(List.of("time,requests", "# a burst of one step"));
        for (int i = 0; i < 20; i++) {
            lines.add(i * 10 + "," + (i == 5 ? 1000 : 0));
        }
        TrafficCurve trace = TrafficCurve.parse(lines);
        Workload load = load(1, 0.1, 0.05, 4);
        double held = Math.ceil(Comparison.environmentsHeld(load(100, 0.1, 0.05, 4)));
        assertThat(trace.peak()).isEqualTo(100);
        assertThat(trace.average()).isEqualTo(5);
        assertThat(trace.environmentsHeld(load)).isEqualTo(held * 6 / 20, within(1e-9));
    }

    @Test
    void traceThatIsNoneIsRefusedWithItsLine() {
        assertThatThrownBy(() -> TrafficCurve.parse(List.of("0,1", "1,x"))).hasMessage("line 2: x is not a number");
        assertThatThrownBy(() -> TrafficCurve.parse(List.of("0,1,2"))).hasMessageContaining("line 1");
        assertThatThrownBy(() -> TrafficCurve.parse(List.of("0,1", "1,1", "3,1"))).hasMessageContaining("sample 3");
        assertThatThrownBy(() -> TrafficCurve.parse(List.of("0,-1"))).hasMessageContaining("line 1");
        assertThatThrownBy(() -> TrafficCurve.parse(List.of())).hasMessageContaining("at least one");
    }

    private static Workload load(double rate, double seconds, double cpu, double coldStart) {
        return new Workload(rate, 1, seconds, cpu, 1769, coldStart, 10, Architecture.X86);
    }

    private static Bill ours(Workload load) {
        return way("Lambda Dispatch", load);
    }

    private static Bill way(String name, Workload load) {
        return Comparison.of(load).stream().filter(bill -> bill.way().equals(name)).findFirst().orElseThrow();
    }
}
