package io.edgeipsec.xfrm.netlink;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.NetlinkPort;
import io.edgeipsec.xfrm.libc.NetlinkSocket;
import io.edgeipsec.xfrm.libc.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one netlink protocol and their answers, one at a time, on one thread. The kernel
 * works on a request inside sendto, so the answer is there when it returns; the receive timeout
 * only guards against an answer that was lost. What an earlier, abandoned request left in the
 * socket is told by its sequence number and dropped. Send and receive buffers are zeroed after use:
 * they may have held keys.
 */
public final class NetlinkChannel implements AutoCloseable {
    static final int REQUEST = 0x1;
    static final int ACK = 0x4;
    private static final int DUMP = 0x300;

    public static final int CREATE = 0x400;
    public static final int EXCLUSIVE = 0x200;
    public static final int REPLACE = 0x100;

    private static final int ANSWER_TIMEOUT_MILLIS = 10_000;

    /**
     * A table that changes under every one of so many dumps in a row is not going to hold still.
     */
    private static final int DUMP_ATTEMPTS = 10;

    /** Bounds one dump: far above 10,000 SAs or a full routing table, far below our heap. */
    private static final int DUMP_MESSAGES = 2_000_000;

    private final NetlinkPort socket;
    private int sequence;

    /** Reads the body of an answer of the expected type. */
    @FunctionalInterface
    public interface Decoder<T> {
        T decode(NetlinkReader body) throws MalformedNetlinkException;
    }

    NetlinkChannel(NetlinkPort socket) {
        this.socket = socket;
    }

    public static NetlinkChannel open(int protocol) throws SystemCallException {
        return new NetlinkChannel(NetlinkSocket.forRequests(protocol, ANSWER_TIMEOUT_MILLIS));
    }

    /** Our address in the notifications that our own requests cause. */
    public int portId() {
        return socket.portId();
    }

    /** A request that the kernel only acknowledges. */
    public void execute(int type, int flags, Consumer<NetlinkWriter> body) throws NetlinkException {
        send(type, flags | ACK, body);
        try {
            awaitAnswer();
        } finally {
            socket.wipeReceived();
        }
    }

    /** A request that is answered by one message of {@code answerType}. */
    public <T> T query(int type, int answerType, Consumer<NetlinkWriter> body, Decoder<T> decoder)
            throws NetlinkException {
        send(type, 0, body);
        try {
            NetlinkMessage answer = awaitAnswer();
            if (answer.type() != answerType) {
                throw new MalformedNetlinkException(
                        "request " + type + " was answered by message type " + answer.type());
            }
            return decoder.decode(answer.body());
        } finally {
            socket.wipeReceived();
        }
    }

    /**
     * All objects of a kind. A dump during which the table changed is started again, so that the
     * result is one consistent picture.
     */
    public <T> List<T> dump(
            int type, int answerType, Consumer<NetlinkWriter> body, Decoder<T> decoder)
            throws NetlinkException {
        for (int attempt = 1; attempt <= DUMP_ATTEMPTS; attempt++) {
            List<T> result = new ArrayList<>();
            send(type, DUMP, body);
            if (collect(answerType, decoder, result)) {
                return result;
            }
        }
        throw new NetlinkException(
                Errno.EAGAIN, "the table changed during each of " + DUMP_ATTEMPTS + " dumps");
    }

    /**
     * Reads one dump to its end, whatever happens: a dump left in the middle would make the next
     * one fail with EBUSY. False if it was inconsistent.
     */
    private <T> boolean collect(int answerType, Decoder<T> decoder, List<T> result)
            throws NetlinkException {
        boolean consistent = true;
        NetlinkException failure = null;
        try {
            while (true) {
                for (NetlinkMessage m : receive()) {
                    if (m.sequence() != sequence) {
                        continue;
                    }
                    consistent &= (m.flags() & NetlinkMessage.FLAG_DUMP_INTERRUPTED) == 0;
                    if (m.type() == NetlinkMessage.ERROR) {
                        throwIfError(m);
                    } else if (m.type() == NetlinkMessage.DONE) {
                        int status = m.body().remaining() >= 4 ? m.body().u32() : 0;
                        if (status < 0) {
                            throw new NetlinkException(new Errno(-status), "the dump broke off");
                        }
                        if (failure != null) {
                            throw failure;
                        }
                        return consistent;
                    } else if (m.type() == answerType && failure == null) {
                        failure = decodeInto(result, m, decoder);
                    }
                }
                socket.wipeReceived();
            }
        } finally {
            socket.wipeReceived();
        }
    }

    private static <T> @Nullable NetlinkException decodeInto(
            List<T> result, NetlinkMessage message, Decoder<T> decoder) {
        if (result.size() == DUMP_MESSAGES) {
            return new NetlinkException(
                    Errno.ENOBUFS, "the dump has more than " + DUMP_MESSAGES + " objects");
        }
        try {
            result.add(decoder.decode(message.body()));
            return null;
        } catch (MalformedNetlinkException e) {
            return e;
        }
    }

    private void send(int type, int flags, Consumer<NetlinkWriter> body) throws NetlinkException {
        sequence = sequence == Integer.MAX_VALUE ? 1 : sequence + 1;
        NetlinkWriter writer =
                NetlinkWriter.request(
                        socket.sendBuffer(), type, flags | REQUEST, sequence, socket.portId());
        body.accept(writer);
        try {
            socket.send(writer.finish());
        } catch (SystemCallException e) {
            throw NetlinkException.of(e);
        }
    }

    /** The first message that answers the current request; an error answer is thrown. */
    private NetlinkMessage awaitAnswer() throws NetlinkException {
        while (true) {
            for (NetlinkMessage m : receive()) {
                if (m.sequence() == sequence) {
                    if (m.type() == NetlinkMessage.ERROR) {
                        throwIfError(m);
                    }
                    return m;
                }
            }
        }
    }

    private List<NetlinkMessage> receive() throws NetlinkException {
        try {
            var datagram = socket.receive();
            if (!datagram.hasRemaining()) {
                throw new NetlinkException(
                        Errno.ETIMEDOUT,
                        "the kernel did not answer within " + ANSWER_TIMEOUT_MILLIS + " ms");
            }
            return NetlinkMessage.split(datagram);
        } catch (SystemCallException e) {
            throw NetlinkException.of(e);
        }
    }

    private static void throwIfError(NetlinkMessage message) throws NetlinkException {
        KernelError error = KernelError.decode(message);
        if (error.errno() != 0) {
            throw new NetlinkException(new Errno(error.errno()), error.text());
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
