package io.edgeipsec.daemon.status;

import io.edgeipsec.api.port.SessionStatusSource;
import io.edgeipsec.api.resource.IPSecVPNIKESessionStatus;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import io.edgeipsec.api.resource.IPSecVPNTrafficCounters;
import io.edgeipsec.api.resource.IkeSessionState;
import io.edgeipsec.api.resource.SessionStatus;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The status of a session as the API shows it: the board's view with the kernel's counters. */
public final class SessionStatuses implements SessionStatusSource {
    private static final StatusBoard.View NOT_TAKEN_UP =
            new StatusBoard.View(false, false, "Negotiation not started", 0, 0, 0);

    private final StatusBoard board;
    private final Function<String, CompletionStage<IPSecVPNTrafficCounters>> traffic;
    private final Clock clock;

    public SessionStatuses(
            StatusBoard board,
            Function<String, CompletionStage<IPSecVPNTrafficCounters>> traffic,
            Clock clock) {
        this.board = board;
        this.traffic = traffic;
        this.clock = clock;
    }

    @Override
    public CompletionStage<IPSecVPNSessionStatus> status(IPSecVPNSession session) {
        return traffic.apply(session.id())
                .thenApply(
                        counters ->
                                status(
                                        session,
                                        board.view(session.id()).orElse(NOT_TAKEN_UP),
                                        counters));
    }

    private IPSecVPNSessionStatus status(
            IPSecVPNSession session, StatusBoard.View view, IPSecVPNTrafficCounters counters) {
        boolean allUp = view.ikeUp() && view.total() > 0 && view.up() == view.total();
        boolean allDown = view.up() == 0;
        IkeSessionState ike =
                view.ikeUp()
                        ? IkeSessionState.UP
                        : view.negotiating() ? IkeSessionState.NEGOTIATING : IkeSessionState.DOWN;
        return new IPSecVPNSessionStatus(
                session.id(),
                session.header().displayName(),
                allUp ? SessionStatus.UP : allDown ? SessionStatus.DOWN : SessionStatus.DEGRADED,
                new IPSecVPNIKESessionStatus(ike, view.reason()),
                view.total(),
                view.up(),
                view.failed(),
                counters,
                clock.instant());
    }
}
