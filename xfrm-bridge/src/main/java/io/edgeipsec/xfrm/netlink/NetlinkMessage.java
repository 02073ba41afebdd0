package io.edgeipsec.xfrm.netlink;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One message from the kernel: header and body (linux/netlink.h).
 *
 * <pre>
 * struct nlmsghdr {
 *     __u32 nlmsg_len;     // with this header
 *     __u16 nlmsg_type;
 *     __u16 nlmsg_flags;
 *     __u32 nlmsg_seq;
 *     __u32 nlmsg_pid;     // port of the requester, 0 in the kernel's own notifications
 * };
 * </pre>
 */
public record NetlinkMessage(int type, int flags, int sequence, int port, NetlinkReader body) {
    static final int ERROR = 2;
    static final int DONE = 3;

    static final int FLAG_MULTI = 0x2;
    static final int FLAG_DUMP_INTERRUPTED = 0x10;
    static final int FLAG_CAPPED = 0x100;
    static final int FLAG_ACK_TLVS = 0x200;

    /** The messages of one datagram, in order. */
    public static List<NetlinkMessage> split(ByteBuffer datagram) throws MalformedNetlinkException {
        NetlinkReader reader = NetlinkReader.of(datagram);
        List<NetlinkMessage> messages = new ArrayList<>(4);
        while (reader.remaining() > 0) {
            int length = reader.u32();
            int type = reader.u16();
            int flags = reader.u16();
            int sequence = reader.u32();
            int port = reader.u32();
            if (length < NetlinkWriter.HEADER_OCTETS) {
                throw new MalformedNetlinkException(
                        "message of type " + type + " has length " + length + ", below its header");
            }
            NetlinkReader body = reader.slice(length - NetlinkWriter.HEADER_OCTETS);
            messages.add(new NetlinkMessage(type, flags, sequence, port, body));
            reader.align4();
        }
        return messages;
    }
}
