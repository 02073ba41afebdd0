package io.edgeipsec.xfrm.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against the octets that iproute2 6.1 sends, on a machine that has the lowest octet first. */
class NexthopMessageTest {
    private static final int PROTOCOL = 0x45;

    private final ByteBuffer buffer = ByteBuffer.allocate(2048);
    private final NetlinkWriter writer = new NetlinkWriter(buffer);

    private static boolean isLowestFirst() {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    private void assertWritten(String hex, Nexthop nexthop) throws Exception {
        buffer.clear();
        NexthopMessage.write(writer, nexthop, PROTOCOL);
        byte[] octets = new byte[buffer.position()];
        buffer.get(0, octets);
        if (isLowestFirst()) {
            assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(octets));
        }
        NexthopMessage read = NexthopMessage.read(NetlinkReader.of(ByteBuffer.wrap(octets)));
        assertEquals(PROTOCOL, read.protocol());
        assertEquals(Optional.of(nexthop), read.toNexthop());
    }

    @Test
    void device() throws Exception {
        assertWritten(
                "02004500 00000000" // AF_INET, protocol
                        + "08000100 01000045" // NHA_ID
                        + "08000500 07000000", // NHA_OIF
                new Nexthop.Device(0x4500_0001, 7));
    }

    @Test
    void blackhole() throws Exception {
        assertWritten(
                "02004500 00000000 08000100 ffffff45 04000400", new Nexthop.Blackhole(0x45ff_ffff));
    }

    @Test
    void resilientGroup() throws Exception {
        assertWritten(
                "00004500 00000000" // AF_UNSPEC, protocol
                        + "08000100 01008045" // NHA_ID
                        + "14000200" // NHA_GROUP
                        + "01000045 00000000"
                        + "02000045 00000000"
                        + "06000300 01000000" // NHA_GROUP_TYPE: resilient
                        + "1c000c80" // NHA_RES_GROUP, nested
                        + "06000100 80000000" // 128 buckets
                        + "08000200 64000000" // idle timer 1 s
                        + "08000300 70170000", // unbalanced timer 60 s
                new Nexthop.Group(0x4580_0001, List.of(0x4500_0001, 0x4500_0002)));
    }

    /** Others may have any number of members, and forms that ours never have. */
    @Test
    void formsOfOthersAreNoneOfOurs() {
        List<Integer> many =
                IntStream.rangeClosed(1, Nexthop.Group.MAX_MEMBERS + 1).boxed().toList();
        assertEquals(
                Optional.empty(),
                new NexthopMessage(1, 186, 0, 0, false, many).toNexthop(),
                "a large group");
        assertEquals(
                Optional.empty(),
                new NexthopMessage(1, 186, 10, 3, false, List.of()).toNexthop(),
                "IPv6");
        assertThrows(IllegalArgumentException.class, () -> new Nexthop.Group(1, many));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Nexthop.Group(1, Collections.emptyList()));
    }

    @Test
    void truncationIsNoticedAtEveryOctet() {
        NexthopMessage.write(
                writer, new Nexthop.Group(0x4580_0001, List.of(0x4500_0001)), PROTOCOL);
        byte[] octets = new byte[buffer.position()];
        buffer.get(0, octets);
        for (int length = 0; length < 16; length++) {
            NetlinkReader cut = NetlinkReader.of(ByteBuffer.wrap(octets, 0, length).slice());
            assertThrows(
                    MalformedNetlinkException.class, () -> NexthopMessage.read(cut), "" + length);
        }
        for (int length = 17; length < 28; length++) {
            NetlinkReader cut = NetlinkReader.of(ByteBuffer.wrap(octets, 0, length).slice());
            assertThrows(
                    MalformedNetlinkException.class, () -> NexthopMessage.read(cut), "" + length);
        }
    }
}
