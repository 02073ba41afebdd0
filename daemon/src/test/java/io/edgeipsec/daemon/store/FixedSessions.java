package io.edgeipsec.daemon.store;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.RunningSessions;
import io.edgeipsec.api.port.SessionAction;
import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.IPSecVPNIKESessionStatus;
import io.edgeipsec.api.resource.IPSecVPNPolicyTrafficStatistics;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionState;
import io.edgeipsec.api.resource.IPSecVPNSessionStatistics;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import io.edgeipsec.api.resource.IPSecVPNTrafficCounters;
import io.edgeipsec.api.resource.IPSecVPNTunnelTrafficStatistics;
import io.edgeipsec.api.resource.IkeSessionState;
import io.edgeipsec.api.resource.MultiPathGroupStatus;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.api.resource.SessionsOverview;
import io.edgeipsec.api.resource.TunnelInterface;
import io.edgeipsec.api.resource.TunnelTraffic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Sessions that are negotiating for ever, in the place of a data plane. */
public final class FixedSessions implements RunningSessions {
    static final TunnelTraffic CARRIED = new TunnelTraffic(1000, 2000, 10, 20, 3, 4);
    private static final Instant NOW = Instant.ofEpochMilli(1_522_734_083_907L);

    /** The sessions whose counters were reset. */
    final ConcurrentLinkedQueue<String> reset = new ConcurrentLinkedQueue<>();

    @Override
    public CompletionStage<IPSecVPNSessionStatus> status(IPSecVPNSession session) {
        return CompletableFuture.completedStage(statusOf(session));
    }

    private static IPSecVPNSessionStatus statusOf(IPSecVPNSession session) {
        return new IPSecVPNSessionStatus(
                session.id(),
                session.displayName(),
                SessionStatus.DOWN,
                new IPSecVPNIKESessionStatus(IkeSessionState.NEGOTIATING, "Unknown"),
                1,
                0,
                0,
                IPSecVPNTrafficCounters.of(CARRIED),
                NOW);
    }

    @Override
    public CompletionStage<IPSecVPNSessionStatistics> statistics(IPSecVPNSession session) {
        return CompletableFuture.completedStage(
                new IPSecVPNSessionStatistics(
                        statusOf(session),
                        List.of(
                                new IPSecVPNPolicyTrafficStatistics(
                                        "rule-1",
                                        false,
                                        List.of(
                                                new IPSecVPNTunnelTrafficStatistics(
                                                        "10.1.0.0/24",
                                                        "10.2.0.0/24",
                                                        IkeSessionState.NEGOTIATING,
                                                        "IKE SA down",
                                                        CARRIED))))));
    }

    /** Knows no request. */
    @Override
    public CompletionStage<IPSecVPNSessionState> state(
            IPSecVPNSession session, Optional<String> requestId) {
        return CompletableFuture.completedStage(
                requestId
                        .map(
                                id ->
                                        new IPSecVPNSessionState(
                                                IPSecVPNSessionState.State.UNKNOWN,
                                                "what is " + id))
                        .orElse(new IPSecVPNSessionState(IPSecVPNSessionState.State.SUCCESS, "")));
    }

    /** Knows that of a session called "r". */
    @Override
    public Optional<TunnelInterface> tunnelInterface(String session) {
        return session.equals("r")
                ? Optional.of(new TunnelInterface("ipsec1", 1438))
                : Optional.empty();
    }

    @Override
    public CompletionStage<Void> resetStatistics(String session) {
        reset.add(session);
        return CompletableFuture.completedStage(null);
    }

    /** Refuses what is for a session called "off". */
    @Override
    public CompletionStage<String> act(IPSecVPNSession session, SessionAction action) {
        return session.id().equals("off")
                ? CompletableFuture.failedStage(
                        new ApiException(ErrorCode.NOT_POSSIBLE_NOW, "off is disabled; enable it"))
                : CompletableFuture.completedStage(action + " begins");
    }

    @Override
    public CompletionStage<MultiPathGroupStatus> status(IPSecMultiPathGroup group) {
        return CompletableFuture.completedStage(
                new MultiPathGroupStatus(
                        group.id(),
                        group.displayName(),
                        group.enabled(),
                        0x4580_0001,
                        true,
                        "",
                        List.of(
                                new MultiPathGroupStatus.Member("a", "vpn1", true),
                                new MultiPathGroupStatus.Member("b", "vpn2", false)),
                        NOW));
    }

    @Override
    public CompletionStage<SessionsOverview> overview() {
        return CompletableFuture.completedStage(
                new SessionsOverview(1, 2, 3, CARRIED, Map.of("a", CARRIED), NOW));
    }
}
