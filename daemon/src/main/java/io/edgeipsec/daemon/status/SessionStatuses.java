package io.edgeipsec.daemon.status;

import io.edgeipsec.api.port.RunningSessions;
import io.edgeipsec.api.port.SessionAction;
import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.IPSecVPNIKESessionStatus;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNPolicyTrafficStatistics;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionState;
import io.edgeipsec.api.resource.IPSecVPNSessionStatistics;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import io.edgeipsec.api.resource.IPSecVPNTrafficCounters;
import io.edgeipsec.api.resource.IPSecVPNTunnelTrafficStatistics;
import io.edgeipsec.api.resource.IkeSessionState;
import io.edgeipsec.api.resource.MultiPathGroupStatus;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.api.resource.SessionsOverview;
import io.edgeipsec.api.resource.TunnelInterface;
import io.edgeipsec.api.resource.TunnelTraffic;
import io.edgeipsec.daemon.reconcile.Blueprints;
import io.edgeipsec.daemon.status.TrafficSource.SessionTraffic;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.MultiPathGroupIntent;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Sessions as the API shows them: the board's view with the kernel's counters. */
public final class SessionStatuses implements RunningSessions {
    private static final StatusBoard.View NOT_TAKEN_UP =
            new StatusBoard.View(false, false, "Negotiation not started", 0, 0, 0);

    private static final StatusBoard.Tunnel RULE_DISABLED =
            new StatusBoard.Tunnel(IkeSessionState.DOWN, "Rule disabled");

    private static final String ANY = "0.0.0.0/0";

    private final StatusBoard board;
    private final TrafficSource traffic;
    private final SessionStates states;
    private final IntentReader intents;
    private final BiFunction<IPSecVPNSession, SessionAction, CompletionStage<String>> actions;
    private final Clock clock;

    public SessionStatuses(
            StatusBoard board,
            TrafficSource traffic,
            IntentReader intents,
            BiFunction<IPSecVPNSession, SessionAction, CompletionStage<String>> actions,
            Clock clock) {
        this.board = board;
        this.traffic = traffic;
        this.states = new SessionStates(board, intents);
        this.intents = intents;
        this.actions = actions;
        this.clock = clock;
    }

    @Override
    public CompletionStage<IPSecVPNSessionStatus> status(IPSecVPNSession session) {
        return traffic.traffic(session.id()).thenApply(carried -> status(session, carried));
    }

    private IPSecVPNSessionStatus status(IPSecVPNSession session, SessionTraffic carried) {
        StatusBoard.View view = board.view(session.id()).orElse(NOT_TAKEN_UP);
        return new IPSecVPNSessionStatus(
                session.id(),
                session.header().displayName(),
                view.status(),
                new IPSecVPNIKESessionStatus(view.ikeState(), view.reason()),
                view.total(),
                view.up(),
                view.failed(),
                IPSecVPNTrafficCounters.of(carried.total()),
                clock.instant());
    }

    @Override
    public CompletionStage<IPSecVPNSessionStatistics> statistics(IPSecVPNSession session) {
        return traffic.traffic(session.id())
                .thenApply(
                        carried ->
                                new IPSecVPNSessionStatistics(
                                        status(session, carried), policies(session, carried)));
    }

    private List<IPSecVPNPolicyTrafficStatistics> policies(
            IPSecVPNSession session, SessionTraffic carried) {
        Map<String, StatusBoard.Tunnel> tunnels = board.tunnels(session.id());
        List<IPSecVPNPolicyTrafficStatistics> policies = new ArrayList<>();
        if (session instanceof PolicyBasedIPSecVPNSession policyBased) {
            for (IPSecVPNPolicyRule rule : policyBased.policyRules()) {
                policies.add(statistics(session, rule, carried, tunnels));
            }
        } else if (session instanceof RouteBasedIPSecVPNSession routeBased) {
            StatusBoard.Tunnel tunnel = tunnels.get(Blueprints.TUNNEL);
            policies.add(
                    new IPSecVPNPolicyTrafficStatistics(
                            routeBased.tunnelPort().id(),
                            true,
                            List.of(
                                    tunnel(
                                            ANY,
                                            ANY,
                                            tunnel == null ? idle(session) : tunnel,
                                            carried.of(Optional.of(Blueprints.TUNNEL))))));
        }
        return policies;
    }

    private static IPSecVPNPolicyTrafficStatistics statistics(
            IPSecVPNSession session,
            IPSecVPNPolicyRule rule,
            SessionTraffic carried,
            Map<String, StatusBoard.Tunnel> tunnels) {
        List<IPSecVPNTunnelTrafficStatistics> ofRule = new ArrayList<>();
        for (SelectorPair pair : rule.pairs()) {
            Optional<String> child = Optional.ofNullable(carried.children().get(pair));
            ofRule.add(
                    tunnel(
                            pair.source().toString(),
                            pair.destination().toString(),
                            child.map(tunnels::get)
                                    .orElse(rule.enabled() ? idle(session) : RULE_DISABLED),
                            carried.of(child)));
        }
        return new IPSecVPNPolicyTrafficStatistics(rule.id(), false, ofRule);
    }

    private static StatusBoard.Tunnel idle(IPSecVPNSession session) {
        return new StatusBoard.Tunnel(
                IkeSessionState.DOWN,
                session.settings().enabled() ? "Negotiation not started" : "Session disabled");
    }

    private static IPSecVPNTunnelTrafficStatistics tunnel(
            String local, String peer, StatusBoard.Tunnel tunnel, TunnelTraffic carried) {
        return new IPSecVPNTunnelTrafficStatistics(
                local, peer, tunnel.state(), tunnel.reason(), carried);
    }

    @Override
    public CompletionStage<IPSecVPNSessionState> state(
            IPSecVPNSession session, Optional<String> requestId) {
        return states.state(session, requestId);
    }

    @Override
    public Optional<TunnelInterface> tunnelInterface(String session) {
        return board.tunnelInterface(session);
    }

    @Override
    public CompletionStage<Void> resetStatistics(String session) {
        return traffic.resetTraffic(session);
    }

    @Override
    public CompletionStage<String> act(IPSecVPNSession session, SessionAction action) {
        return actions.apply(session, action);
    }

    @Override
    public CompletionStage<MultiPathGroupStatus> status(IPSecMultiPathGroup group) {
        return board.groups()
                .view(group.id())
                .map(view -> CompletableFuture.completedStage(status(group, view)))
                .orElseGet(() -> notTakenUp(group));
    }

    private CompletionStage<MultiPathGroupStatus> notTakenUp(IPSecMultiPathGroup group) {
        return intents.multiPathGroup(group.id())
                .thenApply(
                        intent ->
                                status(
                                        group,
                                        new GroupBoard.View(
                                                intent.map(MultiPathGroupIntent::number)
                                                        .map(KernelNumbers::nexthopGroup)
                                                        .orElse(0),
                                                false,
                                                "",
                                                List.of())));
    }

    private MultiPathGroupStatus status(IPSecMultiPathGroup group, GroupBoard.View view) {
        return new MultiPathGroupStatus(
                group.id(),
                group.displayName(),
                group.enabled(),
                view.nexthopGroupId(),
                view.installed(),
                view.refusal(),
                view.members(),
                clock.instant());
    }

    @Override
    public CompletionStage<SessionsOverview> overview() {
        return traffic.trafficOfAll().thenApply(this::overview);
    }

    private SessionsOverview overview(Map<String, TunnelTraffic> carried) {
        Map<SessionStatus, Integer> counts = board.counts();
        return new SessionsOverview(
                counts.getOrDefault(SessionStatus.UP, 0),
                counts.getOrDefault(SessionStatus.DOWN, 0),
                counts.getOrDefault(SessionStatus.DEGRADED, 0),
                carried.values().stream().reduce(TunnelTraffic.NONE, TunnelTraffic::plus),
                carried,
                clock.instant());
    }
}
