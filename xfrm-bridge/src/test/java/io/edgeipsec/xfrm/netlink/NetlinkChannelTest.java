package io.edgeipsec.xfrm.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.NetlinkPort;
import io.edgeipsec.xfrm.libc.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The broker against a kernel whose datagrams the test writes. */
class NetlinkChannelTest {
    private static final int REQUEST = 100;
    private static final int ANSWER = 101;

    private final ScriptedPort port = new ScriptedPort();
    private final NetlinkChannel channel = new NetlinkChannel(port);

    /** Builds one message of a datagram. */
    @FunctionalInterface
    private interface Reply {
        void write(ByteBuffer to, int sequence);
    }

    private static final class ScriptedPort implements NetlinkPort {
        private final ByteBuffer send = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
        private final ByteBuffer receive = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        private final Deque<Object> script = new ArrayDeque<>();
        final List<Integer> flagsSent = new ArrayList<>();
        int sequence;
        boolean wiped;

        /** The next datagram; the sequence number is that of the latest request. */
        void then(Reply... messages) {
            script.add(messages);
        }

        void then(Errno failure) {
            script.add(failure);
        }

        @Override
        public int portId() {
            return 77;
        }

        @Override
        public ByteBuffer sendBuffer() {
            return send;
        }

        @Override
        public void send(int octets) {
            assertEquals(octets, send.getInt(0));
            flagsSent.add((int) send.getShort(6));
            sequence = send.getInt(8);
        }

        @Override
        public ByteBuffer receive() throws SystemCallException {
            wiped = false;
            Object next = script.poll();
            if (next == null) {
                return receive.clear().limit(0);
            }
            if (next instanceof Errno errno) {
                throw new SystemCallException("recvmsg", "script", errno);
            }
            receive.clear();
            for (Reply r : (Reply[]) next) {
                r.write(receive, sequence);
            }
            return receive.flip();
        }

        @Override
        public void wipeReceived() {
            wiped = true;
        }

        @Override
        public void close() {}
    }

    private static Reply message(int type, int flags, int sequenceOffset, byte... body) {
        return (to, sequence) -> {
            to.putInt(16 + body.length).putShort((short) type).putShort((short) flags);
            to.putInt(sequence + sequenceOffset).putInt(0).put(body);
            to.position((to.position() + 3) & ~3);
        };
    }

    private static Reply error(int errno, String text) {
        byte[] t = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(20 + 4 + t.length + 1).order(ByteOrder.nativeOrder());
        b.putInt(-errno).putInt(200).putShort((short) REQUEST).putShort((short) 0);
        b.putInt(0).putInt(0);
        b.putShort((short) (4 + t.length + 1)).putShort((short) 1).put(t).put((byte) 0);
        return message(NetlinkMessage.ERROR, text.isEmpty() ? 0x100 : 0x300, 0, b.array());
    }

    private static Reply done() {
        return message(NetlinkMessage.DONE, 2, 0, new byte[4]);
    }

    private static Reply answer(int flags, int value) {
        return message(ANSWER, flags, 0, (byte) value, (byte) 0, (byte) 0, (byte) 0);
    }

    private static void noBody(NetlinkWriter w) {}

    private List<Integer> dump() throws NetlinkException {
        return channel.dump(REQUEST, ANSWER, NetlinkChannelTest::noBody, r -> (int) r.bytes(1)[0]);
    }

    @Test
    void acknowledgementEndsARequest() throws Exception {
        port.then(error(0, ""));
        channel.execute(REQUEST, NetlinkChannel.CREATE, NetlinkChannelTest::noBody);
        assertEquals(
                List.of(NetlinkChannel.REQUEST | NetlinkChannel.ACK | NetlinkChannel.CREATE),
                port.flagsSent);
        assertTrue(port.wiped);
    }

    @Test
    void refusalCarriesNumberAndKernelsWords() {
        port.then(error(38, "Requested AEAD algorithm not found"));
        NetlinkException e =
                assertThrows(
                        NetlinkException.class,
                        () -> channel.execute(REQUEST, 0, NetlinkChannelTest::noBody));
        assertEquals(Errno.ENOSYS, e.errno());
        assertEquals("Requested AEAD algorithm not found", e.kernelText());
        assertEquals("ENOSYS: Requested AEAD algorithm not found", e.getMessage());
    }

    @Test
    void answersToEarlierRequestsAreDropped() throws Exception {
        port.then(message(ANSWER, 0, -1, (byte) 1), message(ANSWER, 0, 5, (byte) 2));
        port.then(message(ANSWER, 0, 0, (byte) 3));
        int value = channel.query(REQUEST, ANSWER, NetlinkChannelTest::noBody, r -> r.u8());
        assertEquals(3, value);
        assertTrue(port.wiped);
    }

    @Test
    void silenceIsATimeout() {
        NetlinkException e =
                assertThrows(
                        NetlinkException.class,
                        () ->
                                channel.query(
                                        REQUEST, ANSWER, NetlinkChannelTest::noBody, r -> r.u8()));
        assertEquals(Errno.ETIMEDOUT, e.errno());
    }

    @Test
    void answerOfAnotherTypeIsMalformed() {
        port.then(message(55, 0, 0));
        assertThrows(
                MalformedNetlinkException.class,
                () -> channel.query(REQUEST, ANSWER, NetlinkChannelTest::noBody, r -> r.u8()));
    }

    @Test
    void dumpSpansDatagrams() throws Exception {
        port.then(answer(2, 1), answer(2, 2));
        port.then(answer(2, 3));
        port.then(done());
        assertEquals(List.of(1, 2, 3), dump());
        assertEquals(List.of(0x301), port.flagsSent);
    }

    @Test
    void interruptedDumpIsTakenAgain() throws Exception {
        int interrupted = 2 | NetlinkMessage.FLAG_DUMP_INTERRUPTED;
        port.then(answer(2, 1), answer(interrupted, 2));
        port.then(done());
        port.then(answer(2, 4), answer(2, 5), done());
        assertEquals(List.of(4, 5), dump());
        assertEquals(2, port.flagsSent.size());
    }

    @Test
    void dumpThatNeverHoldsStillIsRefused() {
        for (int i = 0; i < 10; i++) {
            port.then(answer(2 | NetlinkMessage.FLAG_DUMP_INTERRUPTED, 1), done());
        }
        NetlinkException e = assertThrows(NetlinkException.class, this::dump);
        assertEquals(Errno.EAGAIN, e.errno());
        assertEquals(10, port.flagsSent.size());
    }

    @Test
    void malformedObjectFailsTheDumpButItIsReadToItsEnd() throws Exception {
        port.then(message(ANSWER, 2, 0), answer(2, 1));
        port.then(done());
        assertThrows(MalformedNetlinkException.class, this::dump);
        assertTrue(port.wiped);
        port.then(answer(2, 9), done());
        assertEquals(List.of(9), dump());
    }

    @Test
    void failureInADumpIsTheKernelsNumber() {
        ByteBuffer status = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(0, -105);
        port.then(answer(2, 1), message(NetlinkMessage.DONE, 2, 0, status.array()));
        assertEquals(Errno.ENOBUFS, assertThrows(NetlinkException.class, this::dump).errno());
        port.then(error(1, ""));
        assertEquals(Errno.EPERM, assertThrows(NetlinkException.class, this::dump).errno());
    }

    @Test
    void lostAnswerIsReportedAsSuch() {
        port.then(Errno.ENOBUFS);
        assertEquals(
                Errno.ENOBUFS,
                assertThrows(
                                NetlinkException.class,
                                () -> channel.execute(REQUEST, 0, NetlinkChannelTest::noBody))
                        .errno());
    }

    @Test
    void requestLargerThanTheBufferIsRefusedBeforeItIsSent() {
        assertThrows(
                IllegalArgumentException.class,
                () -> channel.execute(REQUEST, 0, w -> w.zeros(300)));
        assertEquals(List.of(), port.flagsSent);
    }
}
