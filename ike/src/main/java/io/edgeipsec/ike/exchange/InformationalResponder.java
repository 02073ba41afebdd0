package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
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
        List<ChildSa> deleted =
                deletes.stream()
                        .flatMap(delete -> delete.espSpis().stream())
                        .flatMap(theirs -> known(theirs).stream())
                        .distinct()
                        .toList();
        // One that we are deleting too is not named (§1.4.1).
        List<EspSpi> ours =
                deleted.stream()
                        .filter(child -> !sa.isBeingDeleted(child))
                        .map(child -> child.locator().inbound())
                        .toList();
        deleted.forEach(sa::childClosing);
        stopSending(deleted, 0, () -> answer(deleted, ours, error));
    }

    /** An SPI that we do not know is passed over. */
    private Optional<ChildSa> known(EspSpi theirs) {
        return sa.children().stream()
                .filter(child -> child.locator().outbound().equals(theirs))
                .findFirst();
    }

    /** The peer receives by them until it has our answer, and not any longer. */
    private void stopSending(List<ChildSa> deleted, int from, Runnable then) {
        if (from == deleted.size()) {
            then.run();
        } else {
            sa.world()
                    .stopSending(
                            deleted.get(from).locator(),
                            /* deletedByPeer= */ true,
                            () -> stopSending(deleted, from + 1, then));
        }
    }

    private void answer(List<ChildSa> deleted, List<EspSpi> ours, Optional<NotifyPayload> error) {
        FailReason reason =
                new FailReason(Kind.DELETED_BY_PEER, "peer " + peer() + " closed the tunnel");
        deleted.forEach(child -> sa.childClosed(child, reason));
        sa.respond(ours.isEmpty() ? List.of() : List.of(DeletePayload.ofEsp(ours)));
        if (error.isPresent() && PeerErrors.endsIkeSa(error.get())) {
            sa.fail(PeerErrors.ofIkeSa(error.get(), peer(), List.of()));
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
