package io.edgeipsec.xfrm.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads native-endian kernel structs front to back. Every read is checked against the bound before
 * it happens; the data is a view, valid as long as its buffer.
 */
public final class NetlinkReader {
    private final ByteBuffer data;
    private final int start;
    private final int end;
    private int at;

    private NetlinkReader(ByteBuffer data, int start, int end) {
        this.data = data;
        this.start = start;
        this.end = end;
        this.at = start;
    }

    /** The octets between the buffer's position and limit. */
    public static NetlinkReader of(ByteBuffer buffer) {
        ByteBuffer view = buffer.duplicate().order(ByteOrder.nativeOrder());
        return new NetlinkReader(view, view.position(), view.limit());
    }

    public int remaining() {
        return end - at;
    }

    public int u8() throws MalformedNetlinkException {
        return data.get(advance(1)) & 0xff;
    }

    public int u16() throws MalformedNetlinkException {
        return data.getShort(advance(2)) & 0xffff;
    }

    /** A 16-bit number in network order: a port. */
    public int u16be() throws MalformedNetlinkException {
        int p = advance(2);
        return ((data.get(p) & 0xff) << 8) | (data.get(p + 1) & 0xff);
    }

    public int u32() throws MalformedNetlinkException {
        return data.getInt(advance(4));
    }

    /** A 32-bit number in network order: an SPI. */
    public int u32be() throws MalformedNetlinkException {
        int v = u32();
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? v : Integer.reverseBytes(v);
    }

    public long u64() throws MalformedNetlinkException {
        return data.getLong(advance(8));
    }

    public long u64be() throws MalformedNetlinkException {
        long v = u64();
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? v : Long.reverseBytes(v);
    }

    public byte[] bytes(int count) throws MalformedNetlinkException {
        int p = advance(count);
        byte[] b = new byte[count];
        data.get(p, b);
        return b;
    }

    public byte[] rest() throws MalformedNetlinkException {
        return bytes(remaining());
    }

    /** All that is left, as a C string: up to the first zero octet. */
    public String string() throws MalformedNetlinkException {
        return string(remaining());
    }

    /** A C string in a field of {@code fieldOctets}. */
    public String string(int fieldOctets) throws MalformedNetlinkException {
        byte[] b = bytes(fieldOctets);
        int n = 0;
        while (n < b.length && b[n] != 0) {
            n++;
        }
        return new String(b, 0, n, StandardCharsets.UTF_8);
    }

    /** All that is left, as an address of 4 or 16 octets. */
    public InetAddress address() throws MalformedNetlinkException {
        int n = remaining();
        if (n != 4 && n != 16) {
            throw new MalformedNetlinkException("address of " + n + " octets");
        }
        return Addresses.of(bytes(n));
    }

    public void skip(int count) throws MalformedNetlinkException {
        advance(count);
    }

    /** The next {@code count} octets as a reader of their own; this one moves past them. */
    public NetlinkReader slice(int count) throws MalformedNetlinkException {
        int p = advance(count);
        return new NetlinkReader(data, p, p + count);
    }

    /** The same octets again, from their start; this reader stays where it is. */
    public NetlinkReader fresh() {
        return new NetlinkReader(data, start, end);
    }

    /**
     * Moves to the next multiple of 4 from the start, or to the end: padding may be absent there.
     */
    public void align4() {
        int aligned = start + (at - start + 3 & ~3);
        at = Math.min(aligned, end);
    }

    /** All that is left, as attributes. */
    public NetlinkAttributes attributes() throws MalformedNetlinkException {
        return NetlinkAttributes.read(this);
    }

    private int advance(int count) throws MalformedNetlinkException {
        if (count < 0 || count > end - at) {
            throw new MalformedNetlinkException(
                    "needed " + count + " octets at " + (at - start) + ", have " + (end - at));
        }
        int p = at;
        at += count;
        return p;
    }
}
