package io.edgeipsec.api.resource;

import java.time.Instant;
import java.util.Map;

/**
 * All sessions at a glance.
 *
 * @param failed those that are enabled and down
 * @param traffic by session id; a session that is not in it has carried nothing
 */
public record SessionsOverview(
        int established,
        int failed,
        int degraded,
        TunnelTraffic total,
        Map<String, TunnelTraffic> traffic,
        Instant lastUpdate) {

    public SessionsOverview {
        traffic = Map.copyOf(traffic);
    }
}
