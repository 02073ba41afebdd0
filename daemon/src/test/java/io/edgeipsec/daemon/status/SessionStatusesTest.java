package io.edgeipsec.daemon.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import io.edgeipsec.api.resource.IPSecVPNTrafficCounters;
import io.edgeipsec.api.resource.IkeSessionState;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.api.resource.SessionsOverview;
import io.edgeipsec.api.resource.TunnelTraffic;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEvent;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SessionStatusesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final IPSecVPNTrafficCounters CARRIED =
            new IPSecVPNTrafficCounters(1000, 2000, 10, 20, 7, 0);
    private static final FailReason SILENT =
            new FailReason(Kind.PEER_NEVER_ANSWERED, "203.0.113.9:500 never answered");

    private final IPSecVPNSession session = session("branch");
    private final StatusBoard board = new StatusBoard();

    /** States are seen over a control, in its tests. */
    private static final IntentReader NO_STORE =
            (IntentReader)
                    Proxy.newProxyInstance(
                            IntentReader.class.getClassLoader(),
                            new Class<?>[] {IntentReader.class},
                            (proxy, method, arguments) -> {
                                throw new UnsupportedOperationException(method.getName());
                            });

    private final FixedTraffic traffic = new FixedTraffic();
    private final SessionStatuses statuses =
            new SessionStatuses(
                    board,
                    traffic,
                    NO_STORE,
                    (id, action) -> CompletableFuture.completedStage("begun"),
                    Clock.fixed(NOW, ZoneOffset.UTC));

    SessionStatusesTest() {
        traffic.sessions.put(
                "branch",
                new TrafficSource.SessionTraffic(
                        new TunnelTraffic(1000, 2000, 10, 20, 3, 4),
                        Map.of(
                                "p1", new TunnelTraffic(600, 2000, 6, 20, 3, 0),
                                "p2", new TunnelTraffic(300, 0, 3, 0, 0, 4)),
                        Map.of(pair("10.1.0.0/24"), "p1", pair("10.1.1.0/24"), "p2")));
    }

    private static SelectorPair pair(String source) {
        return new SelectorPair(Ipv4Subnet.parse(source), Ipv4Subnet.parse("10.7.0.0/16"));
    }

    private static IPSecVPNSession session(String id) {
        return SessionBuilder.policyBased(id)
                .displayName("to " + id)
                .rule("10.1.0.0/24 10.1.1.0/24", "10.7.0.0/16")
                .session();
    }

    /** In a line: session status, IKE state, tunnels that are there, up and failed, reason. */
    private String after(IkeEvent... events) {
        for (IkeEvent event : events) {
            event.deliverTo(board);
        }
        IPSecVPNSessionStatus status = statuses.status(session).toCompletableFuture().join();
        return "%s, IKE %s, %d/%d/%d %s"
                .formatted(
                        status.sessionStatus(),
                        status.ikeStatus().ikeSessionState(),
                        status.totalTunnels(),
                        status.negotiatedTunnels(),
                        status.failedTunnels(),
                        status.ikeStatus().failReason());
    }

    @Test
    void storedButNotTakenUpYet() {
        assertEquals(
                new IPSecVPNSessionStatus(
                        "branch",
                        "to branch",
                        SessionStatus.DOWN,
                        new io.edgeipsec.api.resource.IPSecVPNIKESessionStatus(
                                IkeSessionState.DOWN, "Negotiation not started"),
                        0,
                        0,
                        0,
                        CARRIED,
                        NOW),
                statuses.status(session).toCompletableFuture().join());
    }

    @Test
    void downThenDegradedThenUp() {
        board.configure("branch", true, List.of("p1", "p2"));
        assertEquals(
                "DOWN, IKE NEGOTIATING, 2/0/0 " + SILENT,
                after(Events.started(), Events.failed(SILENT, Optional.of(Duration.ofSeconds(5)))));
        assertEquals("DOWN, IKE UP, 2/0/0 ", after(Events.ikeUp(1)));
        assertEquals(
                "DEGRADED, IKE UP, 2/1/1 " + SILENT,
                after(Events.childUp("p1", 16), Events.childFailed("p2", SILENT)));
        assertEquals("UP, IKE UP, 2/2/0 ", after(Events.childUp("p2", 18)));
        assertEquals("DEGRADED, IKE DOWN, 2/2/0 " + SILENT, after(Events.ikeClosed(1, SILENT)));
    }

    @Test
    void sessionWithoutTunnelsIsNeverUp() {
        board.configure("branch", true, List.of());
        assertEquals("DOWN, IKE UP, 0/0/0 ", after(Events.ikeUp(1)));
        board.configure("branch", false, List.of());
        assertTrue(after().endsWith("Session disabled"));
    }

    @Test
    void withoutTheKernelsAnswerThereIsNone() {
        assertTrue(
                statuses.status(session("other")).toCompletableFuture().isCompletedExceptionally(),
                "rather than zeros");
    }

    private String tunnels() {
        return statuses.statistics(session).toCompletableFuture().join().policies().stream()
                .flatMap(policy -> policy.tunnels().stream())
                .map(
                        tunnel ->
                                "%s %s%s %d/%d"
                                        .formatted(
                                                tunnel.localSubnet(),
                                                tunnel.status(),
                                                tunnel.downReason().isEmpty()
                                                        ? ""
                                                        : " (" + tunnel.downReason() + ")",
                                                tunnel.traffic().packetsIn(),
                                                tunnel.traffic().packetsOut()))
                .collect(Collectors.joining(", "));
    }

    @Test
    void eachTunnelTellsWhatItCarriesAndWhyItIsDown() {
        assertEquals(
                "10.1.0.0/24 DOWN (Negotiation not started) 6/20,"
                        + " 10.1.1.0/24 DOWN (Negotiation not started) 3/0",
                tunnels());
        board.configure("branch", true, List.of("p1", "p2"));
        after(Events.started());
        assertEquals(
                "10.1.0.0/24 NEGOTIATING (IKE SA down) 6/20,"
                        + " 10.1.1.0/24 NEGOTIATING (IKE SA down) 3/0",
                tunnels());
        after(Events.ikeUp(1), Events.childUp("p1", 16), Events.childFailed("p2", SILENT));
        assertEquals("10.1.0.0/24 UP 6/20, 10.1.1.0/24 DOWN (" + SILENT + ") 3/0", tunnels());
        after(Events.childClosed("p1", 16, SILENT), Events.ikeClosed(1, SILENT));
        assertEquals(
                "10.1.0.0/24 DOWN (" + SILENT + ") 6/20, 10.1.1.0/24 DOWN (" + SILENT + ") 3/0",
                tunnels());
    }

    @Test
    void overviewCountsWhatIsEnabled() {
        board.configure("branch", true, List.of("p1", "p2"));
        board.configure("silent", true, List.of("p3"));
        board.configure("off", false, List.of());
        after(Events.ikeUp(1), Events.childUp("p1", 16));
        SessionsOverview overview = statuses.overview().toCompletableFuture().join();
        assertEquals(0, overview.established());
        assertEquals(1, overview.degraded());
        assertEquals(1, overview.failed(), "the silent one, not the one that is off");
        assertEquals(10, overview.total().packetsIn());
        assertEquals(
                20, overview.traffic().getOrDefault("branch", TunnelTraffic.NONE).packetsOut());
        after(Events.childUp("p2", 18));
        assertEquals(1, statuses.overview().toCompletableFuture().join().established());
    }
}
