package io.edgeipsec.xfrm.libc;

/** Receive buffers beyond net.core.rmem_max where we may, up to it where we may not. */
final class SocketBuffers {
    private SocketBuffers() {}

    static void enlargeReceive(int fd, int octets, String name) throws SystemCallException {
        try {
            LibC.setIntOption(
                    fd, LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, octets, name + " SO_RCVBUFFORCE");
        } catch (SystemCallException e) {
            if (!e.errno().equals(Errno.EPERM)) {
                throw e;
            }
            LibC.setIntOption(fd, LibC.SOL_SOCKET, LibC.SO_RCVBUF, octets, name + " SO_RCVBUF");
        }
    }
}
