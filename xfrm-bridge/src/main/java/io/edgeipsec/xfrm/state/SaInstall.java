package io.edgeipsec.xfrm.state;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An SA to install: an inbound one fills the larval SA of {@link SpiRequest}, an outbound one is
 * new, and as the newest of its reqid carries the traffic from then on. Tunnel mode, ESP.
 *
 * <p>The keys are handed over: the kernel call zeroes them, whatever its outcome. A request is thus
 * good for one call.
 */
public record SaInstall(
        SaDirection direction,
        InetAddress local,
        InetAddress peer,
        int spi,
        int reqid,
        Scope scope,
        EspTransform transform,
        KeyMaterial encryptionKey,
        KeyMaterial integrityKey,
        @Nullable UdpEncapsulation encapsulation,
        SaOptions options)
        implements AutoCloseable {
    /** SPIs 1 to 255 are IANA's (RFC 4303 §2.1). */
    private static final int FIRST_SPI = 256;

    public SaInstall {
        Objects.requireNonNull(direction);
        Objects.requireNonNull(scope);
        Objects.requireNonNull(options);
        if (XfrmAddress.family(local) != XfrmAddress.family(peer)) {
            throw new IllegalArgumentException("local and peer address are of different families");
        }
        if (Integer.compareUnsigned(spi, FIRST_SPI) < 0) {
            throw new IllegalArgumentException("SPI " + SaId.hexSpi(spi) + " is reserved");
        }
        if (reqid == 0) {
            throw new IllegalArgumentException("an SA of ours has a reqid");
        }
        checkKey("encryption", transform, encryptionKey, transform.encryptionKeyOctets());
        checkKey("integrity", transform, integrityKey, transform.integrityKeyOctets());
    }

    private static void checkKey(String what, EspTransform transform, KeyMaterial key, int octets) {
        if (key.length() != octets) {
            throw new IllegalArgumentException(
                    transform
                            + " needs "
                            + octets
                            + " octets of "
                            + what
                            + " key, not "
                            + key.length());
        }
    }

    public SaId id() {
        return new SaId(destination(), spi, scope);
    }

    public InetAddress source() {
        return direction == SaDirection.OUT ? local : peer;
    }

    public InetAddress destination() {
        return direction == SaDirection.OUT ? peer : local;
    }

    public Optional<UdpEncapsulation> udpEncapsulation() {
        return Optional.ofNullable(encapsulation);
    }

    /** Zeroes the keys. */
    @Override
    public void close() {
        encryptionKey.close();
        integrityKey.close();
    }

    @Override
    public String toString() {
        return (direction == SaDirection.OUT ? "outbound " : "inbound ")
                + id()
                + " from "
                + source().getHostAddress()
                + " "
                + transform;
    }
}
