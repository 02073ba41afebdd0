package io.edgeipsec.daemon.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A daemon in a process of its own, and what it has printed. */
public final class RunningDaemon implements AutoCloseable {
    private final List<String> lines = new ArrayList<>();
    private final Process process;
    private final BufferedReader reader;

    /** Starts one for a site, with these options beside the configuration. */
    public RunningDaemon(Site site, String... options) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                // Tests start it often and never let it run for long.
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx128m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.edgeipsec.daemon.Main",
                                "--config",
                                site.file().toString()));
        command.addAll(List.of(options));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Reads on until a line contains a text. */
    public String await(String text) throws IOException {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.add(line);
            if (line.contains(text)) {
                return line;
            }
        }
        throw new AssertionError("ended without " + text + ": " + lines);
    }

    /** Asks it to stop. By the handle: {@link Process#destroy} would close the output too. */
    public void terminate() {
        assertTrue(process.toHandle().destroy());
    }

    /** Ends it between two of its instructions. */
    public void kill() {
        assertTrue(process.toHandle().destroyForcibly());
    }

    /** Reads the rest of the output and gives the exit status. */
    public int end() throws IOException, InterruptedException {
        reader.lines().forEach(lines::add);
        return process.waitFor();
    }

    public boolean printed(String text) {
        return lines.stream().anyMatch(line -> line.contains(text));
    }

    /** All that it has printed so far. */
    public String output() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
