// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A deploy replaces the instances of the older version by itself; an alias that gives out two versions does not make them drive each other
/// out.
class VersionsTest {
    private static PoolBed bed(int min) {
        return new PoolBed(PoolBed.instances(PoolBed.settings(2, 2), min, 20));
    }

    /// Lets time pass; every environment that starts runs what `versions` says, one after the other, the last for ever.
    private static void pass(PoolBed bed, int seconds, String... versions) {
        int at = 0;
        for (int second = 0; second < seconds; second++) {
            bed.passPinging(1, bed.invoked.stream().filter(each -> each.state() != Instance.State.CLOSED).toArray(Instance[]::new));
            for (Instance each : List.copyOf(bed.invoked)) {
                if (each.state() == Instance.State.STARTING) {
                    each.describes(new Description(versions[Math.min(at++, versions.length - 1)], 1769, false));
                    bed.connect(each, 2);
                } else if (each.state() == Instance.State.DRAINING) {
                    bed.ends(each, PoolBed.RETURNED, "RouterGoAway");
                }
            }
        }
    }

    private static Map<String, Integer> running(PoolBed bed) {
        return bed.pool.snapshot().versions();
    }

    @Test
    void instancesOfAnOlderVersionAreReplacedOnceANewerOneServes() {
        PoolBed bed = bed(8);
        pass(bed, 20, "3");
        assertThat(running(bed)).isEqualTo(Map.of("3", 8));
        bed.pool.drainInstance(bed.invoked.getFirst().publicName()); // the end of its time
        pass(bed, 5, "4");
        assertThat(running(bed)).as("not before the alias has settled").isEqualTo(Map.of("3", 7, "4", 1));
        pass(bed, 60, "4");
        assertThat(running(bed)).isEqualTo(Map.of("4", 8));
        assertThat(bed.invoked).as("each replaced once").hasSize(16);
    }

    @Test
    void replacingGoesAQuarterAtATime() {
        PoolBed bed = bed(8);
        pass(bed, 20, "3");
        bed.pool.drainInstance(bed.invoked.getFirst().publicName());
        pass(bed, 3, "4");
        for (int second = 0; second < 60; second++) {
            pass(bed, 1, "4");
            assertThat(bed.pool.snapshot().open() + bed.pool.snapshot().rotating()).isGreaterThanOrEqualTo(8);
            assertThat(bed.pool.snapshot().rotating()).isLessThanOrEqualTo(2);
        }
        assertThat(running(bed)).isEqualTo(Map.of("4", 8));
    }

    @Test
    void weightedAliasKeepsBothVersions() {
        PoolBed bed = bed(8);
        pass(bed, 20, "3");
        bed.pool.drainInstance(bed.invoked.getFirst().publicName());
        pass(bed, 5, "4");
        pass(bed, 60, "3"); // what replaces the first quarter shows that the alias still gives out 3
        int invoked = bed.invoked.size();
        assertThat(running(bed)).containsEntry("4", 1).containsEntry("3", 7);
        assertThat(invoked).as("no more than the first quarter was replaced for nothing").isLessThanOrEqualTo(8 + 1 + 2);
        pass(bed, 600, "3", "4", "3");
        assertThat(bed.invoked).as("nothing is driven out any more").hasSize(invoked);
    }

    @Test
    void weightedVersionThatComesBackDrivesNothingOut() {
        PoolBed bed = bed(4);
        pass(bed, 20, "3");
        bed.pool.drainInstance(bed.invoked.getFirst().publicName());
        pass(bed, 5, "4");
        pass(bed, 60, "3");
        only(bed, "4").forEach(each -> bed.pool.drainInstance(each.publicName()));
        pass(bed, 60, "3");
        assertThat(running(bed)).isEqualTo(Map.of("3", 4));
        bed.pool.drainInstance(only(bed, "3").getFirst().publicName());
        pass(bed, 5, "4");
        int invoked = bed.invoked.size();
        pass(bed, 120, "4");
        assertThat(bed.invoked).hasSize(invoked);
        assertThat(running(bed)).isEqualTo(Map.of("3", 3, "4", 1));
    }

    @Test
    void stillNewerVersionReplacesAllThatWereMixed() {
        PoolBed bed = bed(4);
        pass(bed, 20, "3");
        bed.pool.drainInstance(bed.invoked.getFirst().publicName());
        pass(bed, 5, "4");
        pass(bed, 60, "3");
        bed.pool.drainInstance(only(bed, "3").getFirst().publicName());
        pass(bed, 90, "5");
        assertThat(running(bed)).isEqualTo(Map.of("5", 4));
    }

    @Test
    void olderVersionAfterARollbackDrivesNothingOut() {
        PoolBed bed = bed(4);
        pass(bed, 30, "4");
        bed.pool.drainInstance(bed.invoked.getFirst().publicName());
        pass(bed, 60, "3");
        assertThat(running(bed)).isEqualTo(Map.of("3", 1, "4", 3));
        assertThat(bed.invoked).hasSize(5);
    }

    @Test
    void latestHasNoNumberAndIsNeverReplacedForIt() {
        PoolBed bed = bed(4);
        pass(bed, 20, "$LATEST");
        bed.pool.drainInstance(bed.invoked.getFirst().publicName());
        pass(bed, 60, "4");
        assertThat(running(bed)).isEqualTo(Map.of("$LATEST", 3, "4", 1));
    }

    private static List<Instance> only(PoolBed bed, String version) {
        return new ArrayList<>(bed.invoked.stream()
                .filter(each -> each.state() == Instance.State.OPEN && each.description().version().equals(version)).toList());
    }
}
