package io.edgeipsec.daemon.simulation;

import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.IkeEvent;
import java.util.HashMap;
import java.util.Map;

/** Makes probes of what gateways say to each other, and of what they tell of it. */
final class MessageWatch {
    private record Window(String gateway, long initiator, long responder) {}

    private final Probes probes;

    /** The request of a gateway that its peer has not answered. */
    private final Map<Window, String> unanswered = new HashMap<>();

    MessageWatch(Probes probes) {
        this.probes = probes;
    }

    void happened(String gateway, IkeEvent event) {
        probes.hit("event " + event.getClass().getSimpleName());
        if (event instanceof IkeEvent.MessageExchanged exchanged) {
            exchanged(gateway, exchanged.sent(), exchanged.message());
        } else if (event instanceof IkeEvent.DatagramDropped dropped) {
            probes.hit("drop " + dropped.reason());
        } else if (event instanceof IkeEvent.IkeSaClosed closed) {
            probes.hit("IKE SA closed " + closed.reason().kind());
        } else if (event instanceof IkeEvent.ChildSaClosed closed) {
            probes.hit("Child SA closed " + closed.reason().kind());
        } else if (event instanceof IkeEvent.ChildSaFailed failed) {
            probes.hit("Child SA failed " + failed.reason().kind());
        } else if (event instanceof IkeEvent.NegotiationFailed failed) {
            probes.hit("negotiation failed " + failed.reason().kind());
        } else if (event instanceof IkeEvent.PeerRejected rejected) {
            probes.hit("peer rejected " + rejected.reason().kind());
        } else if (event instanceof IkeEvent.Retransmitted repeated) {
            probes.hit("retransmission " + repeated.attempt());
        }
    }

    private void exchanged(String gateway, boolean sent, IkeMessage message) {
        String kind = kind(message);
        Window window =
                new Window(
                        gateway,
                        message.header().initiatorSpi().value(),
                        message.header().responderSpi().value());
        if (sent) {
            for (Payload payload : message.payloads()) {
                if (payload instanceof NotifyPayload notify) {
                    probes.hit("notify " + notify.notifyType());
                }
            }
        }
        boolean response = message.header().response();
        if (!response && sent) {
            probes.hit("request " + kind);
            unanswered.put(window, kind);
        } else if (response && !sent) {
            unanswered.remove(window);
        } else if (!response) {
            String own = unanswered.get(window);
            if (own != null) {
                probes.hit("collision of " + own + " with " + kind);
            }
        }
    }

    /** What a message is about. */
    private static String kind(IkeMessage message) {
        ExchangeType exchange = message.header().exchange();
        if (exchange.equals(ExchangeType.CREATE_CHILD_SA)) {
            boolean ofIkeSa =
                    message.first(SaPayload.class)
                            .filter(sa -> sa.proposals().get(0).protocol().equals(ProtocolId.IKE))
                            .isPresent();
            return ofIkeSa
                    ? "IKE rekey"
                    : message.notifies(NotifyType.REKEY_SA) ? "Child rekey" : "Child creation";
        }
        if (exchange.equals(ExchangeType.INFORMATIONAL)) {
            return message.first(DeletePayload.class)
                    .map(d -> d.protocol().equals(ProtocolId.IKE) ? "IKE delete" : "Child delete")
                    .orElse(message.payloads().isEmpty() ? "probe" : "notification");
        }
        return exchange.toString();
    }
}
