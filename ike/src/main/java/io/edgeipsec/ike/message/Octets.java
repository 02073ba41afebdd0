package io.edgeipsec.ike.message;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable sequence of octets with content equality. Ordering is unsigned and lexicographic, a
 * prefix being lower than what it is a prefix of: the order that RFC 7296 §2.8.1 uses for nonces.
 */
public final class Octets implements Comparable<Octets> {
    public static final Octets EMPTY = new Octets(new byte[0], 0, 0);

    private final byte[] array;
    private final int offset;
    private final int length;

    private Octets(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** Receives a region of an array that it must neither keep nor change. */
    @FunctionalInterface
    public interface RegionConsumer {
        void accept(byte[] array, int offset, int length);
    }

    public static Octets copyOf(byte[] bytes) {
        return copyOf(bytes, 0, bytes.length);
    }

    public static Octets copyOf(byte[] bytes, int offset, int length) {
        return length == 0
                ? EMPTY
                : new Octets(Arrays.copyOfRange(bytes, offset, offset + length), 0, length);
    }

    /** Wraps without copying: the caller gives the array away and never touches it again. */
    public static Octets wrap(byte[] bytes) {
        return new Octets(bytes, 0, bytes.length);
    }

    public static Octets ofHex(String hex) {
        return wrap(HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
    }

    public static Octets concat(Octets... parts) {
        int total = 0;
        for (Octets part : parts) {
            total = Math.addExact(total, part.length);
        }
        byte[] joined = new byte[total];
        int position = 0;
        for (Octets part : parts) {
            part.copyTo(joined, position);
            position += part.length;
        }
        return wrap(joined);
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** The octet at {@code index}, 0..255. */
    public int at(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException("octet " + index + " of " + length);
        }
        return array[offset + index] & 0xff;
    }

    /** The octets {@code from} (inclusive) to {@code to} (exclusive), sharing the storage. */
    public Octets slice(int from, int to) {
        if (from < 0 || to < from || to > length) {
            throw new IndexOutOfBoundsException("octets " + from + ".." + to + " of " + length);
        }
        return new Octets(array, offset + from, to - from);
    }

    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    public void copyTo(byte[] destination, int position) {
        System.arraycopy(array, offset, destination, position, length);
    }

    /** Hands the storage to {@code consumer} without copying it. */
    public void feed(RegionConsumer consumer) {
        consumer.accept(array, offset, length);
    }

    public OctetReader reader() {
        return new OctetReader(array, offset, length);
    }

    /** Equality whose running time depends on the lengths only. */
    public boolean constantTimeEquals(Octets other) {
        return MessageDigest.isEqual(toByteArray(), other.toByteArray());
    }

    @Override
    public int compareTo(Octets other) {
        return Arrays.compareUnsigned(
                array,
                offset,
                offset + length,
                other.array,
                other.offset,
                other.offset + other.length);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Octets other
                && Arrays.equals(
                        array,
                        offset,
                        offset + length,
                        other.array,
                        other.offset,
                        other.offset + other.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /** Lower-case hex. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(array, offset, offset + length);
    }
}
