package io.edgeipsec.api.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lock-outs, logins and rates, by a clock that the test moves. */
class LimitsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private long now = Long.MAX_VALUE - 1_000_000_000_000L;

    private static final AuthSettings SETTINGS =
            new AuthSettings(
                    5,
                    MINUTE.multipliedBy(15),
                    MINUTE.multipliedBy(15),
                    MINUTE.multipliedBy(30),
                    MINUTE.multipliedBy(720),
                    true,
                    true,
                    3,
                    2);

    private final LockOuts lockOuts = new LockOuts(SETTINGS, () -> now);
    private final LoginSessions logins = new LoginSessions(SETTINGS, () -> now);
    private final ClientLimits clients = new ClientLimits(SETTINGS, () -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static Source source(String address) {
        try {
            return Source.of(InetAddress.getByName(address));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private void fail(String user, String address, int times) {
        for (int i = 0; i < times; i++) {
            lockOuts.failed(user, source(address));
        }
    }

    private boolean isLocked(String user, String address) {
        return lockOuts.lockedFor(user, source(address)).isPresent();
    }

    @Test
    void aUserIsLockedOutFromWhereItFailed() {
        fail("admin", "192.0.2.1", 4);
        assertFalse(isLocked("admin", "192.0.2.1"));
        fail("admin", "192.0.2.1", 1);
        assertEquals(
                Optional.of(MINUTE.multipliedBy(15)),
                lockOuts.lockedFor("admin", source("192.0.2.1")));
        assertFalse(isLocked("admin", "192.0.2.2"));
        assertFalse(isLocked("olga", "192.0.2.1"));
        pass(MINUTE.multipliedBy(14));
        assertTrue(isLocked("admin", "192.0.2.1"));
        pass(MINUTE);
        assertFalse(isLocked("admin", "192.0.2.1"));
    }

    @Test
    void failuresAreForgotten() {
        fail("admin", "192.0.2.1", 4);
        pass(MINUTE.multipliedBy(16));
        fail("admin", "192.0.2.1", 4);
        assertFalse(isLocked("admin", "192.0.2.1"));
        assertTrue(lockOuts.succeeded("admin", source("192.0.2.1")));
        assertFalse(lockOuts.succeeded("admin", source("192.0.2.1")));
        fail("admin", "192.0.2.1", 4);
        assertFalse(isLocked("admin", "192.0.2.1"));
    }

    @Test
    void aSourceThatTriesManyUsersIsLockedOutForAll() {
        for (int i = 0; i < 20; i++) {
            assertFalse(isLocked("olga", "2001:db8:1:2::1"));
            fail("user" + i, "2001:db8:1:2::" + i, 1);
        }
        assertTrue(isLocked("olga", "2001:db8:1:2:ffff::1"), "the same /64");
        assertFalse(isLocked("olga", "2001:db8:1:3::1"));
    }

    @Test
    void manyFailuresFromEverywhereDoNotLockOutWhereThePasswordWasRight() {
        lockOuts.succeeded("admin", source("192.0.2.1"));
        for (int i = 0; i < LockOuts.MAX_USER_FAILURES; i++) {
            fail("admin", "198.51.100." + i, 1);
        }
        assertFalse(isLocked("admin", "192.0.2.1"));
        assertTrue(isLocked("admin", "192.0.2.9"), "from anywhere new");
        assertFalse(isLocked("olga", "192.0.2.9"));
        pass(MINUTE.multipliedBy(16));
        assertFalse(isLocked("admin", "192.0.2.9"), "and not for ever");
    }

    @Test
    void aLoginNeedsBothTokens() {
        LoginTokens one = logins.open("alice");
        LoginTokens two = logins.open("bob");
        assertEquals(Optional.of("alice"), logins.userOf(one.session(), one.xsrf()));
        assertEquals(Optional.empty(), logins.userOf(one.session(), two.xsrf()));
        assertEquals(Optional.empty(), logins.userOf(one.xsrf(), one.session()));
        assertEquals(43, one.session().length());
        assertFalse(one.toString().contains(one.session()));
        logins.close(one.session());
        assertEquals(Optional.empty(), logins.userOf(one.session(), one.xsrf()));
        logins.closeAllOf("bob");
        assertEquals(Optional.empty(), logins.userOf(two.session(), two.xsrf()));
    }

    @Test
    void aLoginEndsUnusedAndInAnyCase() {
        LoginTokens unused = logins.open("alice");
        LoginTokens used = logins.open("alice");
        for (int i = 0; i < 26; i++) {
            pass(MINUTE.multipliedBy(27));
            boolean alive = logins.userOf(used.session(), used.xsrf()).isPresent();
            assertTrue(alive, "at " + (i + 1) * 27);
        }
        assertEquals(Optional.empty(), logins.userOf(unused.session(), unused.xsrf()));
        pass(MINUTE.multipliedBy(27));
        assertEquals(Optional.empty(), logins.userOf(used.session(), used.xsrf()));
    }

    @Test
    void loginsAreBounded() {
        List<LoginTokens> opened = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            pass(Duration.ofSeconds(1));
            opened.add(logins.open("alice"));
        }
        assertEquals(
                Optional.empty(),
                logins.userOf(opened.get(0).session(), opened.get(0).xsrf()),
                "the one not used for longest went");
        assertTrue(logins.userOf(opened.get(1).session(), opened.get(1).xsrf()).isPresent());
        ApiException full =
                assertThrows(
                        ApiException.class,
                        () -> {
                            for (int i = 0; i < 1024; i++) {
                                logins.open("user" + i);
                            }
                        });
        assertEquals(ErrorCode.BUSY, full.code());
    }

    private ErrorCode refusal(String address) {
        return assertThrows(ApiException.class, () -> clients.enter(source(address))).code();
    }

    @Test
    void aClientHasSoManyRequestsASecond() {
        for (int i = 0; i < 3; i++) {
            clients.enter(source("192.0.2.1"));
            clients.leave(source("192.0.2.1"));
        }
        assertEquals(ErrorCode.TOO_MANY_REQUESTS, refusal("192.0.2.1"));
        clients.enter(source("192.0.2.2"));
        pass(Duration.ofMillis(334));
        clients.enter(source("192.0.2.1"));
        clients.leave(source("192.0.2.1"));
        assertEquals(ErrorCode.TOO_MANY_REQUESTS, refusal("192.0.2.1"));
    }

    @Test
    void aClientHasSoManyRequestsAtATime() {
        clients.enter(source("192.0.2.1"));
        clients.enter(source("192.0.2.1"));
        assertEquals(ErrorCode.BUSY, refusal("192.0.2.1"));
        clients.leave(source("192.0.2.1"));
        clients.enter(source("192.0.2.1"));
    }

    @Test
    void clientsAreBoundedAndForgotten() {
        for (int i = 0; i < 8192; i++) {
            clients.enter(source("10.0." + i / 256 + "." + i % 256));
            clients.leave(source("10.0." + i / 256 + "." + i % 256));
        }
        assertEquals(ErrorCode.BUSY, refusal("192.0.2.1"));
        pass(Duration.ofSeconds(2));
        clients.enter(source("192.0.2.1"));
    }
}
