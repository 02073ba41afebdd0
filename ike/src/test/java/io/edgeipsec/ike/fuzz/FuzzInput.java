package io.edgeipsec.ike.fuzz;

import io.edgeipsec.ike.message.Octets;

/** The fuzzer's octets as a script: they are read from the front, and are zeros past the end. */
public final class FuzzInput {
    private final byte[] data;
    private int at;

    public FuzzInput(byte[] data) {
        this.data = data;
    }

    public boolean hasMore() {
        return at < data.length;
    }

    public int u8() {
        return hasMore() ? data[at++] & 0xff : 0;
    }

    public int u16() {
        return u8() << 8 | u8();
    }

    /** One of 0 to {@code bound - 1}. */
    public int below(int bound) {
        return u8() % bound;
    }

    /** So many octets, or what is left. */
    public Octets octets(int count) {
        int length = Math.min(count, data.length - at);
        Octets taken = Octets.copyOf(data, at, length);
        at += length;
        return taken;
    }

    public Octets rest() {
        return octets(data.length - at);
    }
}
