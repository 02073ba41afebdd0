package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.testing.RunningDaemon;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.daemon.testing.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @Test
    void termStopsItInOrder() throws Exception {
        try (RunningDaemon run = new RunningDaemon(site)) {
            run.await("event=daemon.ready");
            assertTrue(run.printed("event=kernel.memory"), "no data plane, loudly");
            site.put(2, "RESPOND_ONLY");
            assertTrue(site.status().contains("\"session_status\":\"DOWN\""));
            run.terminate();
            assertEquals(KILLED_BY_TERM, run.end());
            assertTrue(run.printed("event=daemon.stopping on_stop=BLOCK"), run::output);
            assertFalse(run.printed("ERROR"), run::output);
            assertFalse(run.printed(SessionBuilder.SECRET));
            assertFalse(Files.exists(site.socket()), "nobody finds a dead socket");
        }
    }

    @Test
    void killedDaemonLeavesNothingThatStopsTheNext() throws Exception {
        try (RunningDaemon run = new RunningDaemon(site)) {
            run.await("event=daemon.ready");
            site.put(2, "RESPOND_ONLY");
            run.kill();
            run.end();
        }
        try (RunningDaemon run = new RunningDaemon(site)) {
            run.await("event=daemon.ready");
            assertTrue(site.status().contains("\"total_tunnels\":1"), "what was stored is there");
            run.terminate();
            assertEquals(KILLED_BY_TERM, run.end());
        }
    }

    @Test
    void blockEndsByItself() throws Exception {
        try (RunningDaemon run = new RunningDaemon(site, "--block")) {
            assertEquals(0, run.end(), run::output);
            assertTrue(run.printed("event=daemon.blocked"));
        }
    }

    @Test
    void whatCannotStartEndsWithOneSentence() throws Exception {
        Files.writeString(site.stateDir(), "a file");
        try (RunningDaemon run = new RunningDaemon(site)) {
            run.await("edge-ipsecd: state_dir " + site.stateDir() + " cannot be used: ");
            assertEquals(1, run.end());
            assertFalse(run.printed("\tat "), "no stack trace");
        }
    }
}
