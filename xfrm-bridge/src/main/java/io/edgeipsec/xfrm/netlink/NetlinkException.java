package io.edgeipsec.xfrm.netlink;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.SystemCallException;
import java.io.IOException;

/**
 * The kernel refused a request, or its answer could not be had: the error number and, where the
 * kernel said more (extended acknowledgement), its words.
 */
public class NetlinkException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Errno errno;
    private final String kernelText;

    public NetlinkException(Errno errno, String kernelText) {
        super(kernelText.isEmpty() ? errno.name() : errno.name() + ": " + kernelText);
        this.errno = errno;
        this.kernelText = kernelText;
    }

    static NetlinkException of(SystemCallException e) {
        NetlinkException n = new NetlinkException(e.errno(), String.valueOf(e.getMessage()));
        n.initCause(e);
        return n;
    }

    public Errno errno() {
        return errno;
    }

    /** What the kernel said beyond the number; empty if nothing. */
    public String kernelText() {
        return kernelText;
    }
}
