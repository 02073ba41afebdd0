package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import java.nio.ByteBuffer;

/**
 * A netlink socket with its send and receive buffer, both allocated once (linux/netlink.h). It
 * belongs to the network namespace of the thread that opened it. Not thread-safe: one thread at a
 * time.
 */
public final class NetlinkSocket implements NetlinkPort {
    public static final int ROUTE = 0;
    public static final int XFRM = 6;

    /** Our largest request, an SA with two keys, is under 1 KiB. */
    private static final int SEND_OCTETS = 8 * 1024;

    /**
     * The kernel fills dumps in pieces of at most 32 KiB (netlink_dump); twice that is never cut.
     */
    private static final int RECEIVE_OCTETS = 64 * 1024;

    private static final int SOCKADDR_NL_OCTETS = 12;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;

    // struct msghdr (bits/socket.h, LP64) at 0, struct iovec at 64, struct sockaddr_nl at 80
    private static final int MSGHDR = 0;
    private static final int IOVEC = 64;
    private static final int ADDRESS = 80;

    private final int fd;
    private final String name;
    private final NativeMemory send = new NativeMemory(SEND_OCTETS);
    private final NativeMemory receive = new NativeMemory(RECEIVE_OCTETS);
    private final NativeMemory control = new NativeMemory(96);
    private final int portId;
    private boolean closed;

    /** So many octets of the receive buffer may hold something. */
    private int dirty;

    private NetlinkSocket(int fd, String name) throws SystemCallException {
        this.fd = fd;
        this.name = name;
        ByteBuffer c = control.bytes();
        c.putLong(MSGHDR, control.address(ADDRESS));
        c.putLong(MSGHDR + 16, control.address(IOVEC));
        c.putLong(MSGHDR + 24, 1);
        c.putLong(IOVEC, receive.address());
        c.putLong(IOVEC + 8, RECEIVE_OCTETS);
        c.putShort(ADDRESS, (short) LibC.AF_NETLINK);
        try {
            LibC.bind(fd, control.address(ADDRESS), SOCKADDR_NL_OCTETS);
            c.putInt(MSGHDR + 8, SOCKADDR_NL_OCTETS);
            LibC.getsockname(fd, control.address(ADDRESS), control.address(MSGHDR + 8));
        } catch (LastErrorException e) {
            throw LibC.failed("bind", name, e);
        }
        portId = c.getInt(ADDRESS + 4);
    }

    /**
     * A socket for requests: blocking, each receive waits at most {@code timeoutMillis}; the
     * kernel's error text is asked for, and errors do not echo the request, which may hold keys.
     */
    public static NetlinkSocket forRequests(int protocol, int timeoutMillis)
            throws SystemCallException {
        NetlinkSocket s = open(protocol, 0);
        try {
            LibC.setIntOption(s.fd, LibC.SOL_NETLINK, NETLINK_CAP_ACK, 1, s.name + " CAP_ACK");
            LibC.setIntOption(s.fd, LibC.SOL_NETLINK, NETLINK_EXT_ACK, 1, s.name + " EXT_ACK");
            if (protocol == ROUTE) {
                // Dumps then honour the filters in the request (Linux 4.20).
                LibC.setIntOption(
                        s.fd, LibC.SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1, s.name + " STRICT_CHK");
            }
            NativeMemory timeval = new NativeMemory(16);
            timeval.bytes().putLong(0, timeoutMillis / 1000);
            timeval.bytes().putLong(8, timeoutMillis % 1000 * 1000L);
            LibC.setOption(
                    s.fd, LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, timeval, s.name + " SO_RCVTIMEO");
            return s;
        } catch (SystemCallException e) {
            s.close();
            throw e;
        }
    }

    /**
     * A non-blocking socket that hears the given multicast groups, with a kernel buffer of {@code
     * bufferOctets}.
     */
    public static NetlinkSocket forEvents(int protocol, int bufferOctets, int... groups)
            throws SystemCallException {
        NetlinkSocket s = open(protocol, LibC.SOCK_NONBLOCK);
        try {
            SocketBuffers.enlargeReceive(s.fd, bufferOctets, s.name);
            for (int group : groups) {
                LibC.setIntOption(
                        s.fd,
                        LibC.SOL_NETLINK,
                        NETLINK_ADD_MEMBERSHIP,
                        group,
                        s.name + " group " + group);
            }
            return s;
        } catch (SystemCallException e) {
            s.close();
            throw e;
        }
    }

    private static NetlinkSocket open(int protocol, int flags) throws SystemCallException {
        String name = "netlink " + (protocol == XFRM ? "XFRM" : protocol == ROUTE ? "ROUTE" : "");
        int fd;
        try {
            fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC | flags, protocol);
        } catch (LastErrorException e) {
            throw LibC.failed("socket", name, e);
        }
        try {
            return new NetlinkSocket(fd, name);
        } catch (SystemCallException e) {
            LibC.close(fd);
            throw e;
        }
    }

    int fd() {
        return fd;
    }

    @Override
    public int portId() {
        return portId;
    }

    @Override
    public ByteBuffer sendBuffer() {
        return send.bytes();
    }

    @Override
    public void send(int octets) throws SystemCallException {
        checkOpen();
        try {
            while (true) {
                long n = LibC.sendto(fd, send.address(), octets, LibC.MSG_NOSIGNAL, 0, 0);
                if (n >= 0) {
                    return;
                }
                Errno errno = LibC.lastError();
                if (!errno.equals(Errno.EINTR)) {
                    throw new SystemCallException("sendto", name, errno);
                }
            }
        } finally {
            wipe(send.bytes(), octets);
        }
    }

    /** Datagrams of other senders are dropped: any local process may send to us. */
    @Override
    public ByteBuffer receive() throws SystemCallException {
        checkOpen();
        ByteBuffer c = control.bytes();
        ByteBuffer data = receive.bytes();
        while (true) {
            c.putInt(MSGHDR + 8, SOCKADDR_NL_OCTETS);
            c.putInt(MSGHDR + 48, 0);
            long n = LibC.recvmsg(fd, control.address(MSGHDR), LibC.MSG_TRUNC);
            if (n < 0) {
                Errno errno = LibC.lastError();
                if (errno.equals(Errno.EINTR)) {
                    continue;
                }
                if (errno.equals(Errno.EAGAIN)) {
                    return data.clear().limit(0);
                }
                throw new SystemCallException("recvmsg", name, errno);
            }
            dirty = Math.max(dirty, (int) Math.min(n, RECEIVE_OCTETS));
            if (n > RECEIVE_OCTETS) {
                throw new SystemCallException("recvmsg", name, Errno.EMSGSIZE);
            }
            if (c.getInt(ADDRESS + 4) != 0) {
                continue; // only the kernel has port 0
            }
            return data.clear().limit((int) n);
        }
    }

    @Override
    public void wipeReceived() {
        wipe(receive.bytes().clear(), dirty);
        dirty = 0;
    }

    private static void wipe(ByteBuffer buffer, int octets) {
        int i = 0;
        for (; i + 8 <= octets; i += 8) {
            buffer.putLong(i, 0);
        }
        for (; i < octets; i++) {
            buffer.put(i, (byte) 0);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(name + " socket is closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
