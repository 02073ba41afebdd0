package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import java.lang.ref.Reference;

/**
 * Keeps keys in memory where they are: no core dump, and no other process of our user may attach or
 * read our memory. (An administrator still can.)
 */
public final class ProcessHardening {
    private static final int PR_SET_DUMPABLE = 4;
    private static final int RLIMIT_CORE = 4;

    private ProcessHardening() {}

    /** For the whole process, from now on. */
    public static void forbidDumps() throws SystemCallException {
        NativeMemory limits = new NativeMemory(16); // struct rlimit: soft and hard, both 0
        try {
            LibC.setrlimit(RLIMIT_CORE, limits.address());
        } catch (LastErrorException e) {
            throw LibC.failed("setrlimit", "RLIMIT_CORE", e);
        } finally {
            Reference.reachabilityFence(limits);
        }
        try {
            LibC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        } catch (LastErrorException e) {
            throw LibC.failed("prctl", "PR_SET_DUMPABLE", e);
        }
    }
}
