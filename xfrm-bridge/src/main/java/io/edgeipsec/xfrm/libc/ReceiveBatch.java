package io.edgeipsec.xfrm.libc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Set;

/** The native side of receiving a batch by recvmmsg, laid out once. One thread at a time. */
final class ReceiveBatch {
    /** Enough to spread the call's cost; with datagrams of 64 KiB the block is half a mebibyte. */
    static final int SIZE = 8;

    private static final int IOVEC_OCTETS = 16;
    private static final int NAME_OCTETS = 32;
    private static final int NAMES = SIZE * MessageHeader.OCTETS;
    private static final int VECTORS = NAMES + SIZE * NAME_OCTETS;
    private static final int CONTROLS = VECTORS + SIZE * IOVEC_OCTETS;
    private static final int DATA = CONTROLS + SIZE * MessageHeader.CONTROL_OCTETS;

    private static final Set<Errno> PASSING =
            Set.of(
                    Errno.EINTR,
                    Errno.ECONNREFUSED,
                    Errno.EHOSTUNREACH,
                    Errno.ENETUNREACH,
                    Errno.EMSGSIZE);

    private final boolean ipv6;
    private final int maxOctets;
    private final int stride;
    private final NativeMemory memory;

    ReceiveBatch(boolean ipv6, int maxOctets) {
        this.ipv6 = ipv6;
        this.maxOctets = maxOctets;
        stride = (maxOctets + 7) & ~7;
        memory = new NativeMemory(DATA + SIZE * stride);
        ByteBuffer m = memory.bytes();
        for (int i = 0; i < SIZE; i++) {
            m.putLong(VECTORS + i * IOVEC_OCTETS, memory.address(DATA + i * stride));
            m.putLong(VECTORS + i * IOVEC_OCTETS + 8, maxOctets);
            MessageHeader.lay(
                    m,
                    i * MessageHeader.OCTETS,
                    memory.address(NAMES + i * NAME_OCTETS),
                    memory.address(VECTORS + i * IOVEC_OCTETS),
                    memory.address(CONTROLS + i * MessageHeader.CONTROL_OCTETS));
        }
    }

    int receive(int fd, String name, IkeSocket.Receiver receiver) throws SystemCallException {
        ByteBuffer m = memory.bytes();
        for (int i = 0; i < SIZE; i++) {
            MessageHeader.reset(
                    m, i * MessageHeader.OCTETS, NAME_OCTETS, MessageHeader.CONTROL_OCTETS);
        }
        int count = LibC.recvmmsg(fd, memory.address(), SIZE, LibC.MSG_DONTWAIT, 0);
        for (int retries = 0; count < 0; retries++) {
            Errno errno = LibC.lastError();
            if (errno.equals(Errno.EAGAIN)) {
                return 0;
            }
            // An earlier send's ICMP answer is reported once; the socket is well.
            if (retries == SIZE || !PASSING.contains(errno)) {
                throw new SystemCallException("recvmmsg", name, errno);
            }
            count = LibC.recvmmsg(fd, memory.address(), SIZE, LibC.MSG_DONTWAIT, 0);
        }
        for (int i = 0; i < count; i++) {
            deliver(m, i, receiver);
        }
        return count;
    }

    private void deliver(ByteBuffer m, int i, IkeSocket.Receiver receiver) {
        int header = i * MessageHeader.OCTETS;
        int flags = m.getInt(header + MessageHeader.FLAGS);
        boolean truncated = (flags & LibC.MSG_TRUNC) != 0;
        int length = truncated ? 0 : Math.min(m.getInt(header + MessageHeader.LENGTH), maxOctets);
        InetSocketAddress remote = SocketAddress.read(m, NAMES + i * NAME_OCTETS, ipv6);
        int control = CONTROLS + i * MessageHeader.CONTROL_OCTETS;
        int info = packetInfo(m, control, m.getLong(header + MessageHeader.CONTROL_LENGTH));
        InetAddress local;
        int interfaceIndex;
        if (ipv6) {
            interfaceIndex = m.getInt(info + 16);
            // The scope matters (and is known) for link-local addresses only.
            local = SocketAddress.ip(m, info, 16, isLinkLocal(m, info) ? interfaceIndex : 0);
        } else {
            interfaceIndex = m.getInt(info);
            local = SocketAddress.ip(m, info + 8, 4, 0);
        }
        ByteBuffer payload = m.slice(DATA + i * stride, length).asReadOnlyBuffer();
        receiver.onDatagram(local, interfaceIndex, remote, payload, truncated);
    }

    private static boolean isLinkLocal(ByteBuffer m, int at) {
        return (m.get(at) & 0xff) == 0xfe && (m.get(at + 1) & 0xc0) == 0x80;
    }

    /**
     * Where the packet info stands; the kernel adds it to every datagram of a socket that asked.
     */
    private int packetInfo(ByteBuffer m, int control, long controlLength) {
        int level = ipv6 ? LibC.SOL_IPV6 : LibC.SOL_IP;
        int type = ipv6 ? MessageHeader.IPV6_PKTINFO : MessageHeader.IP_PKTINFO;
        int at = 0;
        while (at + MessageHeader.CMSG_HEADER <= controlLength) {
            long length = m.getLong(control + at);
            if (m.getInt(control + at + 8) == level && m.getInt(control + at + 12) == type) {
                return control + at + MessageHeader.CMSG_HEADER;
            }
            if (length < MessageHeader.CMSG_HEADER || length > controlLength) {
                break;
            }
            at += (int) ((length + 7) & ~7);
        }
        throw new IllegalStateException("a datagram without packet info");
    }
}
