package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;

/** Unpredictable octets: the system's generator in the daemon, a seeded one in simulations. */
@FunctionalInterface
public interface RandomSource {
    void fill(byte[] destination);

    default byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        fill(bytes);
        return bytes;
    }

    default Octets octets(int count) {
        return Octets.wrap(bytes(count));
    }

    default long nextLong() {
        long value = 0;
        for (byte octet : bytes(Long.BYTES)) {
            value = value << 8 | (octet & 0xff);
        }
        return value;
    }

    /** Uniform in [0, 1): for jitter. */
    default double nextFraction() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }
}
