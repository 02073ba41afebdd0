package io.edgeipsec.xfrm.netlink;

import io.edgeipsec.xfrm.libc.Errno;

/**
 * Octets that are not the message they should be; a short read, a length below its header's size.
 */
public final class MalformedNetlinkException extends NetlinkException {
    private static final long serialVersionUID = 1L;

    public MalformedNetlinkException(String what) {
        super(Errno.EBADMSG, what);
    }
}
