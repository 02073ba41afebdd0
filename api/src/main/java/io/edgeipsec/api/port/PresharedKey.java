package io.edgeipsec.api.port;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A session's pre-shared key: the UTF-8 octets of what the caller wrote.
 *
 * <p>Exactly one party owns it at a time and closes it, which zeroes the octets. Passing it on as
 * an argument or result documented as "takes over" hands ownership along. That zeroing is best
 * effort: a copy in a request body, or one that the garbage collector made, is out of reach.
 */
public final class PresharedKey implements AutoCloseable {

    /** The contract's 128 characters, each at most four octets in UTF-8. */
    public static final int MAX_OCTETS = 128 * 4;

    private final byte[] octets;
    private boolean closed;

    /** Takes over the array, which {@link #close()} zeroes. */
    public PresharedKey(byte[] octets) {
        if (octets.length == 0 || octets.length > MAX_OCTETS) {
            throw new IllegalArgumentException("a pre-shared key has 1 to 512 octets");
        }
        this.octets = octets;
    }

    /**
     * The key written so.
     *
     * @throws IllegalArgumentException if the text has an unpaired surrogate, which has no UTF-8
     *     form (replacing it would quietly make another key), or is longer than a key can be
     */
    public static PresharedKey of(String text) {
        byte[] space = new byte[MAX_OCTETS];
        ByteBuffer encoded = ByteBuffer.wrap(space);
        try {
            CoderResult result =
                    StandardCharsets.UTF_8
                            .newEncoder()
                            .encode(CharBuffer.wrap(text), encoded, true);
            if (!result.isUnderflow()) {
                throw new IllegalArgumentException("not a pre-shared key");
            }
            return new PresharedKey(Arrays.copyOf(space, encoded.position()));
        } finally {
            Arrays.fill(space, (byte) 0);
        }
    }

    /** A copy of the octets, which the caller zeroes. */
    public byte[] copyOctets() {
        if (closed) {
            throw new IllegalStateException("the pre-shared key is closed");
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
        return "PresharedKey[redacted]";
    }
}
