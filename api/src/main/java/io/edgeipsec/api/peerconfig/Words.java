package io.edgeipsec.api.peerconfig;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the formats share: comments, and lists of words. */
final class Words {
    private static final int MAX_COMMENT = 200;

    /** What every configuration says of itself. */
    static final String SECRET =
            "This text contains secrets: hand it over as you would a password.";

    private Words() {}

    /** Other people's words, in which nothing can end a comment or a line. */
    static String comment(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
        return line.length() <= MAX_COMMENT ? line : line.substring(0, MAX_COMMENT) + "...";
    }

    static <T> String join(List<T> items, String separator, Function<T, String> word) {
        return items.stream().map(word).collect(Collectors.joining(separator));
    }

    /** The beginning of each configuration. */
    static void head(StringBuilder text, PeerSetup setup, String mark, String what) {
        text.append(mark)
                .append(' ')
                .append(what)
                .append(" for the other side of IPSec VPN session ");
        text.append(comment(setup.session().displayName())).append('\n');
        if (!setup.byCertificate()) {
            text.append(mark).append(' ').append(SECRET).append('\n');
        }
        if (!setup.session().settings().enabled()) {
            text.append(mark)
                    .append(" The session is disabled: nothing answers until it is enabled.\n");
        }
    }
}
