package io.edgeipsec.xfrm.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.libc.IkeSocket.Options;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What takes CAP_NET_ADMIN: policies of the socket, ESP in UDP. */
@Tag("kernel")
class IkeSocketKernelTest {
    private static InetAddress ip(String address) throws Exception {
        return InetAddress.getByName(address);
    }

    private static IkeSocket open(NetworkNamespace n, int port, boolean encap, boolean bypass)
            throws Exception {
        return n.call(() -> IkeSocket.open(new Options(ip("0.0.0.0"), port, encap, bypass, 512)));
    }

    /**
     * How many of the datagrams sent from one namespace to the other arrive there. A datagram
     * between two other sockets, which nothing stops, goes last: once it is there, so are the
     * others.
     */
    private static int passes(
            NetworkNamespace a, NetworkNamespace b, boolean bypass, byte[]... data)
            throws Exception {
        List<Integer> lengths = new ArrayList<>();
        try (IkeSocket from = open(a, 500, false, bypass);
                IkeSocket to = open(b, 4500, true, bypass);
                IkeSocket lastFrom = open(a, 501, false, true);
                IkeSocket lastTo = open(b, 501, false, true)) {
            for (byte[] d : data) {
                from.send(
                        ip("10.0.0.1"),
                        new InetSocketAddress(ip("10.0.0.2"), 4500),
                        ByteBuffer.wrap(d));
            }
            InetSocketAddress last = new InetSocketAddress(ip("10.0.0.2"), 501);
            assertTrue(lastFrom.send(ip("10.0.0.1"), last, ByteBuffer.allocate(8)).isSent());
            for (long end = System.nanoTime() + 20_000_000_000L;
                    lastTo.receiveBatch((l, n, r, p, t) -> {}) == 0; ) {
                assertTrue(System.nanoTime() < end, "the last datagram does not arrive");
                Thread.onSpinWait();
            }
            while (to.receiveBatch((l, n, r, p, t) -> lengths.add(p.remaining())) > 0) {
                Thread.onSpinWait();
            }
        }
        return lengths.size();
    }

    @Test
    void socketWithBypassPassesWhereAPolicyBlocksTheRest() throws Exception {
        try (NetworkNamespace a = NetworkNamespace.create();
                NetworkNamespace b = NetworkNamespace.create()) {
            a.connect("va", "10.0.0.1/24", b, "vb", "10.0.0.2/24");
            a.run("ping", "-c", "1", "-W", "5", "10.0.0.2"); // so that neighbours are known
            byte[] ike = new byte[32];
            assertEquals(1, passes(a, b, false, ike), "without policies");
            for (NetworkNamespace n : List.of(a, b)) {
                for (String direction : List.of("in", "out")) {
                    n.run(
                            "ip",
                            "xfrm",
                            "policy",
                            "add",
                            "src",
                            "0.0.0.0/0",
                            "dst",
                            "0.0.0.0/0",
                            "dir",
                            direction,
                            "action",
                            "block");
                }
            }
            assertEquals(0, passes(a, b, false, ike), "blocked");
            assertEquals(1, passes(a, b, true, ike), "with its own policy");
        }
    }

    @Test
    void kernelTakesEspInUdpAndKeepAlivesAway() throws Exception {
        try (NetworkNamespace a = NetworkNamespace.create();
                NetworkNamespace b = NetworkNamespace.create()) {
            a.connect("va", "10.0.0.1/24", b, "vb", "10.0.0.2/24");
            a.run("ping", "-c", "1", "-W", "5", "10.0.0.2");
            byte[] keepAlive = {(byte) 0xff};
            byte[] esp = new byte[40];
            esp[0] = (byte) 0xc0; // an SPI; IKE starts with four zero octets there
            byte[] ike = new byte[40];
            assertEquals(1, passes(a, b, true, keepAlive, esp, ike));
        }
    }

    @Test
    void ipv6HasBypassToo() throws Exception {
        try (NetworkNamespace a = NetworkNamespace.create()) {
            try (IkeSocket socket =
                    a.call(() -> IkeSocket.open(new Options(ip("::"), 4500, true, true, 512)))) {
                assertTrue(socket.isIpv6());
                assertEquals(4500, socket.localPort());
                assertFalse(
                        socket.send(
                                        ip("::1"),
                                        new InetSocketAddress(ip("2001:db8::1"), 500),
                                        ByteBuffer.allocate(4))
                                .isSent());
            }
        }
    }
}
