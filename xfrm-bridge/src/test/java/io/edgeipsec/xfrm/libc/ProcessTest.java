package io.edgeipsec.xfrm.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** sd_notify, credentials of a peer, and no core dumps. */
class ProcessTest {
    private static final int SOCK_STREAM = 1;

    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        static native int socketpair(int domain, int type, int protocol, int[] fds)
                throws LastErrorException;

        static native int getuid();
    }

    /** A unix datagram socket that plays the service manager. */
    private static final class Manager implements AutoCloseable {
        private final int fd;

        Manager(String name) {
            fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
            byte[] path = name.getBytes(StandardCharsets.UTF_8);
            NativeMemory address = new NativeMemory(110);
            address.bytes().putShort(0, (short) LibC.AF_UNIX).put(2, path);
            boolean isAbstract = name.startsWith("@");
            if (isAbstract) {
                address.bytes().put(2, (byte) 0);
            }
            LibC.bind(fd, address.address(), 2 + path.length + (isAbstract ? 0 : 1));
        }

        String receive() {
            NativeMemory buffer = new NativeMemory(256);
            int n = (int) LibC.read(fd, buffer.address(), 256);
            byte[] text = new byte[n];
            buffer.bytes().get(0, text);
            return new String(text, StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            LibC.close(fd);
        }
    }

    @Test
    void notifiesByPathAndByAbstractName(@TempDir Path directory) throws Exception {
        String path = directory.resolve("notify").toString();
        String name = "@edge-ipsec-test-" + ProcessHandle.current().pid();
        for (String socket : new String[] {path, name}) {
            try (Manager manager = new Manager(socket)) {
                SdNotify notify = SdNotify.of(Map.of("NOTIFY_SOCKET", socket), 1);
                notify.ready();
                assertEquals("READY=1", manager.receive());
                notify.status("3 of 4 sessions up\nhere");
                assertEquals("STATUS=3 of 4 sessions up here", manager.receive());
                notify.watchdog();
                assertEquals("WATCHDOG=1", manager.receive());
                notify.stopping();
                assertEquals("STOPPING=1", manager.receive());
            }
            SdNotify deaf = SdNotify.of(Map.of("NOTIFY_SOCKET", socket), 1);
            assertThrows(SystemCallException.class, deaf::ready);
        }
    }

    @Test
    void withoutServiceManagerNothingHappens() throws Exception {
        SdNotify.of(Map.of(), 1).ready();
        SdNotify.of(Map.of("NOTIFY_SOCKET", "vsock:2:1234"), 1).ready();
        SdNotify.of(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200)), 1).ready();
    }

    @Test
    void watchdogIsForTheProcessItNames() {
        Map<String, String> ours = Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "7");
        assertEquals(Optional.of(Duration.ofSeconds(30)), SdNotify.of(ours, 7).watchdogInterval());
        assertEquals(Optional.empty(), SdNotify.of(ours, 8).watchdogInterval());
        assertEquals(
                Optional.of(Duration.ofSeconds(1)),
                SdNotify.of(Map.of("WATCHDOG_USEC", "1000000"), 7).watchdogInterval());
        assertEquals(
                Optional.empty(),
                SdNotify.of(Map.of("WATCHDOG_USEC", "soon"), 7).watchdogInterval());
        assertEquals(Optional.empty(), SdNotify.of(Map.of(), 7).watchdogInterval());
    }

    @Test
    void peerOfUnixSocketIsKnown() throws Exception {
        int[] fds = new int[2];
        Calls.socketpair(LibC.AF_UNIX, SOCK_STREAM, 0, fds);
        try {
            PeerCredentials peer = PeerCredentials.of(fds[0]);
            assertEquals(ProcessHandle.current().pid(), peer.pid());
            assertEquals(Calls.getuid(), peer.uid());
        } finally {
            LibC.close(fds[0]);
            LibC.close(fds[1]);
        }
        assertEquals(
                "EBADF",
                assertThrows(SystemCallException.class, () -> PeerCredentials.of(-1))
                        .errno()
                        .name());
    }

    /** In a process of its own: it cannot be taken back. */
    @Test
    void processLeavesNoCoreDump() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xshare:auto",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Undumpable.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals("dumpable 0, core 0 0", output.strip());
    }

    /** The main class of that process. */
    static final class Undumpable {
        private static final int PR_GET_DUMPABLE = 3;

        public static void main(String[] arguments) throws Exception {
            ProcessHardening.forbidDumps();
            int dumpable = LibC.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
            String core =
                    Files.readAllLines(Path.of("/proc/thread-self/limits")).stream()
                            .filter(line -> line.startsWith("Max core file size"))
                            .map(line -> line.substring(18).trim().split("\\s+"))
                            .map(words -> words[0] + " " + words[1])
                            .findFirst()
                            .orElse("not shown");
            System.out.println("dumpable " + dumpable + ", core " + core);
        }
    }

    @Test
    void errnoNamesAreUnique() {
        assertEquals("EAGAIN", Errno.EAGAIN.name());
        assertEquals("errno 4095", new Errno(4095).name());
        assertEquals(Errno.EPERM, new Errno(1));
    }

    @Test
    void nativeMemoryIsBounded() {
        NativeMemory memory = new NativeMemory(8);
        ByteBuffer b = memory.bytes();
        assertEquals(0, b.getLong(0));
        assertThrows(IndexOutOfBoundsException.class, () -> b.getLong(1));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.address(9));
    }
}
