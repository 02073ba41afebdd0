package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import java.time.Duration;

/** A peer's silence in words, by when it set in. */
final class Silence {
    private Silence() {}

    static FailReason neverAnswered(Endpoint peer, int transmissions) {
        return new FailReason(
                Kind.PEER_NEVER_ANSWERED,
                "no answer from %s to IKE_SA_INIT, sent %d times; check the address, the route and"
                                .formatted(peer, transmissions)
                        + " firewalls (UDP "
                        + peer.port()
                        + ")");
    }

    static FailReason duringAuthentication(Endpoint peer, int transmissions) {
        return new FailReason(
                Kind.PEER_STOPPED_ANSWERING,
                "%s answered IKE_SA_INIT but not IKE_AUTH, sent %d times; check firewalls (UDP %d)"
                                .formatted(peer, transmissions, peer.port())
                        + " and the peer's log");
    }

    static FailReason established(Endpoint peer, int transmissions, Duration silence) {
        return new FailReason(
                Kind.PEER_STOPPED_ANSWERING,
                "%s did not answer %d messages; last heard %d s ago"
                        .formatted(peer, transmissions, silence.toSeconds()));
    }

    static FailReason halfOpen(Endpoint peer) {
        return new FailReason(
                Kind.PEER_STOPPED_ANSWERING, "peer " + peer + " began and did not go on");
    }
}
