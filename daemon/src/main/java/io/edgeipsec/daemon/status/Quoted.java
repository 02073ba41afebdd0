package io.edgeipsec.daemon.status;

/**
 * Text of somebody else's in a log line: in quotes, which it cannot leave, and on one line, so that
 * no peer writes an event of its own. Any thread.
 */
final class Quoted {
    /** Two identities and two lists of proposals fit. */
    private static final int MAX_LENGTH = 2000;

    private Quoted() {}

    static String quoted(Object value) {
        String text = String.valueOf(value);
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < Math.min(text.length(), MAX_LENGTH); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (isShown(c)) {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return out.append(text.length() > MAX_LENGTH ? "...\"" : "\"").toString();
    }

    /** Format characters can turn the direction of what follows, or hide it. */
    private static boolean isShown(char c) {
        int type = Character.getType(c);
        return !Character.isISOControl(c)
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && type != Character.UNASSIGNED;
    }
}
