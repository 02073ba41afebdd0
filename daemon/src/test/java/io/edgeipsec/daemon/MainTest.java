package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.edgeipsec.daemon.testing.LogCapture;
import io.edgeipsec.daemon.testing.Output;
import io.edgeipsec.daemon.testing.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MainTest {
    @TempDir private Path directory;
    private final Output output = new Output();

    private int check(String config) throws IOException {
        Path file = Files.writeString(directory.resolve("edge-ipsecd.yaml"), config);
        return output.of(Main::run, "--check", "--config", file.toString());
    }

    @Test
    void validConfigurationIsSaidToBe() throws IOException {
        assertEquals(0, check("log_level: debug\nike:\n  port: 1500\n"));
        assertEquals(directory.resolve("edge-ipsecd.yaml") + ": valid\n", output.out());
        assertEquals("", output.err());
    }

    @Test
    void everyWrongKeyIsNamedWithItsPlace() throws IOException {
        assertEquals(2, check("ike:\n  port: 99999\n  prot: 1\nkernel: windows\n"));
        assertEquals("", output.out());
        String errors = output.err();
        assertEquals(3, errors.lines().count(), errors);
        assertTrue(errors.contains("edge-ipsecd.yaml:2:9: ike.port"), errors);
        assertTrue(errors.contains("edge-ipsecd.yaml:3:3: "), errors);
        assertTrue(errors.contains("ike.prot"), errors);
        assertTrue(errors.contains("edge-ipsecd.yaml:4:9: kernel"), errors);
    }

    @Test
    void missingFileIsOneSentence() {
        String file = directory.resolve("none.yaml").toString();
        assertEquals(1, output.of(Main::run, "--check", "--config", file));
        assertEquals(
                "edge-ipsecd: the configuration cannot be read: "
                        + file
                        + ": no such file or directory\n",
                output.err());
    }

    @Test
    void directoryIsNoConfiguration() {
        assertEquals(1, output.of(Main::run, "--check", "--config", directory.toString()));
        assertTrue(output.err().startsWith("edge-ipsecd: the configuration cannot be read: "));
        assertEquals(1, output.err().lines().count());
    }

    @Test
    void whatCannotStartIsOneSentence() throws IOException {
        Site site = new Site(directory, 1, Site.freePort());
        Files.writeString(site.stateDir(), "a file");
        try (LogCapture log = new LogCapture(Level.INFO)) {
            assertEquals(1, output.of(Main::run, "--block", "--config", site.file().toString()));
            assertTrue(output.err().startsWith("edge-ipsecd: state_dir "), output.err());
            assertEquals(1, output.err().lines().count(), output.err());
            assertTrue(log.lines().toString().contains("there is no data plane"));
        }
    }

    @Test
    void helpNamesEveryOptionAndStatus() {
        assertEquals(0, output.of(Main::run, "--help"));
        for (String word :
                new String[] {
                    "--config", "--check", "--flush", "--block", "--self-test", "Exit status:"
                }) {
            assertTrue(output.out().contains(word), word);
        }
        assertEquals(0, output.of(Main::run, "--version"));
        assertEquals("edge-ipsecd " + Version.text() + "\n", output.out());
    }

    @Test
    void unknownOptionIsWrongUse() {
        assertEquals(2, output.of(Main::run, "--chek"));
        assertTrue(output.err().contains("Unknown option: '--chek'"), output.err());
        assertTrue(output.err().contains("Possible solutions: --check"), output.err());
        assertEquals(2, output.of(Main::run, "--nonsense"));
        assertTrue(output.err().contains("Usage: edge-ipsecd"), output.err());
    }

    @Test
    void selfTestPasses() {
        try (LogCapture log = new LogCapture(Level.WARN)) {
            assertEquals(0, output.of(Main::run, "--self-test"), output::err);
            assertTrue(output.out().contains("IKEv2 with a second one on loopback: up"));
            assertTrue(output.out().contains("self-test passed in "), output.out());
            assertTrue(log.lines().stream().noneMatch(line -> line.startsWith("ERROR")));
        }
    }
}
