package io.edgeipsec.ike.message;

import java.util.Arrays;

/**
 * Writes big-endian fields into a buffer that grows. Lengths are patched in once they are known. A
 * value that does not fit its field of one or two octets is refused, not cut.
 */
public final class OctetWriter {
    private byte[] array;
    private int length;

    public OctetWriter() {
        this(512);
    }

    public OctetWriter(int expectedLength) {
        array = new byte[expectedLength];
    }

    public int length() {
        return length;
    }

    public OctetWriter u8(int value) {
        requireBits(value, 8);
        grow(1);
        array[length++] = (byte) value;
        return this;
    }

    public OctetWriter u16(int value) {
        requireBits(value, 16);
        grow(2);
        array[length++] = (byte) (value >>> 8);
        array[length++] = (byte) value;
        return this;
    }

    public OctetWriter u32(long value) {
        return u16((int) (value >>> 16) & 0xffff).u16((int) value & 0xffff);
    }

    public OctetWriter u64(long value) {
        return u32(value >>> 32).u32(value);
    }

    public OctetWriter octets(Octets octets) {
        grow(octets.length());
        octets.copyTo(array, length);
        length += octets.length();
        return this;
    }

    public OctetWriter octets(byte[] bytes) {
        grow(bytes.length);
        System.arraycopy(bytes, 0, array, length, bytes.length);
        length += bytes.length;
        return this;
    }

    public OctetWriter zeros(int count) {
        grow(count);
        Arrays.fill(array, length, length + count, (byte) 0);
        length += count;
        return this;
    }

    /** Overwrites one octet written earlier. */
    public void patchU8(int position, int value) {
        array[position] = (byte) value;
    }

    /** Overwrites two octets written earlier. */
    public void patchU16(int position, int value) {
        requireBits(value, 16);
        array[position] = (byte) (value >>> 8);
        array[position + 1] = (byte) value;
    }

    /** Overwrites four octets written earlier. */
    public void patchU32(int position, long value) {
        patchU16(position, (int) (value >>> 16) & 0xffff);
        patchU16(position + 2, (int) value & 0xffff);
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(array, length);
    }

    public Octets toOctets() {
        return Octets.copyOf(array, 0, length);
    }

    private static void requireBits(int value, int bits) {
        if (value >>> bits != 0) {
            throw new IllegalArgumentException(value + " does not fit " + bits + " bits");
        }
    }

    private void grow(int count) {
        if (array.length - length < count) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, length + count));
        }
    }
}
