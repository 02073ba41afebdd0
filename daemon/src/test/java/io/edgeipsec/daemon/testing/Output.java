package io.edgeipsec.daemon.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command line prints, and how it ends. */
public final class Output {
    private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
    private final PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8);

    /** A command line. */
    @FunctionalInterface
    public interface Command {
        int run(PrintStream out, PrintStream err, String... arguments);
    }

    /** Runs it and gives the exit status. */
    public int of(Command command, String... arguments) {
        outBytes.reset();
        errBytes.reset();
        return command.run(out, err, arguments);
    }

    public String out() {
        return outBytes.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return errBytes.toString(StandardCharsets.UTF_8);
    }
}
