package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.MonotonicTime;
import java.time.Duration;

/**
 * Cookies that prove a peer's address without state (RFC 7296 §2.6): one octet that tells which
 * secret, then a MAC of nonce, address, port and SPI. A secret makes cookies for a while and
 * accepts them for as long again.
 */
final class CookieJar {
    private static final Duration SECRET_LIFETIME = Duration.ofSeconds(30);
    private static final int SECRET_LENGTH = 32;

    private final Primitives primitives;
    private final RandomSource random;
    private SecretBytes current;
    private SecretBytes previous;
    private int version;
    private MonotonicTime rotateAt;

    CookieJar(Primitives primitives, RandomSource random, MonotonicTime now) {
        this.primitives = primitives;
        this.random = random;
        this.current = SecretBytes.wrap(random.bytes(SECRET_LENGTH));
        this.previous = SecretBytes.wrap(random.bytes(SECRET_LENGTH));
        this.rotateAt = now.plus(SECRET_LIFETIME);
    }

    Octets bake(Octets nonce, Endpoint peer, IkeSpi spi, MonotonicTime now) {
        rotate(now);
        return cookie(version, current, nonce, peer, spi);
    }

    boolean accepts(Octets cookie, Octets nonce, Endpoint peer, IkeSpi spi, MonotonicTime now) {
        rotate(now);
        return cookie.constantTimeEquals(cookie(version, current, nonce, peer, spi))
                || cookie.constantTimeEquals(cookie(version - 1, previous, nonce, peer, spi));
    }

    private Octets cookie(
            int secretVersion, SecretBytes secret, Octets nonce, Endpoint peer, IkeSpi spi) {
        OctetWriter data = new OctetWriter(320);
        data.u64(spi.value()).octets(peer.address().octets()).u16(peer.port()).octets(nonce);
        Octets mac = primitives.prf(Prf.HMAC_SHA2_256, secret, data.toOctets());
        return new OctetWriter(1 + mac.length()).u8(secretVersion & 0xff).octets(mac).toOctets();
    }

    private void rotate(MonotonicTime now) {
        if (now.hasReached(rotateAt)) {
            boolean longAgo = now.hasReached(rotateAt.plus(SECRET_LIFETIME));
            previous.close();
            previous = longAgo ? SecretBytes.wrap(random.bytes(SECRET_LENGTH)) : current;
            current = SecretBytes.wrap(random.bytes(SECRET_LENGTH));
            version++;
            rotateAt = now.plus(SECRET_LIFETIME);
        }
    }
}
