package io.edgeipsec.api.port;

import java.util.Arrays;

/**
 * A private key in PKCS#8, not encrypted. Owned and zeroed like a {@link PresharedKey}, with the
 * same limits.
 */
public final class PrivateKeyOctets implements AutoCloseable {

    private final byte[] octets;
    private boolean closed;

    /** Takes over the array, which {@link #close()} zeroes. */
    public PrivateKeyOctets(byte[] octets) {
        this.octets = octets;
    }

    /** A copy of the octets, which the caller zeroes. */
    public byte[] copyOctets() {
        if (closed) {
            throw new IllegalStateException("the private key is closed");
        }
        return octets.clone();
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public String toString() {
        return "PrivateKeyOctets[redacted]";
    }
}
