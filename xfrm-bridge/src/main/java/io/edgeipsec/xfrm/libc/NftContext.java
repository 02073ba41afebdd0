package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * A context of libnftables, which keeps a netlink socket of the network namespace of the thread
 * that opened it. One thread. Its output flag ECHO stays off: it makes a change five times as slow.
 */
public final class NftContext implements AutoCloseable {
    private static final String LIBRARY = "libnftables.so.1";
    private static final int NETLINK_NETFILTER = 12;
    private static final int OUTPUT_PLAIN = 0;
    private static final int OUTPUT_JSON = 1 << 4; // NFT_CTX_OUTPUT_JSON

    private final long context;
    private boolean closed;

    private static final class Library {
        static {
            Native.register(Library.class, NativeLibrary.getInstance(LIBRARY));
        }

        static native long nft_ctx_new(int flags);

        static native void nft_ctx_free(long context);

        static native int nft_ctx_buffer_output(long context);

        static native int nft_ctx_buffer_error(long context);

        static native Pointer nft_ctx_get_output_buffer(long context);

        static native Pointer nft_ctx_get_error_buffer(long context);

        static native void nft_ctx_output_set_flags(long context, int flags);

        static native int nft_run_cmd_from_buffer(long context, byte[] command);
    }

    /** What a command did: 0 if it succeeded, and what it printed or complained. */
    public record Result(int status, String output, String error) {}

    private NftContext(long context) {
        this.context = context;
    }

    /** ENOSYS if the library is not installed, EPROTONOSUPPORT if the kernel has no netfilter. */
    public static NftContext open() throws SystemCallException {
        checkKernel();
        try {
            long context = Library.nft_ctx_new(0);
            if (context == 0) {
                throw new SystemCallException("nft_ctx_new", LIBRARY, Errno.ENOMEM);
            }
            Library.nft_ctx_buffer_output(context);
            Library.nft_ctx_buffer_error(context);
            return new NftContext(context);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            SystemCallException missing = new SystemCallException("loading", LIBRARY, Errno.ENOSYS);
            missing.initCause(e);
            throw missing;
        }
    }

    /**
     * libnftables ends the process (exit) where it cannot open its socket, so we try that first.
     */
    private static void checkKernel() throws SystemCallException {
        try {
            LibC.close(
                    LibC.socket(
                            LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_NETFILTER));
        } catch (LastErrorException e) {
            throw LibC.failed("socket", "netlink NETFILTER", e);
        }
    }

    /** Runs commands in the nft language, as one transaction. */
    public Result run(String commands) {
        return run(commands, OUTPUT_PLAIN);
    }

    /** Runs a command that lists something, with its output in JSON. */
    public Result list(String command) {
        return run(command, OUTPUT_JSON);
    }

    private Result run(String commands, int flags) {
        if (closed) {
            throw new IllegalStateException("the libnftables context is closed");
        }
        Library.nft_ctx_output_set_flags(context, flags);
        byte[] text = (commands + "\0").getBytes(StandardCharsets.UTF_8);
        int status = Library.nft_run_cmd_from_buffer(context, text);
        return new Result(
                status,
                string(Library.nft_ctx_get_output_buffer(context)),
                string(Library.nft_ctx_get_error_buffer(context)));
    }

    private static String string(Pointer text) {
        return text == null ? "" : text.getString(0, StandardCharsets.UTF_8.name());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Library.nft_ctx_free(context);
        }
    }
}
