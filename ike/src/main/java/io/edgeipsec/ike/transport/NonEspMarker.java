package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.message.Octets;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Four zero octets tell IKE from ESP on port 4500; keepalives are one octet 0xFF (RFC 3948 §2.2).
 */
final class NonEspMarker {
    private static final int LENGTH = 4;

    private NonEspMarker() {}

    static ByteBuffer keepalive() {
        return ByteBuffer.wrap(new byte[] {(byte) 0xff});
    }

    /** An IKE message as it goes out. */
    static ByteBuffer wrap(Octets message) {
        byte[] datagram = new byte[LENGTH + message.length()];
        message.copyTo(datagram, LENGTH);
        return ByteBuffer.wrap(datagram);
    }

    /** The IKE message of a datagram; empty for ESP and keepalives, which the kernel takes. */
    static Optional<Octets> unwrap(ByteBuffer datagram) {
        if (datagram.remaining() < LENGTH || datagram.getInt(datagram.position()) != 0) {
            return Optional.empty();
        }
        datagram.position(datagram.position() + LENGTH);
        return Optional.of(copy(datagram));
    }

    static Octets copy(ByteBuffer datagram) {
        byte[] octets = new byte[datagram.remaining()];
        datagram.get(octets);
        return Octets.wrap(octets);
    }
}
