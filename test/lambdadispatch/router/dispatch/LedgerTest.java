// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever the way in which a request ends, nothing of it is left in the books: neither its client's share, nor its slot.
class LedgerTest {
    private static final String SOMEBODY = "192.0.2.1";

    private enum End {
        ANSWERED((bed, client) -> bed.pool.slotReleased(client.line, 200)),
        CHANNEL_LOST((bed, client) -> bed.pool.slotLost(client.line)),
        CLIENT_LEFT((bed, client) -> bed.pool.slotGivenUp(client.line, false)),
        INSTANCE_SILENT((bed, client) -> bed.pass(15.1)),
        INVOKE_ENDED((bed, client) -> {
            bed.ends(client.line.instance(), new InvokeResult.FunctionError("Unhandled", new byte[0]), "");
            bed.pass(2.1);
        });

        private final BiConsumer<PoolBed, Client> happens;

        End(BiConsumer<PoolBed, Client> happens) {
            this.happens = happens;
        }
    }

    private static PoolBed bed(int queue) {
        return new PoolBed(
                PoolBed.instances(PoolBed.settings(4, 4), 0, 1).with(new PoolSettings.Waiting(queue, Duration.ofSeconds(20), true, 25)));
    }

    private static void nothingIsLeft(PoolBed bed) {
        ClientShares shares = bed.pool.parts.fleet.slots.shares;
        assertThat(shares.size()).as("clients in the books").isZero();
        assertThat(shares.somebodyHasItsShare()).isFalse();
        assertThat(bed.pool.snapshot().running()).isZero();
        assertThat(bed.pool.snapshot().pending()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void ofARequestThatRan(End end) {
        PoolBed bed = bed(10);
        List<Client> all = bed.ask(3, SOMEBODY);
        bed.connect(4);
        assertThat(bed.pool.parts.fleet.slots.shares.size()).isEqualTo(1);
        assertThat(bed.pool.parts.fleet.slots.shares.somebodyHasItsShare()).isTrue();
        all.forEach(client -> {
            if (client.line.reset == 0) {
                end.happens.accept(bed, client);
            }
        });
        nothingIsLeft(bed);
    }

    @Test
    void ofOneThatWaitedUntilItsTimeWasUp() {
        PoolBed bed = bed(10);
        bed.ask(3, SOMEBODY);
        bed.pass(21);
        nothingIsLeft(bed);
    }

    @Test
    void ofOneWhoseClientLeftTheQueue() {
        PoolBed bed = bed(10);
        bed.ask(3, SOMEBODY).forEach(bed.pool::withdraw);
        nothingIsLeft(bed);
    }

    @Test
    void ofOneThatFoundNoRoom() {
        PoolBed bed = bed(0);
        assertThat(bed.ask(3, SOMEBODY)).allMatch(client -> client.refusedAs() == Refusal.Kind.QUEUE_FULL);
        nothingIsLeft(bed);
    }

    @Test
    void ofOneThatWaitedInVain() {
        PoolBed bed = bed(10);
        List<Client> all = bed.ask(3, SOMEBODY);
        bed.ends(bed.invoked.getFirst(), new InvokeResult.Refused(404, "ResourceNotFoundException", ""), "");
        assertThat(all).allMatch(client -> client.refusedAs() == Refusal.Kind.NOT_INVOCABLE);
        nothingIsLeft(bed);
        assertThat(bed.pool.snapshot().totals().refused()).containsEntry(Refusal.Kind.NOT_INVOCABLE, 3L);
    }

    @Test
    void idleChannelsOfAnInstanceThatIsGivenUpAreEnded() {
        PoolBed bed = bed(10);
        bed.ask();
        List<Line> lines = bed.connect(3);
        bed.pass(15.1);
        assertThat(lines).filteredOn(line -> line.ended == 1).hasSize(2);
        assertThat(lines).filteredOn(line -> line.reset == 1).hasSize(1);
    }

    @Test
    void aRequestOfAnInstanceThatWasGivenUpIsASuspectWhenItIsTriedAgain() {
        PoolBed bed = bed(10);
        Client first = bed.ask();
        bed.connect(1);
        bed.pass(15.1);
        Client again = new Client();
        bed.pool.submitAgain(again, first);
        assertThat(again.suspect).isTrue();
    }

    @Test
    void aChannelOfAnInstanceThatIsOverIsEndedAsSoonAsItOpens() {
        PoolBed bed = bed(10);
        bed.ask();
        Instance instance = bed.invoked.getFirst();
        bed.connect(1);
        bed.pool.closeRequested(instance);
        assertThat(bed.connect(instance, 1).getFirst().ended).isEqualTo(1);
    }

    @Test
    void theMostThatAnyHasIsKnownWhoeverGainsAndLoses() {
        Tally tally = new Tally();
        assertThat(tally.most()).isZero();
        for (int i = 1; i <= 40; i++) {
            tally.gained(i);
            assertThat(tally.most()).isEqualTo(i);
        }
        tally.gained(1); // another
        tally.gained(2);
        for (int i = 39; i >= 2; i--) {
            tally.lost(i);
            assertThat(tally.most()).isEqualTo(i);
        }
        tally.lost(1);
        assertThat(tally.most()).as("the other still has two").isEqualTo(2);
        tally.lost(1);
        assertThat(tally.most()).isEqualTo(1);
        tally.lost(0);
        tally.lost(0);
        assertThat(tally.most()).isZero();
    }
}
