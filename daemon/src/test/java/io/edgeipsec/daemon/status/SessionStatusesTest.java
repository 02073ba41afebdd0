package io.edgeipsec.daemon.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import io.edgeipsec.api.resource.IPSecVPNTrafficCounters;
import io.edgeipsec.api.resource.IkeSessionState;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SessionStatusesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final IPSecVPNTrafficCounters CARRIED =
            new IPSecVPNTrafficCounters(1000, 2000, 10, 20, 0, 0);
    private static final FailReason SILENT =
            new FailReason(Kind.PEER_NEVER_ANSWERED, "203.0.113.9:500 never answered");

    private final IPSecVPNSession session = session("branch");
    private final StatusBoard board = new StatusBoard();
    private final SessionStatuses statuses =
            new SessionStatuses(
                    board,
                    id ->
                            id.equals("branch")
                                    ? CompletableFuture.completedStage(CARRIED)
                                    : CompletableFuture.failedStage(
                                            new IllegalArgumentException(id)),
                    Clock.fixed(NOW, ZoneOffset.UTC));

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
}
