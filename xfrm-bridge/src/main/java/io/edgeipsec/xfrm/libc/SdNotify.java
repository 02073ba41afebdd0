package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the service manager how we are: sd_notify(3), one datagram to the unix socket that
 * NOTIFY_SOCKET names (with @, in the abstract namespace). Without that variable every call does
 * nothing. JDK 17 has no unix datagram sockets. Any thread; it does not block for long.
 */
public final class SdNotify {
    // struct sockaddr_un { sa_family_t sun_family; char sun_path[108]; };
    private static final int PATH_OCTETS = 108;

    private final @Nullable String socket;
    private final @Nullable Duration watchdog;

    private SdNotify(@Nullable String socket, @Nullable Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    public static SdNotify fromEnvironment() {
        return of(System.getenv(), ProcessHandle.current().pid());
    }

    static SdNotify of(Map<String, String> environment, long pid) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        boolean valid =
                (socket.startsWith("/") || socket.startsWith("@"))
                        && socket.getBytes(StandardCharsets.UTF_8).length < PATH_OCTETS;
        return new SdNotify(valid ? socket : null, watchdog(environment, pid));
    }

    private static @Nullable Duration watchdog(Map<String, String> environment, long pid) {
        String forPid = environment.getOrDefault("WATCHDOG_PID", "");
        try {
            long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            boolean ours = forPid.isEmpty() || Long.parseLong(forPid) == pid;
            return micros > 0 && ours ? Duration.ofNanos(Math.multiplyExact(micros, 1000)) : null;
        } catch (NumberFormatException | ArithmeticException e) {
            return null;
        }
    }

    /**
     * How often the service manager wants to hear {@link #watchdog()}; twice as often is advised.
     */
    public Optional<Duration> watchdogInterval() {
        return Optional.ofNullable(watchdog);
    }

    public void ready() throws SystemCallException {
        send("READY=1");
    }

    /** One line that {@code systemctl status} shows. */
    public void status(String text) throws SystemCallException {
        send("STATUS=" + text.replace('\n', ' '));
    }

    public void stopping() throws SystemCallException {
        send("STOPPING=1");
    }

    /** We are alive. */
    public void watchdog() throws SystemCallException {
        send("WATCHDOG=1");
    }

    private void send(String state) throws SystemCallException {
        if (socket == null) {
            return;
        }
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        byte[] text = state.getBytes(StandardCharsets.UTF_8);
        NativeMemory address = new NativeMemory(2 + PATH_OCTETS);
        NativeMemory data = new NativeMemory(text.length);
        address.bytes().putShort(0, (short) LibC.AF_UNIX).put(2, path);
        boolean abstractName = path[0] == '@';
        if (abstractName) {
            address.bytes().put(2, (byte) 0);
        }
        data.bytes().put(0, text);
        // The name of an abstract socket ends with its last octet, a path with a zero.
        int addressOctets = 2 + path.length + (abstractName ? 0 : 1);
        int fd;
        try {
            fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        } catch (LastErrorException e) {
            throw LibC.failed("socket", "NOTIFY_SOCKET", e);
        }
        try {
            long n =
                    LibC.sendto(
                            fd,
                            data.address(),
                            text.length,
                            LibC.MSG_NOSIGNAL,
                            address.address(),
                            addressOctets);
            if (n < 0) {
                throw new SystemCallException("sendto", "NOTIFY_SOCKET", LibC.lastError());
            }
        } finally {
            Reference.reachabilityFence(address);
            Reference.reachabilityFence(data);
            LibC.close(fd);
        }
    }
}
