package io.edgeipsec.daemon.store;

import java.util.List;

/**
 * Every stored session at one moment, in the order of ids.
 *
 * @param changeNumber the last change in it: a {@link io.edgeipsec.api.port.ConfigurationChange}
 *     with a number up to this one is contained
 */
public record IntentSnapshot(long changeNumber, ServiceIntent service, List<SessionIntent> sessions)
        implements AutoCloseable {

    public IntentSnapshot {
        sessions = List.copyOf(sessions);
    }

    @Override
    public void close() {
        sessions.forEach(SessionIntent::close);
    }
}
