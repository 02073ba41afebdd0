package io.edgeipsec.api.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names an event. Ids grow: with the sequence within a run of the daemon, with the run beyond it.
 *
 * @param run greater than that of every earlier run on the same store
 * @param sequence counts from 1; 0 stands before the first event
 */
public record EventId(long run, long sequence) {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

    /** The id that was written so; empty if none was. */
    static Optional<EventId> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new EventId(
                                Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return run + "-" + sequence;
    }
}
