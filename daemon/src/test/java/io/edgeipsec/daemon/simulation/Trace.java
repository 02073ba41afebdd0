package io.edgeipsec.daemon.simulation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** All that happened, of which the end is kept to be read and the whole as a digest. */
final class Trace {
    /** What somebody reads to the beginning of a story. */
    private static final int KEPT = 20_000;

    private final Timeline timeline;
    private final MessageDigest digest = sha256();
    private final Deque<String> lines = new ArrayDeque<>();
    private long written;

    Trace(Timeline timeline) {
        this.timeline = timeline;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code who} is a gateway, or what plays with them. */
    void add(String who, String what) {
        String line = timeline.now() + " " + who + " " + what;
        digest.update(line.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        written++;
        if (lines.size() == KEPT) {
            lines.remove();
        }
        lines.add(line);
    }

    /** The same for the same trace, octet by octet. */
    String fingerprint() {
        try {
            MessageDigest soFar = (MessageDigest) digest.clone();
            return HexFormat.of().formatHex(soFar.digest(), 0, 16) + "/" + written;
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The last lines, with seconds instead of nanoseconds. */
    List<String> last(int count) {
        return lines.stream().skip(Math.max(0, lines.size() - count)).map(Trace::readable).toList();
    }

    private static String readable(String line) {
        int space = line.indexOf(' ');
        double seconds = Long.parseLong(line.substring(0, space)) / 1e9;
        return String.format(Locale.ROOT, "%12.6f %s", seconds, line.substring(space + 1));
    }
}
