// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static lambdadispatch.router.dispatch.Instances.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// The arithmetic of averages, ratings and temperatures, figure by figure.
class FiguresTest {
    private static final Offset<Double> EXACTLY = within(1e-9);

    // ---- load

    @Test
    void averagesMoveByTheShareThatTheTimeHasInTheirMemory() {
        Load load = new Load(3 * SECOND);
        for (int i = 0; i < 20; i++) {
            load.arrived();
        }
        for (int i = 0; i < 4; i++) {
            load.finished(SECOND / 2);
        }
        load.update(6, 5 * SECOND);
        Load.Averages averages = load.averages();
        assertThat(averages.arrivalsPerSecond()).isEqualTo(10 * (1 - Math.exp(-0.4)), EXACTLY);
        assertThat(averages.arrivalsLately()).isEqualTo(10 * (1 - Math.exp(-2)), EXACTLY);
        assertThat(averages.running()).isEqualTo(6 * (1 - Math.exp(-0.4)), EXACTLY);
        assertThat(averages.serviceSeconds()).isEqualTo(0.5, EXACTLY);
        load.finished(SECOND);
        load.update(2, 6 * SECOND);
        double kept = Math.exp(-1.0 / 15);
        double first = 1 - Math.exp(-2.0 / 15);
        assertThat(load.averages().serviceSeconds()).isEqualTo((first * kept + 1 - kept) / (2 * first * kept + 1 - kept), EXACTLY);
        assertThat(load.averages().arrivalsPerSecond()).isEqualTo(10 * (1 - Math.exp(-0.4)) * Math.exp(-0.2), EXACTLY);
        assertThat(load.averages().running()).isEqualTo(6 * (1 - Math.exp(-0.4)) * Math.exp(-0.2) + 2 * (1 - Math.exp(-0.2)), EXACTLY);
    }

    @Test
    void aMomentWithoutLengthChangesNoAverage() {
        Load load = new Load(3 * SECOND);
        load.arrived();
        load.update(5, 3 * SECOND);
        assertThat(load.averages().arrivalsPerSecond()).isZero();
        load.update(5, 4 * SECOND);
        assertThat(load.averages().arrivalsPerSecond()).as("and what came in it counts in the next").isEqualTo(1 - Math.exp(-0.2), EXACTLY);
    }

    @Test
    void anExchangeCountsForFifteenSecondsAtTheMost() {
        Load load = new Load(0);
        load.finished(100 * SECOND);
        load.update(0, SECOND);
        assertThat(load.averages().serviceSeconds()).isEqualTo(15, EXACTLY);
    }

    @Test
    void theFirstColdStartIsTheAverageAndAFurtherOneMovesItByThreeTenths() {
        Load load = new Load(0);
        assertThat(load.coldStartSeconds()).isZero();
        load.started(2 * SECOND);
        assertThat(load.coldStartSeconds()).isEqualTo(2, EXACTLY);
        load.started(4 * SECOND);
        assertThat(load.coldStartSeconds()).isEqualTo(2.6, EXACTLY);
        assertThat(load.averages().coldStartSeconds()).isEqualTo(2.6, EXACTLY);
    }

    // ---- rating

    @Test
    void durationsAreAveragedByTheirLogarithmsAndFailuresByTheirShare() {
        Rating rating = new Rating();
        rating.answered(false, SECOND, false, 1);
        assertThat(rating.logSeconds()).isEqualTo(0, EXACTLY);
        rating.answered(false, 10 * SECOND, false, 2);
        assertThat(rating.logSeconds()).isEqualTo(0.05 * Math.log(10), EXACTLY);
        double before = rating.logSeconds();
        rating.answered(false, 10 * SECOND, true, 3);
        assertThat(rating.logSeconds()).as("of one that gets few requests").isEqualTo(before + 0.25 * (Math.log(10) - before), EXACTLY);
        assertThat(rating.answeredNanos).isEqualTo(3);
        rating.answered(true, SECOND, false, 4);
        rating.answered(true, SECOND, false, 5);
        assertThat(rating.failureShare()).isEqualTo(0.19, EXACTLY);
        assertThat(rating.failuresInRow).isEqualTo(2);
        rating.ejections = 3;
        rating.answered(false, 0, false, 6);
        assertThat(rating.failureShare()).isEqualTo(0.171, EXACTLY);
        assertThat(rating.failuresInRow).isZero();
        assertThat(rating.ejections).isZero();
    }

    @Test
    void tenGoodAnswersMakeAnInstanceKnown() {
        Rating rating = new Rating();
        for (int i = 0; i < 9; i++) {
            rating.answered(false, SECOND, false, i);
            rating.answered(true, SECOND, false, i);
        }
        assertThat(rating.known()).isFalse();
        rating.answered(false, SECOND, false, 10);
        assertThat(rating.known()).isTrue();
    }

    @Test
    void anEjectionEndsAtItsTime() {
        Rating rating = new Rating();
        rating.ejectedUntilNanos = 9;
        assertThat(rating.ejected(1)).as("it never was").isFalse();
        rating.everEjected = true;
        assertThat(rating.ejected(8)).isTrue();
        assertThat(rating.ejected(9)).isFalse();
    }

    // ---- temperature

    @Test
    void aTemperatureIsTheDifferenceOfTwoReadings() {
        Reading before = Reading.of(1_500).cpu(1_000).throttled(400).memory(111).delay(222).app(3_000).requests(40).reading();
        Reading after = Reading.of(2_000).cpu(2_500).throttled(700).memory(333).delay(44).app(7_000).requests(60).reading();
        Temperature between = Temperature.between(before, after, 3 * SECOND);
        assertThat(between.cpuSeconds()).isEqualTo(1.5, EXACTLY);
        assertThat(between.vcpus()).isEqualTo(2, EXACTLY);
        assertThat(between.load()).isEqualTo(0.25, EXACTLY);
        assertThat(between.throttled()).isEqualTo(0.1, EXACTLY);
        assertThat(between.memory()).isEqualTo(0.333, EXACTLY);
        assertThat(between.delaySeconds()).isEqualTo(0.044, EXACTLY);
        assertThat(between.appSeconds()).isEqualTo(4, EXACTLY);
        assertThat(between.requests()).isEqualTo(20);
        assertThat(Temperature.between(after, before, 3 * SECOND)).as("counters that began anew")
                .isEqualTo(new Temperature(0, 0, 0.111, 0.222, 0, 0, 1.5, 0, 0));
    }

    private static Temperature temperature(double load, double throttled, double memory, double delay) {
        return new Temperature(load, throttled, memory, delay, 0, 1, 2, 1, 100);
    }

    @Test
    void hotBeginsAtItsBoundsAndCalmEndsAtThem() {
        assertThat(temperature(0.89, 0.24, 0.94, 0.24).hot()).isFalse();
        assertThat(temperature(0.9, 0, 0, 0).hot()).isTrue();
        assertThat(temperature(0, 0.25, 0, 0).hot()).isTrue();
        assertThat(temperature(0, 0, 0.95, 0).hot()).isTrue();
        assertThat(temperature(0, 0, 0, 0.25).hot()).isTrue();
        assertThat(temperature(0.69, 0.24, 1, 1).calm()).isTrue();
        assertThat(temperature(0.7, 0, 0, 0).calm()).isFalse();
        assertThat(temperature(0, 0.25, 0, 0).calm()).isFalse();
    }

    // ---- advice

    /// So many requests of so many seconds in the app and of CPU time, on two CPUs.
    private static Temperature calm(long requests, double appSeconds, double cpuSeconds) {
        return new Temperature(0.1, 0, 0, 0, 0, cpuSeconds, 2, appSeconds, requests);
    }

    @Test
    void adviceIsGivenFromTwoHundredRequestsOn() {
        Advice advice = new Advice(0);
        assertThat(advice.seen()).isEqualTo(new Advice.Seen(0, 0, 0));
        advice.add(calm(199, 24.875, 2.4875));
        assertThat(advice.seen()).isEqualTo(new Advice.Seen(0.125, 0, 0));
        advice.add(calm(1, 0.125, 0.0125));
        assertThat(advice.seen().concurrency()).isEqualTo(20);
        assertThat(advice.seen().cpuSeconds()).isEqualTo(0.0125, EXACTLY);
    }

    @Test
    void requestsThatUseNoCpuTimeMayAllRunAtOnceAndOneAlwaysMay() {
        Advice advice = new Advice(0);
        advice.add(calm(300, 30, 0));
        assertThat(advice.seen().concurrency()).isEqualTo(1000);
        advice = new Advice(0);
        advice.add(calm(300, 0, 30));
        assertThat(advice.seen().concurrency()).isEqualTo(1);
    }

    @Test
    void someThousandRequestsAreRemembered() {
        Advice advice = new Advice(0);
        advice.add(calm(4_999, 499.9, 50));
        advice.add(calm(1, 0.1, 0));
        assertThat(advice.seen().appSeconds()).isEqualTo(0.1, EXACTLY);
        advice.add(calm(100, 100, 0));
        assertThat(advice.seen().appSeconds()).as("from 5,000 on the older fade").isEqualTo((450.0 + 100) / 4_600, EXACTLY);
        assertThat(advice.seen().cpuSeconds()).isEqualTo(45.0 / 4_600, EXACTLY);
        advice.add(calm(0, 1000, 1000));
        advice.add(new Temperature(0.8, 0, 0, 0, 0, 1000, 2, 1000, 100));
        assertThat(advice.seen().appSeconds()).as("nor does what ended nothing, or was not calm, count").isEqualTo((450.0 + 100) / 4_600,
                EXACTLY);
    }

    @Test
    void adviceIsSaidWhereItDiffersByHalfAndEveryTenMinutes() {
        long every = 600 * SECOND;
        Advice advice = new Advice(5 * SECOND);
        assertThat(advice.line(1, 5 * SECOND)).as("too little is known").isEmpty();
        advice.add(calm(1_000, 300, 20)); // thirty at once
        assertThat(advice.line(20, 5 * SECOND)).isEmpty();
        assertThat(advice.line(45, 5 * SECOND)).isEmpty();
        assertThat(advice.line(19, 5 * SECOND)).as("at once").hasValue(new Advice.Seen(0.3, 0.02, 30));
        assertThat(advice.line(46, 5 * SECOND + every - 1)).isEmpty();
        assertThat(advice.line(46, 5 * SECOND + every)).isPresent();
    }

    // ---- deaths

    @Test
    void deathsFadeWithinAMinuteWheneverTheyAreAdded() {
        Deaths deaths = new Deaths(0);
        deaths.add(false, 0);
        deaths.add(false, 0);
        assertThat(deaths.happenAnyway(0)).as("twice as many as there would be by one more").isTrue();
        deaths.add(false, 60 * SECOND);
        deaths.add(false, 60 * SECOND);
        assertThat(deaths.happenAnyway(60 * SECOND)).as("two now, and a part of those of a minute ago").isTrue();
        assertThat(deaths.happenAnyway(78 * SECOND)).isTrue(); // 2.74 x e^-0.3 = 2.03
        assertThat(deaths.happenAnyway(80 * SECOND)).isFalse(); // 2.74 x e^-(1/3) = 1.96
    }
}
