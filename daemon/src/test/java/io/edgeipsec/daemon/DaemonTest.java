package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.daemon.testing.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process: what it logs, what signals do, and how it ends. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DaemonTest {
    private static final int KILLED_BY_TERM = 128 + 15;

    @TempDir private Path directory;
    private Site site;

    @BeforeEach
    void prepare() throws IOException {
        site = new Site(directory, 1, Site.freePort());
    }

    /** A running daemon and what it has printed. */
    private static final class Run implements AutoCloseable {
        final List<String> lines = new ArrayList<>();
        private final Process process;
        private final BufferedReader reader;

        Run(Site site, String... options) throws IOException {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Main.class.getName(),
                                    "--config",
                                    site.file().toString()));
            command.addAll(List.of(options));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            reader = process.inputReader(StandardCharsets.UTF_8);
        }

        /** Reads on until a line contains a text. */
        String await(String text) throws IOException {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (line.contains(text)) {
                    return line;
                }
            }
            throw new AssertionError("ended without " + text + ": " + lines);
        }

        /** TERM or KILL; by the handle, for {@link Process#destroy} would close the output too. */
        void signal(boolean kill) {
            ProcessHandle handle = process.toHandle();
            assertTrue(kill ? handle.destroyForcibly() : handle.destroy());
        }

        int end() throws IOException, InterruptedException {
            reader.lines().forEach(lines::add);
            return process.waitFor();
        }

        boolean printed(String text) {
            return lines.stream().anyMatch(line -> line.contains(text));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void termStopsItInOrder() throws Exception {
        try (Run run = new Run(site)) {
            run.await("event=daemon.ready");
            assertTrue(run.printed("event=kernel.memory"), "no data plane, loudly");
            site.put(2, "RESPOND_ONLY");
            assertTrue(site.status().contains("\"session_status\":\"DOWN\""));
            run.signal(false);
            assertEquals(KILLED_BY_TERM, run.end());
            assertTrue(run.printed("event=daemon.stopping on_stop=BLOCK"), run.lines::toString);
            assertFalse(run.printed("ERROR"), run.lines::toString);
            assertFalse(run.printed(SessionBuilder.SECRET));
            assertFalse(Files.exists(site.socket()), "nobody finds a dead socket");
        }
    }

    @Test
    void killedDaemonLeavesNothingThatStopsTheNext() throws Exception {
        try (Run run = new Run(site)) {
            run.await("event=daemon.ready");
            site.put(2, "RESPOND_ONLY");
            run.signal(true);
            run.end();
        }
        try (Run run = new Run(site)) {
            run.await("event=daemon.ready");
            assertTrue(site.status().contains("\"total_tunnels\":1"), "what was stored is there");
            run.signal(false);
            assertEquals(KILLED_BY_TERM, run.end());
        }
    }

    @Test
    void blockEndsByItself() throws Exception {
        try (Run run = new Run(site, "--block")) {
            assertEquals(0, run.end(), run.lines::toString);
            assertTrue(run.printed("event=daemon.blocked"));
        }
    }

    @Test
    void whatCannotStartEndsWithOneSentence() throws Exception {
        Files.writeString(site.stateDir(), "a file");
        try (Run run = new Run(site)) {
            run.await("edge-ipsecd: state_dir " + site.stateDir() + " cannot be used: ");
            assertEquals(1, run.end());
            assertFalse(run.printed("\tat "), "no stack trace");
        }
    }
}
