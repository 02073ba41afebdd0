package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Who is at the other end of a unix stream socket: SO_PEERCRED (unix(7)), as it was when it
 * connected.
 */
public record PeerCredentials(int pid, int uid, int gid) {
    // struct ucred { pid_t pid; uid_t uid; gid_t gid; };
    private static final int OCTETS = 12;

    /** Of a connected descriptor, which stays its owner's. */
    public static PeerCredentials of(int fd) throws SystemCallException {
        NativeMemory ucred = new NativeMemory(OCTETS);
        NativeMemory length = new NativeMemory(4);
        length.bytes().putInt(0, OCTETS);
        try {
            LibC.getsockopt(
                    fd, LibC.SOL_SOCKET, LibC.SO_PEERCRED, ucred.address(), length.address());
        } catch (LastErrorException e) {
            throw LibC.failed("getsockopt SO_PEERCRED", "descriptor " + fd, e);
        } finally {
            Reference.reachabilityFence(ucred);
            Reference.reachabilityFence(length);
        }
        ByteBuffer b = ucred.bytes();
        return new PeerCredentials(b.getInt(0), b.getInt(4), b.getInt(8));
    }
}
