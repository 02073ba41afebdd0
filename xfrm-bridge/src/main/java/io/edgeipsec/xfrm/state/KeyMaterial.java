package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.util.Arrays;

/**
 * Key octets, owned: whoever creates one hands its array over and keeps no copy. {@link #close}
 * zeroes it; a closed one cannot be used. Not a record, so that no generated method shows or
 * compares it.
 */
public final class KeyMaterial implements AutoCloseable {
    private final byte[] octets;
    private boolean closed;

    private KeyMaterial(byte[] octets) {
        this.octets = octets;
    }

    /** Takes the array over. */
    public static KeyMaterial owning(byte[] octets) {
        return new KeyMaterial(octets);
    }

    /** For transforms without such a key. */
    public static KeyMaterial none() {
        return new KeyMaterial(new byte[0]);
    }

    public int length() {
        return octets.length;
    }

    void writeTo(NetlinkWriter w) {
        if (closed) {
            throw new IllegalStateException("the key has been zeroed");
        }
        w.bytes(octets);
    }

    boolean isZero() {
        int or = 0;
        for (byte b : octets) {
            or |= b;
        }
        return or == 0;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public String toString() {
        return "KeyMaterial[" + octets.length + "]";
    }
}
