package io.edgeipsec.daemon.status;

import io.edgeipsec.api.resource.TunnelTraffic;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Traffic as the test says; a session that it says nothing of cannot be read. */
final class FixedTraffic implements TrafficSource {
    final Map<String, SessionTraffic> sessions = new HashMap<>();

    @Override
    public CompletionStage<SessionTraffic> traffic(String session) {
        return Optional.ofNullable(sessions.get(session))
                .map(CompletableFuture::completedStage)
                .orElseGet(
                        () -> CompletableFuture.failedStage(new IllegalArgumentException(session)));
    }

    @Override
    public CompletionStage<Map<String, TunnelTraffic>> trafficOfAll() {
        Map<String, TunnelTraffic> all = new HashMap<>();
        sessions.forEach((id, traffic) -> all.put(id, traffic.total()));
        return CompletableFuture.completedStage(all);
    }

    @Override
    public CompletionStage<Void> resetTraffic(String session) {
        sessions.put(session, SessionTraffic.NONE);
        return CompletableFuture.completedStage(null);
    }
}
