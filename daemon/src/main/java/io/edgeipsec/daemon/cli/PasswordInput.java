package io.edgeipsec.daemon.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Reads a new password: from a terminal twice and without showing it, else one line of the standard
 * input. Never from the command line, which every user of the machine can see.
 */
final class PasswordInput {
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");

    private final InputStream in;

    PasswordInput(InputStream in) {
        this.in = in;
    }

    String read(String user) throws IOException {
        return isTerminal() ? ask(Objects.requireNonNull(System.console()), user) : readLine();
    }

    /** From JDK 22 on there is a console also where there is no terminal. */
    private static boolean isTerminal() throws IOException {
        String target = Files.readSymbolicLink(STANDARD_INPUT).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    }

    private static String ask(Console console, String user) throws IOException {
        char[] first = console.readPassword("New password of %s: ", user);
        char[] second = console.readPassword("Once more: ");
        if (first == null || second == null || !Arrays.equals(first, second)) {
            throw new IOException("the two are not the same; nothing was changed");
        }
        return new String(first);
    }

    private String readLine() throws IOException {
        String line =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
        if (line == null || line.isEmpty()) {
            throw new IOException("no password on the standard input");
        }
        return line;
    }
}
