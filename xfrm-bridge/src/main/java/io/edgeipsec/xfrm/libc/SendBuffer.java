package io.edgeipsec.xfrm.libc;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** One thread's native side of sending: one datagram with its source address, laid out once. */
final class SendBuffer {
    private static final int NAME = MessageHeader.OCTETS;
    private static final int VECTOR = NAME + 32;
    private static final int CONTROL = VECTOR + 16;
    private static final int DATA = CONTROL + MessageHeader.CONTROL_OCTETS;
    private static final int MAX_OCTETS = IkeSocket.Options.MAX_UDP_PAYLOAD;

    private final boolean ipv6;
    private final NativeMemory memory = new NativeMemory(DATA + MAX_OCTETS);

    SendBuffer(boolean ipv6) {
        this.ipv6 = ipv6;
        ByteBuffer m = memory.bytes();
        MessageHeader.lay(
                m, 0, memory.address(NAME), memory.address(VECTOR), memory.address(CONTROL));
        m.putLong(VECTOR, memory.address(DATA));
        int info = ipv6 ? MessageHeader.PKTINFO_IPV6 : MessageHeader.PKTINFO_IPV4;
        m.putLong(CONTROL, MessageHeader.CMSG_HEADER + info);
        m.putInt(CONTROL + 8, ipv6 ? LibC.SOL_IPV6 : LibC.SOL_IP);
        m.putInt(CONTROL + 12, ipv6 ? MessageHeader.IPV6_PKTINFO : MessageHeader.IP_PKTINFO);
    }

    IkeSocket.SendResult send(
            int fd, InetAddress local, InetSocketAddress remote, ByteBuffer payload) {
        if (local instanceof Inet6Address != ipv6
                || remote.getAddress() instanceof Inet6Address != ipv6) {
            throw new IllegalArgumentException(
                    "from " + local + " to " + remote + " by a socket of the other family");
        }
        int octets = payload.remaining();
        if (octets > MAX_OCTETS) {
            return IkeSocket.SendResult.of(Errno.EMSGSIZE);
        }
        ByteBuffer m = memory.bytes();
        m.put(DATA, payload, payload.position(), octets);
        m.putLong(VECTOR + 8, octets);
        int nameOctets = SocketAddress.write(m, NAME, remote);
        int info = CONTROL + MessageHeader.CMSG_HEADER;
        if (ipv6) {
            m.put(info, local.getAddress());
            m.putInt(info + 16, ((Inet6Address) local).getScopeId());
        } else {
            m.putInt(info, 0);
            m.put(info + 4, local.getAddress());
            m.putInt(info + 8, 0);
        }
        // CMSG_SPACE: 12 and 20 octets both end on the next multiple of 8.
        int controlOctets = MessageHeader.CMSG_HEADER + (ipv6 ? 24 : 16);
        MessageHeader.reset(m, 0, nameOctets, controlOctets);
        while (LibC.sendmsg(fd, memory.address(), LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL) < 0) {
            Errno errno = LibC.lastError();
            if (!errno.equals(Errno.EINTR)) {
                return IkeSocket.SendResult.of(errno);
            }
        }
        return IkeSocket.SendResult.SENT;
    }
}
