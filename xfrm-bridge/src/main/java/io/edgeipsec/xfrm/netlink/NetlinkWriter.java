package io.edgeipsec.xfrm.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one netlink request: header (16 octets: length, type, flags, sequence, port), fixed part,
 * attributes, all padded to 4. What does not fit the buffer is a programming error, since requests
 * have bounded parts; it throws before it writes.
 */
public final class NetlinkWriter {
    static final int HEADER_OCTETS = 16;

    private final ByteBuffer data;

    /**
     * Writes from the buffer's position on, without a message header: for structs by themselves.
     */
    public NetlinkWriter(ByteBuffer buffer) {
        this.data = buffer.order(ByteOrder.nativeOrder());
    }

    /** The port is named because the kernel puts it into the notifications a request causes. */
    static NetlinkWriter request(ByteBuffer buffer, int type, int flags, int sequence, int port) {
        buffer.clear();
        NetlinkWriter w = new NetlinkWriter(buffer);
        w.u32(0).u16(type).u16(flags).u32(sequence).u32(port);
        return w;
    }

    /** Fixes the header's length; returns it. */
    int finish() {
        data.putInt(0, data.position());
        return data.position();
    }

    int type() {
        return data.getShort(4) & 0xffff;
    }

    int sequence() {
        return data.getInt(8);
    }

    public NetlinkWriter u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    public NetlinkWriter u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    public NetlinkWriter u16be(int value) {
        room(2).put((byte) (value >> 8)).put((byte) value);
        return this;
    }

    public NetlinkWriter u32(int value) {
        room(4).putInt(value);
        return this;
    }

    public NetlinkWriter u32be(int value) {
        return u32(
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                        ? value
                        : Integer.reverseBytes(value));
    }

    public NetlinkWriter u64(long value) {
        room(8).putLong(value);
        return this;
    }

    public NetlinkWriter u64be(long value) {
        return u64(
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value));
    }

    public NetlinkWriter bytes(byte[] value) {
        room(value.length).put(value);
        return this;
    }

    public NetlinkWriter zeros(int count) {
        room(count);
        for (int i = 0; i < count; i++) {
            data.put((byte) 0);
        }
        return this;
    }

    /** A string in a fixed field, zero-filled, always with at least one zero at its end. */
    public NetlinkWriter string(String value, int fieldOctets) {
        byte[] b = value.getBytes(StandardCharsets.UTF_8);
        if (b.length >= fieldOctets) {
            throw new IllegalArgumentException(
                    "'" + value + "' is longer than " + (fieldOctets - 1) + " octets");
        }
        return bytes(b).zeros(fieldOctets - b.length);
    }

    /** Opens an attribute; give the result to {@link #end}. Nested attributes open inside it. */
    public int begin(int type) {
        int at = data.position();
        u16(0).u16(type);
        return at;
    }

    public NetlinkWriter end(int begun) {
        data.putShort(begun, (short) (data.position() - begun));
        return zeros(-(data.position() - begun) & 3);
    }

    public NetlinkWriter attribute(int type, byte[] value) {
        int at = begin(type);
        return bytes(value).end(at);
    }

    public NetlinkWriter attributeU32(int type, int value) {
        int at = begin(type);
        return u32(value).end(at);
    }

    public NetlinkWriter attributeU8(int type, int value) {
        int at = begin(type);
        return u8(value).end(at);
    }

    /** A zero-terminated string. */
    public NetlinkWriter attribute(int type, String value) {
        int at = begin(type);
        return bytes(value.getBytes(StandardCharsets.UTF_8)).u8(0).end(at);
    }

    public NetlinkWriter attribute(int type, InetAddress address) {
        return attribute(type, address.getAddress());
    }

    private ByteBuffer room(int count) {
        if (data.remaining() < count) {
            throw new IllegalArgumentException("netlink request larger than " + data.limit());
        }
        return data;
    }
}
