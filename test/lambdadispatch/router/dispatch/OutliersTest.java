// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import lambdadispatch.router.dispatch.PoolBed.Client;
import org.junit.jupiter.api.Test;

/// Instances that answer worse than the others get fewer requests, or none; and the brakes on that.
class OutliersTest {
    private final PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(4, 4), 4, 4));
    private final List<Instance> open = new ArrayList<>();

    OutliersTest() {
        bed.pass(0.2);
        open.addAll(bed.invoked);
        open.forEach(instance -> bed.connect(instance, 4));
    }

    /// So many requests, one after another, answered by whoever gets them: the bad one with this status after so long, the others well
    /// after 0.1 s.
    private int toTheBad(int requests, Instance bad, int status, double seconds) {
        int hits = 0;
        for (int i = 0; i < requests; i++) {
            List<Client> round = List.of(bed.ask(), bed.ask(), bed.ask(), bed.ask());
            bed.passPinging(Math.min(0.1, seconds), open.toArray(Instance[]::new));
            for (Client client : round) {
                if (client.line.instance() != bad) {
                    bed.pool.slotReleased(client.line, 200);
                }
            }
            for (Client client : round) {
                if (client.line.instance() == bad) {
                    hits++;
                    bed.passPinging(Math.max(0, seconds - 0.1), open.toArray(Instance[]::new));
                    bed.pool.slotReleased(client.line, status);
                }
            }
        }
        return hits;
    }

    @Test
    void oneThatFailsWhereOthersDoNotIsEjectedAndComesBackAfterFiveSecondsThenTen() {
        Instance bad = open.getFirst();
        assertThat(toTheBad(30, bad, 500, 0.1)).isEqualTo(5);
        assertThat(bad.ejected).isTrue();
        assertThat(bed.warnings.getLast()).contains("instanceEjected").contains("seconds, 5");
        bed.passPinging(5.5, open.toArray(Instance[]::new));
        assertThat(bad.ejected).isFalse();
        assertThat(toTheBad(10, bad, 500, 0.1)).as("one more").isEqualTo(1);
        assertThat(bed.warnings.getLast()).contains("seconds, 10");
    }

    @Test
    void aGoodAnswerEndsIt() {
        Instance bad = open.getFirst();
        toTheBad(10, bad, 500, 0.1);
        bed.passPinging(5.5, open.toArray(Instance[]::new));
        assertThat(toTheBad(20, bad, 200, 0.1)).isEqualTo(20);
        assertThat(bad.ejected).isFalse();
    }

    @Test
    void whereAllFailNobodyIsEjected() {
        for (int i = 0; i < 50; i++) {
            List<Client> round = List.of(bed.ask(), bed.ask(), bed.ask(), bed.ask());
            round.forEach(client -> bed.pool.slotReleased(client.line, 500));
        }
        assertThat(open).noneMatch(instance -> instance.ejected);
    }

    @Test
    void neverMoreThanHalfOfTheOpenOnesAreOut() {
        for (Instance bad : open.subList(0, 3)) {
            bad.rating.ejectedUntilNanos = bed.nanoTime() + 60_000_000_000L;
            bad.rating.everEjected = true;
        }
        bed.pass(0.2);
        assertThat(open).as("all are tried again").noneMatch(instance -> instance.ejected);
    }

    @Test
    void oneThatIsMuchSlowerThanTheOthersGetsARequestNowAndThenOnly() {
        Instance bad = open.getFirst();
        toTheBad(20, bad, 200, 1);
        assertThat(bad.handicap).isPositive();
        int hits = toTheBad(100, bad, 200, 1); // ten seconds at least
        assertThat(hits).isBetween(1, 10);
        bed.passPinging(6, open.toArray(Instance[]::new));
        for (int i = 0; i < 10; i++) {
            toTheBad(1, bad, 200, 0.1);
            bed.passPinging(6, open.toArray(Instance[]::new));
        }
        assertThat(bad.handicap).as("as fast as the others again").isZero();
    }

    @Test
    void aSlowOneIsTriedAgainWithOneRequestHoweverManyComeAtOnce() {
        Instance bad = open.getFirst();
        toTheBad(20, bad, 200, 1);
        bed.passPinging(6, open.toArray(Instance[]::new));
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(bed.ask());
        }
        assertThat(all).as("and two or three for each of the others").filteredOn(client -> client.line.instance() == bad).hasSize(1);
    }

    @Test
    void whereAllAreHotASlowOneStillComesAfterTheOthersAndOneThatRefusesAfterThat() {
        Instance bad = open.getFirst();
        Instance refuses = open.getLast();
        toTheBad(20, bad, 200, 1);
        open.forEach(instance -> instance.hot = true);
        bed.pass(0.2);
        bed.pool.refused(refuses);
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(bed.ask());
        }
        assertThat(all.subList(0, 8)).as("as many as the two others have room for")
                .noneMatch(client -> client.line.instance() == bad || client.line.instance() == refuses);
        assertThat(all.subList(8, 12)).allMatch(client -> client.line.instance() == bad);
        assertThat(all.subList(12, 16)).allMatch(client -> client.line.instance() == refuses);
    }

    @Test
    void aSlowOneStillServesBeforeAnybodyWaits() {
        Instance bad = open.getFirst();
        toTheBad(20, bad, 200, 1);
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(bed.ask());
        }
        assertThat(all).allMatch(client -> client.line != null);
    }
}
