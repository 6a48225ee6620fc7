// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static lambdadispatch.router.dispatch.Instances.SECOND;
import static lambdadispatch.router.dispatch.Instances.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import lambdadispatch.router.dispatch.Instance.State;
import org.junit.jupiter.api.Test;

/// When an instance is ejected, slow, hot or refusing; each rule by itself, without a pool.
class OutlierRulesTest {
    private static final int HOT = Offers.LAST;
    private static final int SLOW = 8;

    private final Instances all = new Instances();
    private final Fleet fleet = new Fleet(PoolBed.settings(4, 4));
    private final Outliers outliers = new Outliers(4, fleet, all.outbox);
    private final List<Instance> open = new ArrayList<>();
    private final Advice advice = new Advice(0);
    private long now = 100 * SECOND;

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            Instance instance = all.in(State.OPEN);
            fleet.add(instance);
            open.add(instance);
        }
    }

    private void answers(Instance instance, int status, int times) {
        for (int i = 0; i < times; i++) {
            outliers.answered(instance, status, SECOND, now);
        }
    }

    @Test
    void theFifthErrorInARowEjects() {
        open(2);
        Instance bad = open.getFirst();
        answers(bad, 500, 4);
        answers(bad, 499, 1);
        answers(bad, 500, 4);
        assertThat(bad.ejected).isFalse();
        answers(bad, 503, 1);
        assertThat(bad.ejected).as("at once").isTrue();
        assertThat(bad.rating.ejectedUntilNanos).isEqualTo(now + 5 * SECOND);
        all.tell();
        assertThat(all.warnings).singleElement().asString().contains("instanceEjected").contains("answers 503 where others do not")
                .contains("seconds, 5]");
    }

    @Test
    void ejectionsInARowLastLongerUpToAMinute() {
        open(2);
        Instance bad = open.getFirst();
        answers(bad, 500, 4);
        for (long seconds : List.of(5, 10, 20, 40, 60, 60)) {
            answers(bad, 500, 1);
            assertThat(bad.rating.ejectedUntilNanos).isEqualTo(now + seconds * SECOND);
            answers(bad, 500, 3); // of requests that it had already
            assertThat(bad.rating.ejectedUntilNanos).isEqualTo(now + seconds * SECOND);
            now += seconds * SECOND;
            bad.rating.failuresInRow = 4;
        }
    }

    @Test
    void whoIsAloneIsNeverEjectedNorIsWhoFailsWhereTheOthersFailAsWell() {
        open(1);
        answers(open.getFirst(), 500, 20);
        assertThat(open.getFirst().rating.everEjected).isFalse();
        open(2);
        answers(open.get(1), 500, 3); // 27 % of its answers
        answers(open.getFirst(), 500, 1);
        assertThat(open.getFirst().ejected).as("13 % of the others' answers").isTrue();
        open.get(2).rating.answered(true, 1, false, now);
        answers(open.get(1), 500, 2);
        assertThat(open.get(1).rating.everEjected).as("49 % of the others' answers").isFalse();
    }

    @Test
    void whoIsNotOpenSaysNothingAboutTheOthers() {
        open(2);
        open.getLast().state = State.DRAINING;
        answers(open.getFirst(), 500, 20);
        assertThat(open.getFirst().rating.everEjected).isFalse();
    }

    @Test
    void halfMayBeOutAndMoreMayNot() {
        open(4);
        for (Instance bad : open.subList(0, 2)) {
            bad.rating.everEjected = true;
            bad.rating.ejectedUntilNanos = now + SECOND;
        }
        outliers.review(now);
        assertThat(open).filteredOn(instance -> instance.ejected).hasSize(2);
        outliers.review(now + SECOND);
        assertThat(open).as("their time is over").noneMatch(instance -> instance.ejected);
    }

    /// Each answers ten times after so many seconds.
    private void durations(double... seconds) {
        open(seconds.length);
        for (int i = 0; i < seconds.length; i++) {
            for (int j = 0; j < 10; j++) {
                open.get(i).rating.answered(false, (long) (seconds[i] * SECOND), false, now);
            }
        }
        outliers.review(now);
    }

    @Test
    void moreThanThreeTimesAsSlowAsTheMedianCountsAsFuller() {
        durations(10, 10, 1, 1.5);
        assertThat(open).extracting(instance -> instance.handicap).as("the lower of two medians").containsExactly(SLOW, SLOW, 0, 0);
    }

    @Test
    void twiceAsSlowIsNotSlow() {
        durations(1, 2, 2.9);
        assertThat(open).extracting(instance -> instance.handicap).containsOnly(0);
    }

    @Test
    void whoseDurationsAreNotKnownIsNotSlow() {
        durations(1, 1);
        open(1);
        for (int i = 0; i < 9; i++) {
            open.getLast().rating.answered(false, 100 * SECOND, false, now);
        }
        outliers.review(now);
        assertThat(open.getLast().handicap).isZero();
        open.getLast().rating.answered(false, 100 * SECOND, false, now);
        outliers.review(now);
        assertThat(open.getLast().handicap).isEqualTo(SLOW);
    }

    @Test
    void aSlowOneThatRestsForFiveSecondsIsTriedAgain() {
        durations(1, 1, 10);
        Instance slow = open.getLast();
        outliers.review(now + 5 * SECOND);
        assertThat(slow.handicap).isEqualTo(SLOW);
        outliers.review(now + 5 * SECOND + 1);
        assertThat(slow.handicap).isZero();
        with(slow, 0, 1);
        outliers.review(now + 5 * SECOND + 1);
        assertThat(slow.handicap).as("it is being tried").isEqualTo(SLOW);
    }

    @Test
    void aSlowOnesAnswersWeighMore() {
        durations(1, 1, 10);
        Instance slow = open.getLast();
        double before = slow.rating.logSeconds();
        outliers.answered(slow, 200, SECOND, now);
        assertThat(slow.rating.logSeconds()).isLessThan(0.8 * before);
        before = open.getFirst().rating.logSeconds();
        outliers.answered(open.getFirst(), 200, (long) (Math.E * SECOND), now);
        assertThat(open.getFirst().rating.logSeconds()).isLessThan(before + 0.1);
    }

    @Test
    void whoRefusedARequestComesLastForASecond() {
        open(2);
        Instance refuses = open.getFirst();
        outliers.refused(refuses, now);
        assertThat(refuses.handicap).as("at once").isEqualTo(HOT);
        assertThat(open.getLast().handicap).isZero();
        outliers.review(now + SECOND - 1);
        assertThat(refuses.handicap).isEqualTo(HOT);
        outliers.review(now + SECOND);
        assertThat(refuses.handicap).isZero();
    }

    @Test
    void whoNeverRefusedDoesNotComeLastWhenTheClockIsYoung() {
        open(1);
        outliers.review(1);
        assertThat(open.getFirst().handicap).isZero();
    }

    private static Reading reading(long cpuMillis, long appMillis, long requests, long heldMillis) {
        return Reading.of(2000).cpu(cpuMillis).app(appMillis).requests(requests).held(heldMillis).reading();
    }

    @Test
    void howAnInstanceFeelsIsTheDifferenceToItsLastWord() {
        open(1);
        Instance instance = open.getFirst();
        outliers.feels(instance, reading(90_000, 0, 0, 500), advice, now);
        assertThat(instance.handicap).as("its first word says nothing yet").isZero();
        assertThat(outliers.heldMillis).as("but what it was kept for counts from the beginning of its invocation").isEqualTo(500);
        now += 2 * SECOND;
        outliers.feels(instance, reading(93_600, 0, 0, 700), advice, now);
        assertThat(instance.handicap).as("3.6 of 4 s of CPU time: at once").isEqualTo(HOT);
        assertThat(outliers.heldMillis).isEqualTo(700);
        now += 2 * SECOND;
        outliers.feels(instance, reading(97_100, 0, 0, 600), advice, now);
        assertThat(instance.handicap).as("3.5 of 4 s").isZero();
        assertThat(outliers.heldMillis).as("its counter began anew").isEqualTo(700);
    }

    @Test
    void adviceComesFromWhatCalmInstancesSayAndIsWordedInMilliseconds() {
        open(1);
        outliers.feels(open.getFirst(), reading(0, 0, 0, 0), advice, now);
        now += 20 * SECOND;
        outliers.feels(open.getFirst(), reading(1_000, 20_000, 200, 0), advice, now);
        all.tell();
        assertThat(all.infos).containsExactly("concurrencyAdvice [function, f, MaxConcurrentCount, 40, appMillis, 100, cpuMillis, 5.0]");
    }
}
