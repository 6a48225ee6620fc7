// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryAccountTest {
    private static final int MOST = 1 << 20;

    private final MemoryAccount account = new MemoryAccount(MOST);
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

    private MemoryShare share(String name) {
        return account.open(name, 1000, () -> ended.add(name));
    }

    /// A buffer of an endless source.
    private static Input input(MemoryShare memory) {
        return new Input((into, offset, length) -> {
            Arrays.fill(into, offset, offset + length, (byte) 'x');
            return length;
        }, 1000, 256 << 10, memory);
    }

    // ---- shares

    @Test
    void aShareCostsItsBaseAndWhatIsBeyondWhatEverybodyGets() {
        MemoryShare share = share("a");
        assertThat(account.held()).isEqualTo(1000);
        assertThat(share.take(MemoryShare.FREE)).isTrue();
        assertThat(account.held()).as("a small request touches no account").isEqualTo(1000);
        assertThat(share.take(1)).isTrue();
        assertThat(account.held()).isBetween(1001L, 1000L + 4096);
        share.give(1);
        assertThat(account.held()).isEqualTo(1000);
        share.close();
        assertThat(account.held()).isZero();
        assertThat(account.shares()).isZero();
    }

    @Test
    void whatDoesNotFitIsNotTaken() {
        MemoryShare share = share("a");
        assertThat(share.take(MOST / 2)).isTrue();
        long before = account.held();
        assertThat(share.take(MOST)).isFalse();
        assertThat(account.held()).isEqualTo(before);
        assertThat(share.held()).isEqualTo(MOST / 2);
        assertThat(account.refused()).isOne();
        assertThat(account.open("too large", MOST, () -> { })).isNull();
    }

    @Test
    void aClosedShareHasGivenAllBackAndNothingIsCountedTwice() {
        MemoryShare share = share("a");
        share.take(100_000);
        share.close();
        assertThat(account.held()).isZero();
        share.give(100_000);
        share.close();
        assertThat(account.held()).isZero();
        assertThat(share.take(1)).isFalse();
    }

    @Test
    void partsAnswerForThemselves() {
        MemoryShare connection = share("a");
        MemoryShare part = connection.open(500, () -> ended.add("part"));
        assertThat(part.take(100_000)).isTrue();
        assertThat(connection.held()).isZero();
        connection.close();
        part.close();
        assertThat(account.held()).isZero();
    }

    @Test
    void anyMixOfTakesAndGivesComesBackToNothing() {
        MemoryShare share = share("a");
        long sum = 0;
        for (int i = 1; i < 2000; i++) {
            int octets = i * 7919 % 30_000;
            if (i % 3 == 0 && sum >= octets) {
                share.give(octets);
                sum -= octets;
            } else if (share.take(octets)) {
                sum += octets;
            }
            assertThat(account.held()).isBetween(1000 + Math.max(0, sum - MemoryShare.FREE), 1000 + sum + 4096);
        }
        share.give(sum);
        assertThat(account.held()).isEqualTo(1000);
    }

    // ---- when it runs low

    private String firstEnded() throws InterruptedException {
        return ended.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void whoHoldsMostIsEndedBeforeAnybodyIsRefused() throws InterruptedException {
        share("small").take(20_000);
        MemoryShare great = share("great");
        share("middle").take(200_000);
        assertThat(great.take(730_000)).isTrue();
        assertThat(firstEnded()).isEqualTo("great");
        assertThat(account.refused()).isZero();
        great.close();
        assertThat(ended).isEmpty();
        assertThat(account.ended()).isOne();
    }

    @Test
    void whoWasAnsweredGoesOnBeforeWhoNeverWas() throws InterruptedException {
        MemoryShare served = share("served");
        MemoryShare stranger = share("stranger");
        stranger.take(300_000);
        served.take(620_000);
        served.progressed();
        share("another").take(50_000);
        assertThat(firstEnded()).isEqualTo("stranger");
    }

    @Test
    void idleConnectionsOfKnownPeersAreNotEndedForBeingOpen() {
        MemoryShare known = share("known");
        known.known();
        MemoryShare part = known.open(5000, () -> ended.add("part"));
        long later = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
        assertThat(known.weight(later)).isZero();
        assertThat(part.weight(later)).isZero();
        assertThat(share("idle").weight(later)).isPositive();
    }

    @Test
    void streamsOfWhoIsKnownAreEndedAfterStrangersThatHoldLess() {
        MemoryShare known = share("known");
        known.known();
        MemoryShare part = known.open(5000, () -> { });
        assertThat(part.take(200_000)).isTrue();
        MemoryShare stranger = share("stranger");
        assertThat(stranger.take(50_000)).isTrue();
        assertThat(account.heaviestFirst(System.nanoTime() + TimeUnit.HOURS.toNanos(1)).getFirst().share()).isSameAs(stranger);
    }

    @Test
    void whoIsBeingEndedIsNotEndedAgainAndCountsAsGone() throws InterruptedException {
        MemoryShare first = share("first");
        first.take(930_000);
        assertThat(firstEnded()).isEqualTo("first");
        for (MemoryShare other : List.of(share("b"), share("c"))) {
            other.take(MemoryShare.FREE + 10_000);
            other.give(10_000);
        }
        MemoryShare last = share("last");
        assertThat(last.take(MOST)).isFalse();
        first.close();
        assertThat(last.take(MemoryShare.FREE + 100_000)).isTrue();
        assertThat(ended).isEmpty();
    }

    @Test
    void whoHasManyConnectionsThatHoldLittleIsHeavierThanWhoHasOneThatHoldsMore() throws Exception {
        MemoryShare good = account.open(new InetSocketAddress(InetAddress.getByName("198.51.100.8"), 1), 1000, () -> { });
        assertThat(good.take(60_000)).isTrue();
        InetAddress many = InetAddress.getByName("198.51.100.7");
        for (int port = 0; port < 20; port++) {
            assertThat(account.open(new InetSocketAddress(many, port), 1000, () -> { }).take(30_000)).isTrue();
        }
        long later = System.nanoTime() + TimeUnit.HOURS.toNanos(1); // when all are as old
        assertThat(account.heaviestFirst(later).getLast().share()).isSameAs(good);
        assertThat(account.heaviestFirst(later)).hasSize(21);
    }

    // ---- who answers for it

    private List<MemoryShare> heaviest() {
        return account.heaviestFirst(System.nanoTime() + TimeUnit.HOURS.toNanos(1)).stream().map(MemoryAccount.Weighed::share).toList();
    }

    @Test
    void whatIsKeptForAnotherWeighsOnHimAsIfItWereHis() {
        MemoryShare extension = share("extension");
        extension.known();
        MemoryShare uplink = extension.open(5000, () -> { });
        assertThat(uplink.take(200_000)).isTrue();
        MemoryShare slow = share("slow");
        MemoryShare good = share("good");
        assertThat(good.take(50_000)).isTrue();
        assertThat(heaviest()).startsWith(good);
        uplink.keptFor(slow);
        assertThat(heaviest()).startsWith(slow, good).doesNotContain(uplink);
        assertThat(account.heaviestFirst(System.nanoTime()).getFirst().octets()).isGreaterThan(190_000);
        uplink.keptFor(null);
        assertThat(heaviest()).startsWith(good).contains(uplink);
    }

    @Test
    void whatIsKeptForOneWhoIsGoneOrStrangerToTheAccountIsItsHoldersOwn() {
        MemoryShare uplink = share("uplink");
        assertThat(uplink.take(200_000)).isTrue();
        MemoryShare gone = share("gone");
        uplink.keptFor(gone);
        gone.close();
        assertThat(heaviest()).containsExactly(uplink);
        uplink.keptFor(new MemoryAccount(MOST).open("elsewhere", 0, () -> { }));
        assertThat(heaviest()).containsExactly(uplink);
        uplink.keptFor(MemoryShare.UNBOUNDED);
        assertThat(heaviest()).containsExactly(uplink);
        MemoryShare.UNBOUNDED.keptFor(uplink);
        assertThat(MemoryShare.UNBOUNDED.bearer()).isNull();
    }

    @Test
    void whoIsEndedTakesWithHimWhatIsKeptForHim() throws InterruptedException {
        MemoryShare slow = share("slow");
        MemoryShare uplink = share("uplink");
        assertThat(uplink.take(800_000)).isTrue();
        uplink.keptFor(slow);
        MemoryShare other = share("other");
        assertThat(other.take(130_000)).isTrue();
        assertThat(firstEnded()).isEqualTo("slow");
        assertThat(slow.starved()).isTrue();
        assertThat(other.starved()).isFalse();
        assertThat(other.take(20_000)).as("still tight, and what is kept for him is on its way").isTrue();
        assertThat(account.heaviestFirst(System.nanoTime()).stream().map(MemoryAccount.Weighed::share)).containsExactly(other);
        assertThat(ended.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void whatIsKeptForManyConnectionsOfOneAddressWeighsTogether() throws Exception {
        InetAddress many = InetAddress.getByName("198.51.100.7");
        for (int port = 0; port < 20; port++) {
            MemoryShare uplink = share("uplink");
            assertThat(uplink.take(30_000)).isTrue();
            uplink.keptFor(account.open(new InetSocketAddress(many, port), 1000, () -> { }));
        }
        MemoryShare one = share("uplink");
        assertThat(one.take(60_000)).isTrue();
        MemoryShare good = account.open(new InetSocketAddress(InetAddress.getByName("198.51.100.8"), 1), 1000, () -> { });
        one.keptFor(good);
        assertThat(heaviest()).hasSize(21).endsWith(good);
    }

    /// The account of a heap of 256 MB, and requests as large as they may be: a head of 64 KiB with its copy, and the first octets of a
    /// body. Others have waited for as long as one who fills all that is left.
    @Test
    void whoFillsTheAccountWithRequestsThatWaitGivesWayToThoseOfOthers() throws Exception {
        MemoryAccount whole = new MemoryAccount(64 << 20);
        int request = 160 << 10;
        List<MemoryShare> others = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            InetAddress address = InetAddress.getByAddress(new byte[] {(byte) 198, 51, 100, (byte) i});
            MemoryShare other = whole.open(new InetSocketAddress(address, 1), 6144, () -> ended.add("other"));
            assertThat(other.take(request)).isTrue();
            others.add(other);
        }
        InetAddress greedy = InetAddress.getByName("203.0.113.1");
        for (int port = 1; port <= 2_000; port++) {
            AtomicReference<MemoryShare> share = new AtomicReference<>();
            CountDownLatch opened = new CountDownLatch(1);
            share.set(whole.open(new InetSocketAddress(greedy, port), 6144, () -> {
                ended.add("greedy");
                Threads.virtual("ends").start(() -> {
                    await(opened);
                    share.get().close();
                });
            }));
            opened.countDown();
            if (share.get() == null || !share.get().take(request)) {
                LockSupport.parkNanos(100_000); // refused, as he may be
            }
        }
        assertThat(ended).contains("greedy").doesNotContain("other");
        for (MemoryShare other : others) {
            assertThat(other.held()).isEqualTo(request);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whereAllComeFromOneAddressWhoHoldsMostIsHeaviest() throws Exception {
        InetAddress balancer = InetAddress.getByName("10.0.0.1");
        for (int port = 0; port < 20; port++) {
            account.open(new InetSocketAddress(balancer, port), 1000, () -> { }).take(20_000 + (port == 7 ? 20_000 : 0));
        }
        assertThat(account.heaviestFirst(System.nanoTime() + TimeUnit.HOURS.toNanos(1)).getFirst().share().holder())
                .isEqualTo(new InetSocketAddress(balancer, 7));
    }

    @Test
    void whoHasTakenAllDoesNotKeepNewcomersOut() {
        MemoryShare first = share("first");
        while (first.take(4 << 10)) {
            continue; // until nothing is left
        }
        MemoryShare newcomer = share("newcomer");
        assertThat(newcomer).isNotNull();
        assertThat(newcomer.take(MemoryShare.FREE)).as("a small request").isTrue();
        assertThat(newcomer.take(1)).as("there is no room for more").isFalse();
        for (int i = 0; share("another") != null; i++) {
            assertThat(i).as("there is an end to it").isLessThan(MOST / 8 / 1000 + 5);
        }
    }

    @Test
    void oneNetworkOfVersion6IsOnePeerAndStreamsOfWhoIsKnownAreNobodys() throws Exception {
        MemoryShare first = account.open(new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 1), 0, () -> { });
        MemoryShare second = account.open(new InetSocketAddress(InetAddress.getByName("2001:db8::2"), 2), 0, () -> { });
        MemoryShare other = account.open(new InetSocketAddress(InetAddress.getByName("2001:db8:0:1::2"), 2), 0, () -> { });
        assertThat(first.peer()).isEqualTo(second.peer()).isNotEqualTo(other.peer());
        assertThat(first.open(0, () -> { }).peer()).isNull();
        first.known();
        assertThat(first.peer()).isNull();
    }

    @Test
    void whatIsAChoiceIsTakenOnlyWhileMoreThanHalfIsFree() {
        MemoryShare share = share("a");
        assertThat(share.takeSpare(MOST / 8 * 3)).isTrue();
        assertThat(share.isShort()).isFalse();
        assertThat(share.takeSpare(8 << 10)).isFalse();
        assertThat(account.refused()).as("nobody is in need").isZero();
        assertThat(share.take(8 << 10)).isTrue();
        share.give(MOST / 8 * 3 + (8 << 10));
        assertThat(account.held()).isEqualTo(1000);
    }

    @Test
    void whatCanNotBeDoneWithoutIsCountedAndOthersAreEndedForIt() throws InterruptedException {
        MemoryShare great = share("great");
        great.take(800_000);
        MemoryShare share = share("a");
        share.takeAnyway(300_000);
        assertThat(account.held()).isGreaterThan(MOST);
        assertThat(firstEnded()).isEqualTo("great");
        share.give(300_000);
        great.close();
        share.close();
        assertThat(account.held()).isZero();
        share.takeAnyway(100_000);
        assertThat(account.held()).as("it is closed").isZero();
    }

    // ---- buffers

    @Test
    void theFirstBufferIsEverybodysAndGrowthIsCharged() throws IOException {
        MemoryShare share = share("a");
        Input in = input(share);
        in.fill();
        assertThat(share.held()).isZero();
        in.require(5000);
        assertThat(share.held()).isEqualTo(in.array().length - 1000).isPositive();
    }

    @Test
    void whoeverGrowsBeyondTheAccountIsRefusedAndTheOthersReadOn() throws IOException {
        MemoryShare other = share("other");
        assertThat(other.take(900_000)).isTrue();
        Input greedy = input(share("greedy"));
        assertThatThrownBy(() -> greedy.require(250_000)).isInstanceOf(NoRoom.class);
        Input modest = input(share("modest"));
        assertThat(modest.require(4000)).isTrue();
        other.close();
        assertThat(greedy.require(250_000)).isTrue();
    }

    @Test
    void everyWayToGiveABufferBackGivesItBackToTheAccount() throws IOException {
        for (int way = 0; way < 4; way++) {
            MemoryShare share = share("a");
            Input in = input(share);
            in.require(5000);
            in.skip(way == 3 ? 0 : in.available());
            switch (way) {
                case 0 -> in.release();
                case 1 -> in.shrink();
                case 2 -> {
                    in.trim(); // a busy buffer keeps what the last message needed
                    in.trim();
                }
                default -> in.close(); // even where something is left unread
            }
            assertThat(share.held()).as("way " + way).isZero();
            in.close();
            assertThat(share.held()).isZero();
        }
    }

    @Test
    void aLongBodyIsReadInSmallerPiecesWhereThereIsNoRoomForLongOnes() throws IOException {
        share("other").take(MOST - 10_000);
        Input in = input(share("a"));
        for (int i = 0; i < 100; i++) {
            in.fill();
            in.skip(in.available());
        }
        assertThat(account.held()).isLessThanOrEqualTo(MOST);
        assertThat(in.array().length).isLessThan(32 << 10);
    }

    @Test
    void whatWaitsIsMovedToTheFrontWhereThereIsNoRoomForALongerBuffer() throws IOException {
        MemoryShare share = share("a");
        share.take(MemoryShare.FREE);
        MemoryShare other = share("other");
        while (other.take(4 << 10)) {
            continue; // until nothing is left
        }
        Input in = input(share);
        in.require(1000);
        in.skip(300);
        assertThat(in.require(900)).isTrue();
        assertThat(in.array()).hasSize(1000);
    }

    @Test
    void aClosedBufferTakesNothingMore() throws IOException {
        MemoryShare share = share("a");
        Input in = input(share);
        in.require(5000);
        in.close();
        assertThatThrownBy(() -> in.require(5000)).isInstanceOf(IOException.class);
        assertThat(share.held()).isZero();
    }

    // ---- figures

    @Test
    void whatFitsExactlyFitsAndIsCounted() {
        MemoryAccount small = new MemoryAccount(1000);
        MemoryShare connection = small.open("a", 400, () -> { });
        assertThat(connection.open(600, () -> { })).isNotNull();
        assertThat(connection.open(1, () -> { })).isNull();
        assertThat(small.shares()).isEqualTo(2);
        assertThat(small.most()).isEqualTo(1000);
        assertThat(small).hasToString("1000 of 1000 octets");
    }

    @Test
    void beyondWhatEverybodyGetsItIsTakenInWholeSteps() {
        MemoryShare share = share("a");
        assertThat(share.take(MemoryShare.FREE + 4096)).isTrue();
        assertThat(account.held()).isEqualTo(1000 + 4096);
        assertThat(share.take(1)).isTrue();
        assertThat(account.held()).isEqualTo(1000 + 8192);
        assertThat(share).hasToString("a holds 9192 octets of 9192 of 1048576 octets");
        assertThat(share.holder()).isEqualTo("a");
    }

    @Test
    void whatGrowsIsTakenAndWhatShrinksIsGivenBack() {
        MemoryShare share = share("a");
        assertThat(share.resize(0, 20_000)).isTrue();
        assertThat(share.resize(20_000, 50_000)).isTrue();
        assertThat(share.held()).isEqualTo(50_000);
        assertThat(share.resize(50_000, 50_000)).isTrue();
        assertThat(share.held()).isEqualTo(50_000);
        assertThat(share.resize(50_000, 50_000 + MOST)).isFalse();
        assertThat(share.held()).isEqualTo(50_000);
        assertThat(share.resize(50_000, 100)).isTrue();
        assertThat(share.held()).isEqualTo(100);
        assertThat(account.held()).isEqualTo(1000);
    }

    @Test
    void aConnectionThatComesToCostMoreCostsItUntilItsEnd() {
        MemoryShare share = share("a");
        assertThat(share.costs(500)).isTrue();
        assertThat(account.held()).isEqualTo(1500);
        assertThat(share.costs(MOST)).isFalse();
        assertThat(account.held()).isEqualTo(1500);
        share.close();
        assertThat(account.held()).isZero();
        assertThat(share.costs(1)).as("it is over").isFalse();
        assertThat(account.held()).isZero();
        assertThat(MemoryShare.UNBOUNDED.costs(1)).isTrue();
    }

    @Test
    void itIsTimeToHoldLessWhenMoreThanHalfIsTaken() {
        MemoryAccount small = new MemoryAccount(1000);
        MemoryShare half = small.open("a", 500, () -> { });
        assertThat(small.isShort()).isFalse();
        assertThat(half.isShort()).isFalse();
        small.open("b", 1, () -> { });
        assertThat(small.isShort()).isTrue();
        assertThat(half.isShort()).isTrue();
        assertThat(MemoryShare.UNBOUNDED.isShort()).isFalse();
    }

    @Test
    void aShareWeighsWhatItHoldsForAsLongAsItWasNotAnswered() {
        MemoryShare share = account.open("a", 6400, () -> { });
        share.take(MemoryShare.FREE + 4096);
        double hour = 3.6e12;
        long later = System.nanoTime() + (long) hour;
        assertThat(share.weight(later)).as("never answered").isCloseTo((4096 + 100) * hour * 16, withinPercentage(1));
        share.progressed();
        assertThat(share.weight(later)).isCloseTo((4096 + 100) * hour, withinPercentage(1));
        share.known();
        assertThat(share.weight(later)).as("that it is open does not count").isCloseTo(4096 * hour / 16, withinPercentage(1));
    }

    @Test
    void roomIsMadeAgainAndAgain() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            MemoryShare great = share("great " + i);
            assertThat(great.take(930_000)).isTrue();
            String first = null;
            while (first == null) { // one relief is over a moment after it ended a share, and another is not begun before
                great.take(4096);
                great.give(4096);
                first = ended.poll(10, TimeUnit.MILLISECONDS);
            }
            assertThat(first).isEqualTo("great " + i);
            great.close();
        }
    }

    @Test
    void aBufferIsChargedForWhatItGrewByEachTime() throws IOException {
        MemoryShare share = share("a");
        Input in = input(share);
        assertThat(in.memory()).isSameAs(share);
        assertThat(in.maxCapacity()).isEqualTo(256 << 10);
        in.require(5000);
        in.require(60_000);
        assertThat(share.held()).isEqualTo(in.array().length - 1000);
        in.skip(in.available());
        in.trim();
        assertThat(in.array().length).isGreaterThan(1000);
        assertThat(share.held()).as("what a busy one keeps").isEqualTo(in.array().length - 1000);
    }
}
