package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.SystemCallException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Settings under /proc/sys/net. They are those of the calling thread's network namespace, and take
 * CAP_NET_ADMIN, but no other right, to write.
 */
public final class Sysctl {
    private static final Path NET = Path.of("/proc/sys/net");

    private Sysctl() {}

    /** A larval SA shall live at least so many seconds. */
    public static void raiseLarvalLifetime(int seconds) throws SystemCallException {
        Path file = NET.resolve("core/xfrm_acq_expires");
        if (read(file) < seconds) {
            write(file, seconds);
        }
    }

    /**
     * What a tunnel interface needs: packets come out of it decrypted and checked, so a VTI must
     * not look for a policy again, which it would do without its mark; and the way back need not be
     * the way out (rp_filter 2, loose; 1 on "all" would be strict otherwise).
     */
    public static void prepareTunnel(String name, TunnelKind kind) throws SystemCallException {
        Path ipv4 = NET.resolve("ipv4/conf").resolve(name);
        write(ipv4.resolve("rp_filter"), 2);
        if (kind == TunnelKind.VTI) {
            write(ipv4.resolve("disable_policy"), 1);
            Path ipv6 = NET.resolve("ipv6/conf").resolve(name);
            if (Files.exists(ipv6)) { // not with ipv6.disable=1
                write(ipv6.resolve("disable_policy"), 1);
            }
        }
    }

    private static int read(Path file) throws SystemCallException {
        try {
            return Integer.parseInt(Files.readString(file).trim());
        } catch (IOException e) {
            throw failed("read", file, e);
        } catch (NumberFormatException e) {
            return 0; // a format we do not know is overwritten
        }
    }

    private static void write(Path file, int value) throws SystemCallException {
        try {
            Files.writeString(file, Integer.toString(value));
        } catch (IOException e) {
            throw failed("write of " + value, file, e);
        }
    }

    private static SystemCallException failed(String call, Path file, IOException cause) {
        Errno errno =
                cause instanceof AccessDeniedException
                        ? Errno.EACCES
                        : cause instanceof NoSuchFileException ? Errno.ENOENT : Errno.EIO;
        SystemCallException failure = new SystemCallException(call, file.toString(), errno);
        failure.initCause(cause);
        return failure;
    }
}
