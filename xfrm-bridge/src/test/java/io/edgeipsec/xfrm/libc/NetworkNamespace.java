package io.edgeipsec.xfrm.libc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A fresh network namespace for a test: one thread that left the machine's. Sockets that are opened
 * on it, and programs that are started from it, belong to the namespace. It goes with the thread.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final int COMMAND_SECONDS = 120;

    private final ExecutorService thread;
    private final String taskId;

    private NetworkNamespace(ExecutorService thread, String taskId) {
        this.thread = thread;
        this.taskId = taskId;
    }

    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        static native int unshare(int flags) throws LastErrorException;
    }

    /** A namespace with its loopback up; the test is skipped, with the reason, where it may not. */
    public static NetworkNamespace create() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor(r -> new Thread(r, "namespace"));
        try {
            String task =
                    thread.submit(
                                    () -> {
                                        Calls.unshare(CLONE_NEWNET);
                                        return Files.readSymbolicLink(Path.of("/proc/thread-self"))
                                                .getFileName()
                                                .toString();
                                    })
                            .get();
            NetworkNamespace namespace = new NetworkNamespace(thread, task);
            namespace.run("ip", "link", "set", "lo", "up");
            return namespace;
        } catch (ExecutionException e) {
            thread.shutdown();
            boolean refused = e.getCause() instanceof LastErrorException;
            assumeTrue(
                    !refused,
                    "needs a network namespace of its own, which takes root: unshare: "
                            + e.getCause());
            throw e;
        }
    }

    /** Runs something on the namespace's thread. */
    public <T> T call(Callable<T> task) throws Exception {
        try {
            return thread.submit(task).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Something that may throw. */
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    /** Runs something on the namespace's thread. */
    public void execute(Task task) throws Exception {
        call(
                () -> {
                    task.run();
                    return "";
                });
    }

    /** Runs a program in the namespace and returns its output; fails unless it exits with 0. */
    public String run(String... command) throws Exception {
        Result result = tryRun(command);
        if (result.status() != 0) {
            throw new IOException(
                    String.join(" ", command)
                            + " exited with "
                            + result.status()
                            + ": "
                            + result.output());
        }
        return result.output();
    }

    /** What a program said and how it ended. */
    public record Result(int status, String output) {}

    public Result tryRun(String... command) throws Exception {
        return call(() -> waitFor(start(command)));
    }

    /** Starts a program on the namespace's thread without waiting for it. */
    public Process spawn(String... command) throws Exception {
        return call(() -> start(command));
    }

    private static Process start(String... command) throws IOException {
        assumeTrue(
                isInstalled(command[0]),
                () ->
                        "needs the program "
                                + command[0]
                                + ", which no folder of PATH has; packaging/setup installs it");
        return new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    }

    private static boolean isInstalled(String program) {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static Result waitFor(Process process) throws Exception {
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("still running after " + COMMAND_SECONDS + " s: " + process);
        }
        return new Result(process.exitValue(), output);
    }

    /** Makes a veth pair: one end here, one end there, both up, each with an address. */
    public void connect(
            String here, String address, NetworkNamespace other, String there, String otherAddress)
            throws Exception {
        run(
                "ip",
                "link",
                "add",
                here,
                "type",
                "veth",
                "peer",
                "name",
                there,
                "netns",
                other.taskId);
        run("ip", "addr", "add", address, "dev", here);
        run("ip", "link", "set", here, "up");
        other.run("ip", "addr", "add", otherAddress, "dev", there);
        other.run("ip", "link", "set", there, "up");
    }

    /** Ends the thread, and with it the namespace and everything in it. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
