package io.edgeipsec.api.resource;

import java.time.Instant;

/** What a session does right now, as far as the daemon knows it at {@code lastUpdate}. */
public record IPSecVPNSessionStatus(
        String sessionId,
        String displayName,
        SessionStatus sessionStatus,
        IPSecVPNIKESessionStatus ikeStatus,
        int totalTunnels,
        int negotiatedTunnels,
        int failedTunnels,
        IPSecVPNTrafficCounters aggregateTrafficCounters,
        Instant lastUpdate) {}
