package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.MessageProtection.Opened;
import io.edgeipsec.ike.exchange.InitiatedExchange;
import io.edgeipsec.ike.exchange.Received;
import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.Path;
import java.util.List;
import java.util.Optional;

/**
 * The way of a datagram into an IKE SA: window, authenticity, syntax, state, in this order. What
 * fails before it is authentic changes nothing and is counted; what fails behind is the peer's
 * fault and is answered (RFC 7296 §2.21).
 */
final class Inbox {
    private final IkeSa sa;
    private final OutgoingRequests outgoing;
    private final IncomingRequests incoming;

    Inbox(IkeSa sa, OutgoingRequests outgoing, IncomingRequests incoming) {
        this.sa = sa;
        this.outgoing = outgoing;
        this.incoming = incoming;
    }

    void receive(IkeHeader header, Octets datagram, Path path) {
        boolean fromPeersRole = header.fromOriginalInitiator() != sa.isOriginalInitiator();
        if (!fromPeersRole) {
            sa.drop(path, DropReason.FLAGS);
        } else if (header.response()) {
            receiveResponse(header, datagram, path);
        } else {
            receiveRequest(header, datagram, path);
        }
    }

    private void receiveRequest(IkeHeader header, Octets datagram, Path path) {
        switch (incoming.classify(header.messageId(), datagram)) {
            case NEW -> receiveNewRequest(header, datagram, path);
            case REPEATED -> sa.transmit(path, incoming.lastResponse().orElseThrow());
            case IN_PROGRESS -> sa.drop(path, DropReason.IN_PROGRESS);
            case OUTSIDE_WINDOW -> sa.drop(path, DropReason.OUTSIDE_WINDOW);
        }
    }

    private void receiveNewRequest(IkeHeader header, Octets datagram, Path path) {
        if (!sa.state().isOpen()) {
            sa.drop(path, DropReason.OUT_OF_STATE);
            return;
        }
        if (header.exchange().equals(ExchangeType.IKE_SA_INIT)) {
            receiveInit(header, datagram, path);
            return;
        }
        Optional<Opened> opened = sa.open(header, datagram);
        if (opened.isEmpty()) {
            sa.drop(path, DropReason.NOT_AUTHENTIC);
            return;
        }
        if (!sa.accepts(header.exchange())) {
            sa.drop(path, DropReason.OUT_OF_STATE);
            return;
        }
        sa.heard(path);
        incoming.begin(header.exchange(), datagram, path);
        DecodeResult result =
                MessageCodec.decodePayloads(header, opened.get().first(), opened.get().chain());
        if (result instanceof DecodeResult.Decoded decoded) {
            sa.traceReceived(path, decoded.message());
            sa.dispatch(new Received(decoded.message(), datagram, path));
        } else if (result instanceof DecodeResult.UnsupportedCritical unsupported) {
            sa.respond(List.of(unsupportedCritical(unsupported.type())));
        } else if (result instanceof DecodeResult.Malformed malformed) {
            sa.refuseInvalid("that breaks RFC 7296: " + malformed.reason());
        }
    }

    /** A stranger's first message; its syntax was checked before this IKE SA was made for it. */
    private void receiveInit(IkeHeader header, Octets datagram, Path path) {
        DecodeResult result = MessageCodec.decode(header, datagram);
        if (sa.awaitsInit() && result instanceof DecodeResult.Decoded decoded) {
            incoming.begin(header.exchange(), datagram, path);
            sa.traceReceived(path, decoded.message());
            sa.dispatch(new Received(decoded.message(), datagram, path));
        } else {
            sa.drop(path, DropReason.OUT_OF_STATE);
        }
    }

    private void receiveResponse(IkeHeader header, Octets datagram, Path path) {
        if (!outgoing.awaits(header)) {
            sa.drop(path, DropReason.OUTSIDE_WINDOW);
            return;
        }
        InitiatedExchange exchange = outgoing.current().orElseThrow();
        if (header.exchange().equals(ExchangeType.IKE_SA_INIT)) {
            receiveInitResponse(exchange, header, datagram, path);
            return;
        }
        Optional<Opened> opened = sa.open(header, datagram);
        if (opened.isEmpty()) {
            sa.drop(path, DropReason.NOT_AUTHENTIC);
            return;
        }
        sa.heard(path);
        sa.settled();
        DecodeResult result =
                MessageCodec.decodePayloads(header, opened.get().first(), opened.get().chain());
        if (result instanceof DecodeResult.Decoded decoded) {
            sa.traceReceived(path, decoded.message());
            if (decoded.message().notifies(NotifyType.INVALID_SYNTAX)) {
                // The peer has ended the IKE SA with this answer (RFC 7296 §2.21.3).
                sa.fail(invalid("calls our request " + exchange.type() + " invalid"));
            } else {
                exchange.onResponse(new Received(decoded.message(), datagram, path));
            }
        } else if (result instanceof DecodeResult.UnsupportedCritical unsupported) {
            sa.failTelling(
                    List.of(),
                    invalid("answered with an unknown critical payload " + unsupported.type()));
        } else if (result instanceof DecodeResult.Malformed malformed) {
            sa.failTelling(
                    List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
                    invalid("sent a response that breaks RFC 7296: " + malformed.reason()));
        }
    }

    private void receiveInitResponse(
            InitiatedExchange exchange, IkeHeader header, Octets datagram, Path path) {
        DecodeResult result = MessageCodec.decode(header, datagram);
        if (!(result instanceof DecodeResult.Decoded decoded)) {
            sa.drop(path, DropReason.MALFORMED);
            return;
        }
        IkeMessage message = decoded.message();
        sa.traceReceived(path, message);
        if (exchange.onResponse(new Received(message, datagram, path))) {
            sa.settled();
        }
    }

    private FailReason invalid(String what) {
        return new FailReason(Kind.INVALID_MESSAGE, "peer " + sa.path().remote() + " " + what);
    }

    private static NotifyPayload unsupportedCritical(PayloadType type) {
        Octets data = new OctetWriter(1).u8(type.value()).toOctets();
        return NotifyPayload.of(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, data);
    }
}
