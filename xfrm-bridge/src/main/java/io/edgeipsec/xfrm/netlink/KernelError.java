package io.edgeipsec.xfrm.netlink;

/**
 * The body of NLMSG_ERROR: an acknowledgement when the number is 0 (linux/netlink.h).
 *
 * <pre>
 * struct nlmsgerr {
 *     int             error;   // negative errno
 *     struct nlmsghdr msg;     // and its body, unless NLM_F_CAPPED
 * };                           // then, with NLM_F_ACK_TLVS, attributes: NLMSGERR_ATTR_MSG, ...
 * </pre>
 */
record KernelError(int errno, String text) {
    private static final int ATTRIBUTE_MESSAGE = 1;
    private static final int ATTRIBUTE_OFFSET = 2;

    /** The kernel's texts are one sentence; what is longer is cut. */
    private static final int TEXT_CHARACTERS = 500;

    static KernelError decode(NetlinkMessage message) throws MalformedNetlinkException {
        NetlinkReader body = message.body();
        int error = body.u32();
        if (error > 0 || error == Integer.MIN_VALUE) {
            throw new MalformedNetlinkException("error number " + error + " in an acknowledgement");
        }
        int requestLength = body.u32();
        body.skip(NetlinkWriter.HEADER_OCTETS - 4);
        if ((message.flags() & NetlinkMessage.FLAG_CAPPED) == 0) {
            if (requestLength < NetlinkWriter.HEADER_OCTETS) {
                throw new MalformedNetlinkException(
                        "acknowledged request has length " + requestLength + ", below its header");
            }
            body.skip(requestLength - NetlinkWriter.HEADER_OCTETS);
            body.align4();
        }
        if ((message.flags() & NetlinkMessage.FLAG_ACK_TLVS) == 0) {
            return new KernelError(-error, "");
        }
        NetlinkAttributes attributes = body.attributes();
        String text = attributes.string(ATTRIBUTE_MESSAGE, "");
        if (text.isEmpty() && attributes.has(ATTRIBUTE_OFFSET)) {
            text = "at octet " + attributes.u32(ATTRIBUTE_OFFSET, 0) + " of the request";
        }
        return new KernelError(
                -error,
                text.length() > TEXT_CHARACTERS ? text.substring(0, TEXT_CHARACTERS) : text);
    }
}
