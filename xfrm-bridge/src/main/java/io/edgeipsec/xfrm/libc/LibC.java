package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.lang.ref.Reference;

/**
 * The C library's functions that we use, by JNA direct mapping with raw addresses; {@code size_t}
 * and {@code long} are 64 bits wide (LP64: x86-64 and aarch64). Set-up calls throw {@link
 * LastErrorException}; the data path's return -1 and leave the number in {@link
 * Native#getLastError}, because an exception per EAGAIN would cost more than the call.
 */
final class LibC {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_NETLINK = 16;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_IP = 0;
    static final int SOL_SOCKET = 1;
    static final int SOL_UDP = 17;
    static final int SOL_IPV6 = 41;
    static final int SOL_NETLINK = 270;
    static final int SO_RCVBUF = 8;
    static final int SO_PEERCRED = 17;
    static final int SO_RCVTIMEO = 20;
    static final int SO_RCVBUFFORCE = 33;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final short POLLIN = 1;

    static {
        if (Native.LONG_SIZE != 8 || Native.POINTER_SIZE != 8) {
            throw new UnsupportedOperationException(
                    "edge-ipsec needs a 64-bit Linux: struct layouts are those of LP64");
        }
        Native.register(LibC.class, "c");
    }

    private LibC() {}

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    static native int bind(int fd, long address, int addressLength) throws LastErrorException;

    static native int getsockname(int fd, long address, long addressLength)
            throws LastErrorException;

    static native int setsockopt(int fd, int level, int option, long value, int valueLength)
            throws LastErrorException;

    static native int getsockopt(int fd, int level, int option, long value, long valueLength)
            throws LastErrorException;

    static native long sendto(
            int fd, long data, long length, int flags, long address, int addressLength);

    static native long sendmsg(int fd, long message, int flags);

    static native long recvmsg(int fd, long message, int flags);

    static native int recvmmsg(int fd, long messages, int count, int flags, long timeout);

    static native int poll(long descriptors, long count, int timeoutMillis);

    static native int eventfd(int initial, int flags) throws LastErrorException;

    static native long read(int fd, long data, long length);

    static native long write(int fd, long data, long length);

    static native int close(int fd);

    static native int prctl(int option, long arg2, long arg3, long arg4, long arg5)
            throws LastErrorException;

    static native int setrlimit(int resource, long limits) throws LastErrorException;

    static Errno lastError() {
        return new Errno(Native.getLastError());
    }

    static SystemCallException failed(String call, String object, LastErrorException cause) {
        SystemCallException e =
                new SystemCallException(call, object, new Errno(cause.getErrorCode()));
        e.initCause(cause);
        return e;
    }

    /** Sets an option whose value is one C int. */
    static void setIntOption(int fd, int level, int option, int value, String what)
            throws SystemCallException {
        NativeMemory memory = new NativeMemory(4);
        memory.bytes().putInt(0, value);
        setOption(fd, level, option, memory, what);
    }

    static void setOption(int fd, int level, int option, NativeMemory value, String what)
            throws SystemCallException {
        try {
            setsockopt(fd, level, option, value.address(), value.octets());
        } catch (LastErrorException e) {
            throw failed("setsockopt", what, e);
        } finally {
            // A raw address does not keep its block alive.
            Reference.reachabilityFence(value);
        }
    }
}
