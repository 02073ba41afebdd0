package io.edgeipsec.daemon.status;

import io.edgeipsec.api.port.SessionStatusSource;
import io.edgeipsec.api.resource.IPSecVPNIKESessionStatus;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import io.edgeipsec.api.resource.IPSecVPNTrafficCounters;
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
        return new IPSecVPNSessionStatus(
                session.id(),
                session.header().displayName(),
                view.status(),
                new IPSecVPNIKESessionStatus(view.ikeState(), view.reason()),
                view.total(),
                view.up(),
                view.failed(),
                counters,
                clock.instant());
    }
}
