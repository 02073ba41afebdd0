package io.edgeipsec.ike.message;

/**
 * Reads big-endian fields from a bounded region. Every read is checked before it is done; nested
 * structures get a reader of their own by {@link #slice}, and {@link #expectEnd} closes them.
 */
public final class OctetReader {
    private final byte[] array;
    private final int end;
    private int position;

    OctetReader(byte[] array, int offset, int length) {
        this.array = array;
        this.position = offset;
        this.end = offset + length;
    }

    public int remaining() {
        return end - position;
    }

    public boolean hasRemaining() {
        return position < end;
    }

    public int u8() throws MalformedMessageException {
        require(1);
        return array[position++] & 0xff;
    }

    public int u16() throws MalformedMessageException {
        require(2);
        int value = ((array[position] & 0xff) << 8) | (array[position + 1] & 0xff);
        position += 2;
        return value;
    }

    /** An unsigned 32-bit value. */
    public long u32() throws MalformedMessageException {
        return (long) u16() << 16 | u16();
    }

    /** 64 bits; the sign is the caller's to ignore. */
    public long u64() throws MalformedMessageException {
        return u32() << 32 | u32();
    }

    public void skip(int count) throws MalformedMessageException {
        require(count);
        position += count;
    }

    /** The next {@code count} octets, copied. */
    public Octets octets(int count) throws MalformedMessageException {
        require(count);
        Octets octets = Octets.copyOf(array, position, count);
        position += count;
        return octets;
    }

    /** All that is left, copied. */
    public Octets rest() throws MalformedMessageException {
        return octets(remaining());
    }

    /** A reader bounded to the next {@code count} octets, which this one steps over. */
    public OctetReader slice(int count) throws MalformedMessageException {
        require(count);
        OctetReader slice = new OctetReader(array, position, count);
        position += count;
        return slice;
    }

    public void expectEnd(String what) throws MalformedMessageException {
        if (hasRemaining()) {
            throw new MalformedMessageException(remaining() + " octets too many in " + what);
        }
    }

    private void require(int count) throws MalformedMessageException {
        if (count < 0 || count > remaining()) {
            throw new MalformedMessageException(
                    "truncated: " + count + " octets wanted, " + remaining() + " left");
        }
    }
}
