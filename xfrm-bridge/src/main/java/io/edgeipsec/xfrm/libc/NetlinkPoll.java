package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Waits until one of a few netlink sockets has something, or until {@link #wake} is called from any
 * thread (an eventfd). One thread waits.
 */
public final class NetlinkPoll implements AutoCloseable {
    private static final int EFD_CLOEXEC_NONBLOCK = LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK;
    private static final int POLLFD_OCTETS = 8;

    private final List<NetlinkSocket> sockets;
    private final NativeMemory descriptors;
    private final NativeMemory one = new NativeMemory(8);
    private final int eventFd;
    private boolean closed;

    public NetlinkPoll(List<NetlinkSocket> sockets) throws SystemCallException {
        this.sockets = List.copyOf(sockets);
        descriptors = new NativeMemory(POLLFD_OCTETS * (this.sockets.size() + 1));
        one.bytes().putLong(0, 1);
        try {
            eventFd = LibC.eventfd(0, EFD_CLOEXEC_NONBLOCK);
        } catch (LastErrorException e) {
            throw LibC.failed("eventfd", "netlink monitor", e);
        }
        ByteBuffer d = descriptors.bytes();
        for (int i = 0; i < this.sockets.size(); i++) {
            d.putInt(POLLFD_OCTETS * i, this.sockets.get(i).fd());
            d.putShort(POLLFD_OCTETS * i + 4, LibC.POLLIN);
        }
        d.putInt(POLLFD_OCTETS * this.sockets.size(), eventFd);
        d.putShort(POLLFD_OCTETS * this.sockets.size() + 4, LibC.POLLIN);
    }

    /** Blocks until something is readable; false once {@link #wake} has been called. */
    public boolean await() throws SystemCallException {
        int count = sockets.size() + 1;
        while (true) {
            int n = LibC.poll(descriptors.address(), count, -1);
            if (n < 0) {
                Errno errno = LibC.lastError();
                if (errno.equals(Errno.EINTR)) {
                    continue;
                }
                throw new SystemCallException("poll", "netlink monitor", errno);
            }
            return descriptors.bytes().getShort(POLLFD_OCTETS * sockets.size() + 6) == 0;
        }
    }

    /** True if the socket at this index had something at the last {@link #await}. */
    public boolean ready(int index) {
        return descriptors.bytes().getShort(POLLFD_OCTETS * index + 6) != 0;
    }

    /** Ends the wait, for good. Any thread; not after {@link #close}. */
    public synchronized void wake() {
        if (!closed) {
            LibC.write(eventFd, one.address(), 8);
        }
    }

    /** Closes the wake-up descriptor; the sockets are their owners'. By the waiting thread. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(eventFd);
        }
    }
}
