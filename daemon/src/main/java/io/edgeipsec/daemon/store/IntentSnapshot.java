package io.edgeipsec.daemon.store;

import java.util.List;

/**
 * Every stored session, and multiple-path group, at one moment, in the order of ids.
 *
 * @param changeNumber the last change in it: a {@link io.edgeipsec.api.port.ConfigurationChange}
 *     with a number up to this one is contained
 */
public record IntentSnapshot(
        long changeNumber,
        ServiceIntent service,
        List<SessionIntent> sessions,
        List<MultiPathGroupIntent> groups)
        implements AutoCloseable {

    public IntentSnapshot {
        sessions = List.copyOf(sessions);
        groups = List.copyOf(groups);
    }

    @Override
    public void close() {
        sessions.forEach(SessionIntent::close);
    }
}
