package io.edgeipsec.xfrm.libc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.libc.IkeSocket.Options;
import io.edgeipsec.xfrm.libc.IkeSocket.SendResult;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Over loopback, without privileges. */
class IkeSocketTest {
    private static final int TIMEOUT_MILLIS = 20_000;

    private static InetAddress ip(String address) throws Exception {
        return InetAddress.getByName(address);
    }

    private static IkeSocket wildcard(String family, int maxOctets) throws Exception {
        return IkeSocket.open(new Options(ip(family), 0, false, false, maxOctets));
    }

    private record Received(
            InetAddress local,
            int interfaceIndex,
            InetSocketAddress remote,
            ByteBuffer payload,
            boolean truncated) {}

    /** Receives until there are so many; the kernel delivers over loopback before send returns. */
    private static List<Received> receive(IkeSocket socket, int count) throws Exception {
        List<Received> all = new ArrayList<>();
        for (long end = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
                all.size() < count && System.nanoTime() < end; ) {
            int n =
                    socket.receiveBatch(
                            (local, link, remote, payload, truncated) -> {
                                ByteBuffer copy =
                                        ByteBuffer.allocate(payload.remaining())
                                                .put(payload)
                                                .flip();
                                all.add(new Received(local, link, remote, copy, truncated));
                            });
            if (n == 0) {
                Thread.onSpinWait();
            }
        }
        assertEquals(count, all.size(), "datagrams received");
        return all;
    }

    private static SendResult send(
            IkeSocket socket, InetAddress local, InetSocketAddress remote, byte[] data) {
        return socket.send(local, remote, ByteBuffer.wrap(data));
    }

    @Test
    void datagramComesWithItsTrueDestinationAndTheAnswerLeavesFromThere() throws Exception {
        try (IkeSocket ike = wildcard("0.0.0.0", 2048);
                DatagramSocket peer = new DatagramSocket(0, ip("127.0.0.9"))) {
            peer.setSoTimeout(TIMEOUT_MILLIS);
            for (String address : List.of("127.0.0.2", "127.0.0.1", "127.4.5.6")) {
                byte[] request = ("to " + address).getBytes(UTF_8);
                peer.send(
                        new DatagramPacket(request, request.length, ip(address), ike.localPort()));
                Received r = receive(ike, 1).get(0);
                assertEquals(ip(address), r.local());
                assertEquals(ByteBuffer.wrap(request), r.payload());
                assertFalse(r.truncated());
                assertTrue(r.interfaceIndex() > 0);
                assertEquals(peer.getLocalSocketAddress(), r.remote());

                assertTrue(send(ike, r.local(), r.remote(), "answer".getBytes(UTF_8)).isSent());
                DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                peer.receive(answer);
                assertEquals(
                        new InetSocketAddress(ip(address), ike.localPort()),
                        answer.getSocketAddress());
                assertEquals(6, answer.getLength());
            }
        }
    }

    @Test
    void ipv6DatagramComesWithItsDestination() throws Exception {
        try (IkeSocket ike = wildcard("::", 2048);
                DatagramSocket peer = new DatagramSocket(0, ip("::1"))) {
            peer.setSoTimeout(TIMEOUT_MILLIS);
            peer.send(new DatagramPacket(new byte[] {1, 2, 3}, 3, ip("::1"), ike.localPort()));
            Received r = receive(ike, 1).get(0);
            assertEquals(ip("::1"), r.local());
            assertTrue(ike.isIpv6());
            assertTrue(send(ike, r.local(), r.remote(), new byte[] {9}).isSent());
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            peer.receive(answer);
            assertEquals(ip("::1"), answer.getAddress());
        }
    }

    @Test
    void ipv6SocketLeavesIpv4ToItsSibling() throws Exception {
        try (IkeSocket v6 = wildcard("::", 2048);
                IkeSocket v4 =
                        IkeSocket.open(
                                new Options(ip("0.0.0.0"), v6.localPort(), false, false, 2048))) {
            assertEquals(v6.localPort(), v4.localPort());
        }
    }

    @Test
    void tooLongDatagramIsFlaggedAndNotDelivered() throws Exception {
        try (IkeSocket ike = wildcard("0.0.0.0", 100);
                DatagramSocket peer = new DatagramSocket(0, ip("127.0.0.1"))) {
            for (int length : new int[] {100, 101, 5000, 0}) {
                peer.send(
                        new DatagramPacket(
                                new byte[length], length, ip("127.0.0.1"), ike.localPort()));
            }
            List<Received> all = receive(ike, 4);
            assertFalse(all.get(0).truncated());
            assertEquals(100, all.get(0).payload().remaining());
            assertTrue(all.get(1).truncated());
            assertEquals(0, all.get(1).payload().remaining());
            assertTrue(all.get(2).truncated());
            assertFalse(all.get(3).truncated());
            assertEquals(0, all.get(3).payload().remaining());
        }
    }

    @Test
    void largestUdpPayloadPassesBothWays() throws Exception {
        try (IkeSocket a = wildcard("0.0.0.0", Options.MAX_UDP_PAYLOAD);
                IkeSocket b = wildcard("0.0.0.0", Options.MAX_UDP_PAYLOAD)) {
            byte[] data = new byte[65_507];
            data[65_506] = 7;
            InetSocketAddress to = new InetSocketAddress(ip("127.0.0.1"), b.localPort());
            assertTrue(send(a, ip("127.0.0.3"), to, data).isSent());
            Received r = receive(b, 1).get(0);
            assertEquals(ByteBuffer.wrap(data), r.payload());
            SendResult tooBig = send(a, ip("127.0.0.3"), to, new byte[65_508]);
            assertEquals(SendResult.Kind.TOO_BIG, tooBig.kind());
        }
    }

    @Test
    void moreThanABatchComesInOrder() throws Exception {
        try (IkeSocket ike = wildcard("0.0.0.0", 512);
                DatagramSocket peer = new DatagramSocket(0, ip("127.0.0.1"))) {
            int count = ike.batchSize() * 2 + 3;
            for (int i = 0; i < count; i++) {
                byte[] data = new byte[i + 1];
                data[i] = (byte) i;
                peer.send(new DatagramPacket(data, data.length, ip("127.0.0.1"), ike.localPort()));
            }
            List<Received> all = receive(ike, count);
            for (int i = 0; i < count; i++) {
                assertEquals(i + 1, all.get(i).payload().remaining());
                assertEquals(i, all.get(i).payload().get(i));
            }
            assertEquals(0, ike.receiveBatch((l, n, r, p, t) -> {}));
        }
    }

    @Test
    void outcomesOfASendThatCannotBe() throws Exception {
        try (IkeSocket ike = wildcard("0.0.0.0", 512)) {
            InetSocketAddress nobody = new InetSocketAddress(ip("127.0.0.1"), 9);
            SendResult foreign = send(ike, ip("203.0.113.77"), nobody, new byte[1]);
            assertEquals(SendResult.Kind.UNREACHABLE, foreign.kind());
            assertEquals("ENETUNREACH", foreign.error().orElseThrow().name());
            InetSocketAddress broadcast = new InetSocketAddress(ip("255.255.255.255"), 9);
            SendResult refused = send(ike, ip("127.0.0.1"), broadcast, new byte[1]);
            assertFalse(refused.isSent());
            assertTrue(refused.error().isPresent());
            // Nobody listens there: the ICMP answer must not upset the socket.
            assertTrue(send(ike, ip("127.0.0.1"), nobody, new byte[1]).isSent());
            assertEquals(0, ike.receiveBatch((l, n, r, p, t) -> {}));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> send(ike, ip("::1"), nobody, new byte[1]));
        }
    }

    @Test
    void takenPortIsRefused() throws Exception {
        try (IkeSocket ike = wildcard("0.0.0.0", 512)) {
            SystemCallException e =
                    assertThrows(
                            SystemCallException.class,
                            () ->
                                    IkeSocket.open(
                                            new Options(
                                                    ip("0.0.0.0"),
                                                    ike.localPort(),
                                                    false,
                                                    false,
                                                    512)));
            assertEquals(Errno.EADDRINUSE, e.errno());
        }
    }

    @Test
    void closedSocketIsRefused() throws Exception {
        IkeSocket ike = wildcard("0.0.0.0", 512);
        ike.close();
        ike.close();
        assertThrows(IllegalStateException.class, () -> ike.receiveBatch((l, n, r, p, t) -> {}));
    }

    /** Each sender thread has a local address of its own; the peer checks every pair. */
    @Test
    void severalThreadsSendEachFromItsOwnAddress() throws Exception {
        int threads = 4;
        int each = 300;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (IkeSocket ike = wildcard("0.0.0.0", 512);
                DatagramChannel peer = DatagramChannel.open();
                Selector selector = Selector.open()) {
            peer.bind(new InetSocketAddress(ip("127.0.0.1"), 0));
            peer.setOption(java.net.StandardSocketOptions.SO_RCVBUF, 1 << 20);
            peer.configureBlocking(false);
            peer.register(selector, java.nio.channels.SelectionKey.OP_READ);
            InetSocketAddress to = (InetSocketAddress) peer.getLocalAddress();
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> senders = new ArrayList<>();
            List<SendResult> failures = Collections.synchronizedList(new ArrayList<>());
            for (int t = 0; t < threads; t++) {
                byte id = (byte) (t + 1);
                InetAddress source = ip("127.0.0." + id);
                senders.add(
                        pool.submit(
                                () -> {
                                    start.await();
                                    for (int i = 0; i < each; i++) {
                                        byte[] data = new byte[10 + id];
                                        java.util.Arrays.fill(data, id);
                                        SendResult r = send(ike, source, to, data);
                                        if (!r.isSent()) {
                                            failures.add(r);
                                        }
                                    }
                                    return null;
                                }));
            }
            start.countDown();
            int[] seen = new int[threads + 1];
            ByteBuffer buffer = ByteBuffer.allocate(600);
            for (int total = 0; total < threads * each; ) {
                assertTrue(selector.select(TIMEOUT_MILLIS) > 0, "received only " + total);
                selector.selectedKeys().clear();
                InetSocketAddress from;
                while ((from = (InetSocketAddress) peer.receive(buffer.clear())) != null) {
                    buffer.flip();
                    int id = buffer.get(0);
                    assertEquals(10 + id, buffer.remaining());
                    while (buffer.hasRemaining()) {
                        assertEquals(id, buffer.get());
                    }
                    assertEquals(ip("127.0.0." + id), from.getAddress());
                    assertEquals(ike.localPort(), from.getPort());
                    seen[id]++;
                    total++;
                }
            }
            for (Future<?> sender : senders) {
                sender.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            }
            assertEquals(List.of(), failures);
            for (int id = 1; id <= threads; id++) {
                assertEquals(each, seen[id]);
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
