package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.testing.SeededRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The small parts of an engine by themselves. */
final class EnginePartsTest {
    private static final MonotonicTime START = new MonotonicTime(Long.MAX_VALUE - 1_000_000_000L);
    private static final Endpoint PEER = new Endpoint(IpAddress.parse("192.0.2.1"), 500);
    private static final Octets NONCE = Octets.ofHex("00112233445566778899aabbccddeeff");
    private static final IkeSpi SPI = new IkeSpi(42);

    private static MonotonicTime after(long seconds) {
        return START.plus(Duration.ofSeconds(seconds));
    }

    // Backoff.

    @Test
    void waitsDoubleUpToTheCapAndAreNeverLessThanHalf() {
        Backoff backoff = new Backoff(IkeSettings.defaults(), new SeededRandom(1));
        long nominal = 2_000;
        for (int failure = 0; failure < 100; failure++) {
            long wait = backoff.next().toMillis();
            assertTrue(wait >= nominal / 2 && wait <= nominal, failure + ": " + wait);
            nominal = Math.min(60_000, nominal * 2);
        }
        backoff.reset();
        assertTrue(backoff.next().toMillis() <= 2_000);
    }

    // AnswerLimiter.

    @Test
    void soManyAnswersASecondAndAsManyAtOnce() {
        AnswerLimiter limiter = new AnswerLimiter(3, START);
        for (int answer = 0; answer < 3; answer++) {
            assertTrue(limiter.tryAnswer(START));
        }
        assertFalse(limiter.tryAnswer(START));
        assertFalse(limiter.tryAnswer(START.plus(Duration.ofMillis(300))));
        assertTrue(limiter.tryAnswer(START.plus(Duration.ofMillis(340))));
        assertFalse(limiter.tryAnswer(START.plus(Duration.ofMillis(340))));
        MonotonicTime later = after(3_600);
        for (int answer = 0; answer < 3; answer++) {
            assertTrue(limiter.tryAnswer(later), "an hour's rest saves no more than a second's");
        }
        assertFalse(limiter.tryAnswer(later));
    }

    // CookieJar.

    private static CookieJar jar() {
        return new CookieJar(new Primitives(), new SeededRandom(2), START);
    }

    @Test
    void aCookieIsGoodForOneMinuteAtMost() {
        CookieJar jar = jar();
        Octets cookie = jar.bake(NONCE, PEER, SPI, START);
        assertTrue(cookie.length() >= 1 && cookie.length() <= 64, "RFC 7296 §2.6");
        assertTrue(jar.accepts(cookie, NONCE, PEER, SPI, after(29)));
        assertTrue(jar.accepts(cookie, NONCE, PEER, SPI, after(31)), "by the secret before");
        assertFalse(jar.accepts(cookie, NONCE, PEER, SPI, after(62)));
    }

    @Test
    void aSecretThatLayIdleIsNotTheOneBefore() {
        CookieJar jar = jar();
        Octets cookie = jar.bake(NONCE, PEER, SPI, START);
        assertFalse(jar.accepts(cookie, NONCE, PEER, SPI, after(3_600)));
    }

    @Test
    void aCookieIsForOnePeerAndOneMessage() {
        CookieJar jar = jar();
        Octets cookie = jar.bake(NONCE, PEER, SPI, START);
        Endpoint otherPort = new Endpoint(PEER.address(), 501);
        Endpoint otherAddress = new Endpoint(IpAddress.parse("192.0.2.2"), 500);
        assertFalse(jar.accepts(cookie, NONCE, otherPort, SPI, START));
        assertFalse(jar.accepts(cookie, NONCE, otherAddress, SPI, START));
        assertFalse(jar.accepts(cookie, NONCE, PEER, new IkeSpi(43), START));
        assertFalse(jar.accepts(cookie, Octets.ofHex("00"), PEER, SPI, START));
        assertFalse(jar.accepts(Octets.EMPTY, NONCE, PEER, SPI, START));
    }

    @Test
    void theVersionOfTheSecretWrapsAround() {
        CookieJar jar = jar();
        Set<Integer> versions = new HashSet<>();
        for (int rotation = 0; rotation < 600; rotation++) {
            MonotonicTime now = after(31L * rotation);
            Octets cookie = jar.bake(NONCE, PEER, SPI, now);
            versions.add(cookie.at(0));
            assertTrue(jar.accepts(cookie, NONCE, PEER, SPI, now));
            assertFalse(jar.accepts(Octets.ofHex("ff00"), NONCE, PEER, SPI, now));
        }
        assertEquals(256, versions.size());
    }

    // DeadlineQueue.

    @Test
    void targetsComeWhenTheirTimeHasCome() {
        DeadlineQueue<String> queue = new DeadlineQueue<>();
        queue.schedule("late", after(20));
        queue.schedule("soon", after(10));
        assertEquals(Optional.of(after(10)), queue.next());
        assertEquals(Optional.empty(), queue.takeReached(after(9)));
        assertEquals(Optional.of("soon"), queue.takeReached(after(10)));
        assertEquals(Optional.empty(), queue.takeReached(after(19)));
        assertEquals(Optional.of("late"), queue.takeReached(after(25)));
        assertEquals(Optional.empty(), queue.next());
    }

    @Test
    void aDeadlineMayMoveForwardAndIsThenReachedOnce() {
        DeadlineQueue<String> queue = new DeadlineQueue<>();
        queue.schedule("it", after(20));
        queue.schedule("it", after(10));
        queue.schedule("it", after(30));
        assertEquals(Optional.of("it"), queue.takeReached(after(10)));
        assertEquals(Optional.empty(), queue.takeReached(after(40)));
    }

    @Test
    void whatWasRemovedDoesNotComeAndMayComeBack() {
        DeadlineQueue<String> queue = new DeadlineQueue<>();
        queue.schedule("it", after(10));
        queue.remove("it");
        queue.schedule("it", after(20));
        assertEquals(Optional.empty(), queue.takeReached(after(15)));
        assertEquals(Optional.of("it"), queue.takeReached(after(20)));
    }

    /** Looked up whenever the queue comes across it. */
    private static final class Target {
        private int seen;

        @Override
        public int hashCode() {
            seen++;
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    @Test
    void targetsThatCameAndWentAreNotKeptUntilTheirTimeHasCome() {
        DeadlineQueue<Target> queue = new DeadlineQueue<>();
        List<Target> gone = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Target target = new Target();
            queue.schedule(target, after(30));
            queue.remove(target);
            gone.add(target);
        }
        gone.forEach(target -> target.seen = 0);
        assertEquals(Optional.empty(), queue.takeReached(after(60)));
        assertTrue(gone.stream().filter(target -> target.seen > 0).count() < 100);
    }

    @Test
    void whatIsStillWantedSurvivesTheTidying() {
        DeadlineQueue<String> queue = new DeadlineQueue<>();
        for (int i = 0; i < 1_000; i++) {
            queue.schedule("it", after(10_000));
            queue.schedule("it", after(i));
            assertEquals(Optional.of("it"), queue.takeReached(after(i)));
        }
        queue.schedule("it", after(10_000));
        assertEquals(Optional.of("it"), queue.takeReached(after(10_000)));
        assertEquals(Optional.empty(), queue.takeReached(after(10_000)));
    }

    // Shard.

    @Test
    void anSpiTellsItsShard() {
        for (int count : new int[] {1, 2, 3, Shard.MAX}) {
            for (int index = 0; index < count; index++) {
                IkeSpi ours = new Shard(index, count).mark(0x123456789abcdef0L * (index + 1));
                assertEquals(
                        index, Shard.ofMessage(header(SPI, ours, true), PEER.address(), count));
                assertEquals(
                        index, Shard.ofMessage(header(ours, SPI, false), PEER.address(), count));
            }
        }
    }

    @Test
    void aFirstMessageBelongsToTheShardOfItsSource() {
        IkeHeader first = header(new IkeSpi(7), IkeSpi.ZERO, true);
        for (int last = 0; last < 256; last++) {
            IpAddress peer = IpAddress.parse("198.51.100." + last);
            int shard = Shard.ofMessage(first, peer, 5);
            assertEquals(Shard.ofPeer(peer, 5), shard);
            assertTrue(shard >= 0 && shard < 5);
        }
    }

    @Test
    void anSpiThatNamesNoShardOfOursLeadsToOneOfThem() {
        IkeHeader forged = header(SPI, new IkeSpi(63), true);
        assertEquals(Shard.ofPeer(PEER.address(), 3), Shard.ofMessage(forged, PEER.address(), 3));
    }

    @Test
    void shardsAreCountedFromZero() {
        assertThrows(IllegalArgumentException.class, () -> new Shard(2, 2));
        assertThrows(IllegalArgumentException.class, () -> new Shard(-1, 2));
        assertThrows(IllegalArgumentException.class, () -> new Shard(0, Shard.MAX + 1));
    }

    private static IkeHeader header(IkeSpi initiator, IkeSpi responder, boolean fromInitiator) {
        return IkeHeader.of(
                initiator, responder, ExchangeType.INFORMATIONAL, fromInitiator, false, 0);
    }
}
