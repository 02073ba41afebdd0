package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.MessageProtection.Opened;
import io.edgeipsec.ike.exchange.InitiatedExchange;
import io.edgeipsec.ike.exchange.Received;
import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
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
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The way of a datagram into an IKE SA: window, authenticity, reassembly, syntax, state, in this
 * order. What fails before it is authentic changes nothing and is counted; what fails behind is the
 * peer's fault and is answered (RFC 7296 §2.21). A message in fragments is news when the last of
 * them has come, and only then (RFC 7383 §2.6).
 */
final class Inbox {
    /** Twice as often as a patient peer asks before it gives up. */
    private static final int MAX_ANSWERS_TO_STRANGER = 16;

    private final FragmentReassembler requests = new FragmentReassembler();
    private final FragmentReassembler responses = new FragmentReassembler();
    private final IkeSa sa;
    private final OutgoingRequests outgoing;
    private final IncomingRequests incoming;
    private final Outbox outbox;
    private final Deadlines deadlines;

    Inbox(
            IkeSa sa,
            OutgoingRequests outgoing,
            IncomingRequests incoming,
            Outbox outbox,
            Deadlines deadlines) {
        this.sa = sa;
        this.deadlines = deadlines;
        this.outbox = outbox;
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
            case REPEATED -> answerAgain(path);
            case IN_PROGRESS -> sa.drop(path, DropReason.IN_PROGRESS);
            case OUTSIDE_WINDOW -> receiveOldRequest(header, datagram, path);
        }
    }

    /** A stranger may have sent it from the address of somebody else, to have us flood that one. */
    private void answerAgain(Path path) {
        boolean stranger = sa.state() == IkeSaState.RESPONDING;
        if (stranger && incoming.transmissions() >= MAX_ANSWERS_TO_STRANGER) {
            sa.drop(path, DropReason.ANSWER_LIMIT);
        } else {
            outbox.answerAgain(path);
        }
    }

    private void receiveNewRequest(IkeHeader header, Octets datagram, Path path) {
        if (!sa.state().isOpen()) {
            sa.drop(path, DropReason.OUT_OF_STATE);
        } else if (header.exchange().equals(ExchangeType.IKE_SA_INIT)) {
            receiveInit(header, datagram, path);
        } else {
            receiveProtected(header, datagram, path);
        }
    }

    /**
     * No octet-by-octet repetition. But the first fragment of a request that was cut anew, maybe
     * after it had first come whole, tells of an answer that got lost (RFC 7383 §2.6.1).
     */
    private void receiveOldRequest(IkeHeader header, Octets datagram, Path path) {
        boolean answered = incoming.isAnswered(header.messageId());
        if (answered && sa.state().isOpen() && outbox.fragmentation().agreed()) {
            Optional<EncryptedPayload> found = EncryptedPayload.locate(header, datagram);
            Optional<FragmentNumber> fragment = found.flatMap(EncryptedPayload::fragment);
            if (fragment.filter(f -> f.isFirst() && f.isPossible()).isPresent()
                    && found.flatMap(payload -> sa.keyring().openKnown(payload, datagram))
                            .isPresent()) {
                outbox.answerAgainLike(datagram, path);
                return;
            }
        }
        sa.drop(path, DropReason.OUTSIDE_WINDOW);
    }

    private void receiveProtected(IkeHeader header, Octets datagram, Path path) {
        Optional<EncryptedPayload> found = EncryptedPayload.locate(header, datagram);
        if (found.isEmpty()) {
            sa.drop(path, DropReason.NOT_AUTHENTIC);
        } else if (found.get().fragment().isPresent()) {
            receiveFragment(header, found.get(), found.get().fragment().get(), datagram, path);
        } else {
            Optional<Opened> opened = open(header, found.get(), datagram, path);
            if (opened.isPresent()) {
                reassembler(header).clear();
                receiveWhole(header, opened.get(), datagram, false, path);
            }
        }
    }

    private void receiveFragment(
            IkeHeader header,
            EncryptedPayload payload,
            FragmentNumber fragment,
            Octets datagram,
            Path path) {
        FragmentReassembler reassembler = reassembler(header);
        Optional<DropReason> objection =
                outbox.fragmentation().agreed()
                        ? reassembler.objection(header, fragment)
                        : Optional.of(DropReason.FRAGMENT);
        if (objection.isPresent()) {
            sa.drop(path, objection.get());
            return;
        }
        Optional<Opened> opened = open(header, payload, datagram, path);
        if (opened.isEmpty()) {
            return;
        }
        reassembler
                .store(header, fragment, opened.get(), datagram, sa.now())
                .ifPresent(reason -> sa.drop(path, reason));
        reassembler
                .takeComplete()
                .ifPresent(
                        done -> receiveWhole(header, done.opened(), done.datagram(), true, path));
        expireFragments();
    }

    /** Forgets what has been half done for too long, and has itself called again for the rest. */
    void expireFragments() {
        requests.expire(sa.now());
        responses.expire(sa.now());
        Stream.of(requests.expiry(), responses.expiry())
                .flatMap(Optional::stream)
                .min(MonotonicTime::compareTo)
                .ifPresentOrElse(
                        at -> deadlines.set(Deadlines.Kind.FRAGMENTS, at),
                        () -> deadlines.clear(Deadlines.Kind.FRAGMENTS));
    }

    private FragmentReassembler reassembler(IkeHeader header) {
        return header.response() ? responses : requests;
    }

    /** Empty if it is not authentic, or has no business here now; it is counted then. */
    private Optional<Opened> open(
            IkeHeader header, EncryptedPayload payload, Octets datagram, Path path) {
        Optional<Opened> opened = sa.keyring().open(payload, datagram);
        if (opened.isEmpty()) {
            sa.drop(path, DropReason.NOT_AUTHENTIC);
        } else if (!header.response() && !sa.accepts(header.exchange())) {
            sa.drop(path, DropReason.OUT_OF_STATE);
            return Optional.empty();
        }
        return opened;
    }

    /** All of an authentic message; {@code datagram} is it, or its first fragment. */
    private void receiveWhole(
            IkeHeader header, Opened opened, Octets datagram, boolean fragmented, Path path) {
        DecodeResult result = MessageCodec.decodePayloads(header, opened.first(), opened.chain());
        if (header.response()) {
            finishResponse(result, datagram, opened.chain(), path);
        } else {
            incoming.begin(header.exchange(), datagram, fragmented, path);
            beginRequest(result, datagram, opened.chain(), path);
        }
    }

    private void beginRequest(DecodeResult result, Octets datagram, Octets content, Path path) {
        sa.heard(path);
        if (result instanceof DecodeResult.Decoded decoded) {
            sa.traceReceived(path, decoded.message());
            sa.dispatch(new Received(decoded.message(), datagram, content, path));
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
            incoming.begin(header.exchange(), datagram, false, path);
            sa.traceReceived(path, decoded.message());
            sa.dispatch(new Received(decoded.message(), datagram, Octets.EMPTY, path));
        } else {
            sa.drop(path, DropReason.OUT_OF_STATE);
        }
    }

    private void receiveResponse(IkeHeader header, Octets datagram, Path path) {
        if (!outgoing.awaits(header)) {
            sa.drop(path, DropReason.OUTSIDE_WINDOW);
            return;
        }
        if (header.exchange().equals(ExchangeType.IKE_SA_INIT)) {
            receiveInitResponse(outgoing.current().orElseThrow(), header, datagram, path);
        } else {
            receiveProtected(header, datagram, path);
        }
    }

    private void finishResponse(DecodeResult result, Octets datagram, Octets content, Path path) {
        InitiatedExchange exchange = outgoing.current().orElseThrow();
        sa.heard(path);
        sa.settled();
        if (result instanceof DecodeResult.Decoded decoded) {
            sa.traceReceived(path, decoded.message());
            if (decoded.message().notifies(NotifyType.INVALID_SYNTAX)) {
                // The peer has ended the IKE SA with this answer (RFC 7296 §2.21.3).
                sa.fail(invalid("calls our request " + exchange.type() + " invalid"));
            } else {
                exchange.onResponse(new Received(decoded.message(), datagram, content, path));
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
        if (exchange.onResponse(new Received(message, datagram, Octets.EMPTY, path))) {
            sa.settled();
        }
    }

    /** Forgets what is half done: nothing more is received. */
    void clear() {
        requests.clear();
        responses.clear();
    }

    private FailReason invalid(String what) {
        return new FailReason(Kind.INVALID_MESSAGE, "peer " + sa.path().remote() + " " + what);
    }

    private static NotifyPayload unsupportedCritical(PayloadType type) {
        Octets data = new OctetWriter(1).u8(type.value()).toOctets();
        return NotifyPayload.of(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, data);
    }
}
