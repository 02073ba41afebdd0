package io.edgeipsec.xfrm.libc;

import java.nio.ByteBuffer;

/**
 * One message for recvmmsg or sendmsg in native memory: header, one data vector, address and
 * control data (bits/socket.h, LP64). The offsets are relative to where the header stands.
 *
 * <pre>
 * struct msghdr {                     struct mmsghdr {
 *     void         *msg_name;             struct msghdr msg_hdr;
 *     socklen_t     msg_namelen;          unsigned int  msg_len;
 *     struct iovec *msg_iov;          };                          // 64 octets
 *     size_t        msg_iovlen;
 *     void         *msg_control;      struct iovec {
 *     size_t        msg_controllen;       void   *iov_base;
 *     int           msg_flags;            size_t  iov_len;
 * };             // 56 octets         };                          // 16 octets
 *
 * struct cmsghdr {                    struct in_pktinfo {
 *     size_t cmsg_len;                    int            ipi_ifindex;
 *     int    cmsg_level;                  struct in_addr ipi_spec_dst;  // source when sending
 *     int    cmsg_type;                   struct in_addr ipi_addr;      // destination received
 * };             // 16 octets         };                          // 12 octets
 *
 *                                     struct in6_pktinfo {
 *                                         struct in6_addr ipi6_addr;
 *                                         int             ipi6_ifindex;
 *                                     };                          // 20 octets
 * </pre>
 */
final class MessageHeader {
    static final int OCTETS = 64;
    static final int LENGTH = 56;
    static final int FLAGS = 48;
    static final int CONTROL_LENGTH = 40;
    static final int CMSG_HEADER = 16;
    static final int PKTINFO_IPV4 = 12;
    static final int PKTINFO_IPV6 = 20;

    /** CMSG_SPACE of the larger one, with room for a neighbour that we did not ask for. */
    static final int CONTROL_OCTETS = 64;

    static final int IP_PKTINFO = 8;
    static final int IPV6_PKTINFO = 50;

    private MessageHeader() {}

    /** Points a header to its parts; lengths and flags are set before each call. */
    static void lay(ByteBuffer memory, int at, long name, long vector, long control) {
        memory.putLong(at, name);
        memory.putLong(at + 16, vector);
        memory.putLong(at + 24, 1);
        memory.putLong(at + 32, control);
    }

    /** The kernel wrote these lengths in the previous call. */
    static void reset(ByteBuffer memory, int at, int nameOctets, int controlOctets) {
        memory.putInt(at + 8, nameOctets);
        memory.putLong(at + CONTROL_LENGTH, controlOctets);
        memory.putInt(at + FLAGS, 0);
    }
}
