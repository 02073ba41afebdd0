package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.testing.SeededRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** RFC 7296 §2.6. */
class CookieJarTest {
    private static final MonotonicTime START = new MonotonicTime(0);
    private static final Octets NONCE = Octets.wrap(new byte[32]);
    private static final IkeSpi SPI = new IkeSpi(7);
    private static final Endpoint PEER = new Endpoint(IpAddress.parse("192.0.2.1"), 500);

    private final CookieJar jar = new CookieJar(new Primitives(), new SeededRandom(1), START);

    private boolean accepts(Octets cookie, MonotonicTime now) {
        return jar.accepts(cookie, NONCE, PEER, SPI, now);
    }

    private Octets bake(MonotonicTime now) {
        return jar.bake(NONCE, PEER, SPI, now);
    }

    @Test
    void cookieIsGoodForWhomItWasBaked() {
        Octets cookie = bake(START);
        assertTrue(accepts(cookie, START));
        Endpoint otherPort = new Endpoint(PEER.address(), 501);
        Endpoint otherHost = new Endpoint(IpAddress.parse("192.0.2.2"), 500);
        Octets otherNonce = Octets.wrap(new byte[31]);
        assertFalse(jar.accepts(cookie, NONCE, otherPort, SPI, START));
        assertFalse(jar.accepts(cookie, NONCE, otherHost, SPI, START));
        assertFalse(jar.accepts(cookie, NONCE, PEER, new IkeSpi(8), START));
        assertFalse(jar.accepts(cookie, otherNonce, PEER, SPI, START));
    }

    @Test
    void forgedCookieIsRefusedInEveryVersionOfTheSecret() {
        MonotonicTime now = START;
        for (int i = 0; i < 600; i++) {
            assertFalse(accepts(Octets.EMPTY, now));
            assertFalse(accepts(Octets.wrap(new byte[33]), now));
            assertTrue(accepts(bake(now), now));
            now = now.plus(Duration.ofSeconds(30));
        }
    }

    @Test
    void cookieOutlivesOneChangeOfTheSecret() {
        Octets cookie = bake(START);
        assertTrue(accepts(cookie, START.plus(Duration.ofSeconds(59))));
        assertFalse(accepts(cookie, START.plus(Duration.ofSeconds(90))));
    }
}
