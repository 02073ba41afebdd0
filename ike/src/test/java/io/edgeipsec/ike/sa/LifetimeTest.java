package io.edgeipsec.ike.sa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.RetransmissionPolicy;
import io.edgeipsec.ike.testing.SeededRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The times that an SA lives by. */
final class LifetimeTest {
    private static final MonotonicTime NOW = new MonotonicTime(5);

    @Test
    void anSaIsReplacedSomeTimeBeforeItsEnd() {
        Duration hour = Duration.ofHours(1);
        SeededRandom random = new SeededRandom(3);
        Set<Long> shares = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            Lifetime lifetime = Lifetime.of(hour, NOW, random);
            assertEquals(NOW.plus(hour), lifetime.expireAt());
            long permille = lifetime.rekeyAt().since(NOW).toMillis() * 1_000 / hour.toMillis();
            assertTrue(permille >= 850 && permille < 950, permille + " permille");
            shares.add(permille);
        }
        assertTrue(shares.size() > 90, "drawn anew each time");
    }

    @Test
    void waitsGrowUpToTheCap() {
        RetransmissionPolicy policy =
                new RetransmissionPolicy(Duration.ofSeconds(2), 1.8, Duration.ofSeconds(30), 8);
        assertEquals(2_000, policy.waitAfter(0, 0.5).toMillis());
        assertEquals(3_600, policy.waitAfter(1, 0.5).toMillis());
        assertEquals(6_480, policy.waitAfter(2, 0.5).toMillis());
        assertEquals(30_000, policy.waitAfter(7, 0.5).toMillis());
        assertEquals(30_000, policy.waitAfter(10_000, 0.5).toMillis());
    }

    @Test
    void theJitterIsATenthEitherWay() {
        RetransmissionPolicy policy =
                new RetransmissionPolicy(Duration.ofSeconds(10), 1, Duration.ofSeconds(10), 1);
        assertEquals(9_000, policy.waitAfter(0, 0).toMillis());
        long longest = policy.waitAfter(0, Math.nextDown(1.0)).toMillis();
        assertTrue(longest > 10_990 && longest <= 11_000, longest + " ms");
    }

    @Test
    void aPolicyThatNeverGetsAnywhereIsRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThrows(
                IllegalArgumentException.class,
                () -> new RetransmissionPolicy(Duration.ZERO, 2, second, 3));
        assertThrows(
                IllegalArgumentException.class,
                () -> new RetransmissionPolicy(second, 0.9, second, 3));
        assertThrows(
                IllegalArgumentException.class,
                () -> new RetransmissionPolicy(second, 2, second, 0));
    }
}
