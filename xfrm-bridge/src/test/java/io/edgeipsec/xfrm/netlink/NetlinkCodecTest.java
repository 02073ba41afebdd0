package io.edgeipsec.xfrm.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetlinkCodecTest {
    private final ByteBuffer buffer = ByteBuffer.allocate(256);
    private final NetlinkWriter writer = new NetlinkWriter(buffer);

    private NetlinkReader written() {
        return NetlinkReader.of(buffer.duplicate().flip());
    }

    private static NetlinkReader hex(String hex) {
        return NetlinkReader.of(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @Test
    void numbersInBothOrders() throws Exception {
        writer.u8(0xfe).u8(1).u16(0xabcd).u16be(0x1234).u16be(0xfffe);
        writer.u32(0xdeadbeef).u32be(0xc0000001).u64(-2).u64be(0x0102030405060708L);
        byte[] octets = new byte[buffer.position()];
        buffer.get(0, octets);
        assertEquals(0x12, octets[4]);
        assertEquals(0x34, octets[5]);
        assertEquals((byte) 0xc0, octets[12]);
        assertEquals(1, octets[24]);
        NetlinkReader r = written();
        assertEquals(0xfe, r.u8());
        assertEquals(1, r.u8());
        assertEquals(0xabcd, r.u16());
        assertEquals(0x1234, r.u16be());
        assertEquals(0xfffe, r.u16be());
        assertEquals(0xdeadbeef, r.u32());
        assertEquals(0xc0000001, r.u32be());
        assertEquals(-2, r.u64());
        assertEquals(0x0102030405060708L, r.u64be());
        assertEquals(0, r.remaining());
        assertThrows(MalformedNetlinkException.class, r::u8);
    }

    @Test
    void attributesNestAndArePadded() throws Exception {
        int outer = writer.begin(18);
        writer.attribute(1, "vti");
        int inner = writer.begin(0x8002);
        writer.u8(7).end(inner);
        writer.end(outer);
        writer.attributeU32(4, 1400);
        assertEquals(4 + 8 + 8 + 8, buffer.position());
        NetlinkAttributes all = written().attributes();
        assertEquals(1400, all.u32(4, 0));
        assertEquals(5, all.u32(99, 5));
        NetlinkAttributes info = all.required(18).attributes();
        assertEquals("vti", info.string(1, ""));
        assertEquals(7, info.u8(2, 0), "the nested flag is not part of the type");
        assertFalse(info.has(3));
        assertThrows(MalformedNetlinkException.class, () -> info.required(3));
        assertEquals(7, info.u8(2, 0), "attributes can be read again");
    }

    @Test
    void lastAttributeMayLackItsPadding() throws Exception {
        // length 5, type 1, one octet, in native order
        ByteBuffer b = ByteBuffer.allocate(5).order(ByteOrder.nativeOrder());
        b.putShort((short) 5).putShort((short) 1).put((byte) 9).flip();
        assertEquals(9, NetlinkReader.of(b).attributes().u8(1, 0));
    }

    @Test
    void ofARepeatedAttributeTheLastCounts() throws Exception {
        writer.attributeU32(4, 1).attributeU32(4, 2);
        assertEquals(2, written().attributes().u32(4, 0));
    }

    @Test
    void manyAttributesFit() throws Exception {
        for (int i = 0; i < 30; i++) {
            writer.attributeU8(i, i);
        }
        NetlinkAttributes all = written().attributes();
        for (int i = 0; i < 30; i++) {
            assertEquals(i, all.u8(i, -1));
        }
    }

    @Test
    void lengthBelowItsHeaderIsAnError() {
        String shortAttribute =
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "03000100" : "00030001";
        assertThrows(MalformedNetlinkException.class, () -> hex(shortAttribute).attributes());
        ByteBuffer message = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        for (int length : new int[] {0, 15, -1, Integer.MIN_VALUE, 17, Integer.MAX_VALUE}) {
            message.putInt(0, length);
            assertThrows(
                    MalformedNetlinkException.class,
                    () -> NetlinkMessage.split(message.duplicate()),
                    "length " + length);
        }
    }

    @Test
    void datagramIsSplitIntoMessages() throws Exception {
        ByteBuffer two = ByteBuffer.allocate(17 + 3 + 16).order(ByteOrder.nativeOrder());
        two.putInt(17).putShort((short) 5).putShort((short) 2).putInt(8).putInt(9).put((byte) 7);
        two.position(20);
        two.putInt(16).putShort((short) 6).putShort((short) 0).putInt(10).putInt(0).flip();
        List<NetlinkMessage> messages = NetlinkMessage.split(two);
        assertEquals(2, messages.size());
        assertEquals(5, messages.get(0).type());
        assertEquals(2, messages.get(0).flags());
        assertEquals(8, messages.get(0).sequence());
        assertEquals(9, messages.get(0).port());
        assertEquals(7, messages.get(0).body().u8());
        assertEquals(6, messages.get(1).type());
        assertEquals(0, messages.get(1).body().remaining());
    }

    @Test
    void stringsEndAtTheirZero() throws Exception {
        writer.string("cbc(aes)", 64).string("", 4);
        NetlinkReader r = written();
        assertEquals("cbc(aes)", r.string(64));
        assertEquals("", r.string());
        assertThrows(IllegalArgumentException.class, () -> writer.string("abcd", 4));
        assertEquals("abc", hex("616263").string(), "a zero may be missing");
    }

    @Test
    void addressesKeepTheirFamily() throws Exception {
        assertEquals(InetAddress.getByName("192.0.2.1"), hex("c0000201").address());
        InetAddress mapped = hex("00000000000000000000ffffc0000201").address();
        assertTrue(mapped instanceof Inet6Address, "IPv4-mapped");
        assertThrows(MalformedNetlinkException.class, () -> hex("c00002").address());
        assertThrows(IllegalArgumentException.class, () -> Addresses.of(new byte[5]));
    }

    @Test
    void slicesAreBounded() throws Exception {
        NetlinkReader r = hex("0102030405060708");
        NetlinkReader slice = r.slice(5);
        assertEquals(3, r.remaining());
        slice.skip(4);
        assertThrows(MalformedNetlinkException.class, slice::u16);
        assertArrayEquals(new byte[] {5}, slice.rest());
        assertThrows(MalformedNetlinkException.class, () -> r.slice(-1));
        assertThrows(MalformedNetlinkException.class, () -> r.bytes(4));
        assertEquals(3, r.remaining(), "a failed read moves nothing");
    }

    @Test
    void prefixesAreParsedStrictly() throws Exception {
        IpPrefix p = IpPrefix.parse("10.1.2.3/16");
        assertEquals("10.1.2.3/16", p.toString());
        assertEquals("10.1.0.0/16", p.network().toString());
        assertEquals(IpPrefix.parse("0.0.0.0/0"), IpPrefix.all(p.address()));
        assertEquals(32, IpPrefix.parse("10.1.2.3").length());
        assertEquals(
                IpPrefix.parse("2001:db8::/33"), IpPrefix.parse("2001:db8:7fff::1/33").network());
        assertEquals("10.255.254.0/23", IpPrefix.parse("10.255.255.255/23").network().toString());
        for (String bad :
                List.of(
                        "",
                        "/24",
                        "10.0.0.0/33",
                        "10.0.0.0/-1",
                        "10.0.0.0/",
                        "10.0.0/8",
                        "256.1.1.1/8",
                        "example.org/24",
                        "abc",
                        "::/129",
                        "1:2/3",
                        "10.0.0.0/8/8")) {
            assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(bad), bad);
        }
    }
}
