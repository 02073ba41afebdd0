package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** INFORMATIONAL as the responder: deletions, error reports, liveness checks (RFC 7296 §1.4). */
public final class InformationalResponder implements RespondedExchange {
    private final ExchangeContext sa;

    public InformationalResponder(ExchangeContext sa) {
        this.sa = sa;
    }

    @Override
    public void onRequest(Received request) {
        IkeMessage message = request.message();
        List<DeletePayload> deletes = message.all(DeletePayload.class);
        Optional<NotifyPayload> error = message.error();
        boolean wholeSa = deletes.stream().anyMatch(d -> d.protocol().equals(ProtocolId.IKE));
        if (wholeSa) {
            // All Child SAs go with it, and the answer is empty (§1.4.1).
            sa.respond(List.of());
            sa.fail(deletedByPeer(error));
            return;
        }
        List<EspSpi> ours = new ArrayList<>();
        for (DeletePayload delete : deletes) {
            for (EspSpi theirs : delete.espSpis()) {
                close(theirs, ours);
            }
        }
        List<Payload> answer = ours.isEmpty() ? List.of() : List.of(DeletePayload.ofEsp(ours));
        sa.respond(answer);
        if (error.isPresent() && PeerErrors.endsIkeSa(error.get())) {
            sa.fail(PeerErrors.ofIkeSa(error.get(), peer(), List.of()));
        }
    }

    /** An SPI that we do not know is passed over; one that we are deleting too is not named. */
    private void close(EspSpi theirs, List<EspSpi> ours) {
        for (ChildSa child : sa.children()) {
            if (child.locator().outbound().equals(theirs)) {
                if (!sa.isBeingDeleted(child)) {
                    ours.add(child.locator().inbound());
                }
                sa.childClosed(
                        child,
                        new FailReason(
                                Kind.DELETED_BY_PEER, "peer " + peer() + " closed the tunnel"));
                return;
            }
        }
    }

    private FailReason deletedByPeer(Optional<NotifyPayload> error) {
        return error.filter(PeerErrors::endsIkeSa)
                .map(e -> PeerErrors.ofIkeSa(e, peer(), List.of()))
                .orElse(
                        new FailReason(
                                Kind.DELETED_BY_PEER, "peer " + peer() + " ended the IKE SA"));
    }

    private String peer() {
        return sa.path().remote().address().toString();
    }
}
