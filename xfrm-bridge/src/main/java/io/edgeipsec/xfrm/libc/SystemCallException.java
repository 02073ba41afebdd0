package io.edgeipsec.xfrm.libc;

import java.io.IOException;

/** A system call that failed: which one, on what, and the error number. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Errno errno;

    public SystemCallException(String call, String object, Errno errno) {
        super(call + " failed on " + object + ": " + errno.name());
        this.errno = errno;
    }

    public Errno errno() {
        return errno;
    }
}
