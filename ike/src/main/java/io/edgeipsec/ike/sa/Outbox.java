package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.MessageProtection;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.RetransmissionPolicy;
import java.util.Optional;

/**
 * The way of a message out of an IKE SA, and of the same message once more while the peer does not
 * seem to have it: a request until it is answered, a response when its request comes again. After
 * some times it is cut smaller, if the peer reassembles (RFC 7383 §2.5.2).
 */
final class Outbox {
    private final IkeSa sa;
    private final OutgoingRequests outgoing;
    private final IncomingRequests incoming;
    private final Fragmenter fragmenter;
    private final int transmissionsPerSize;

    Outbox(IkeSa sa, OutgoingRequests outgoing, IncomingRequests incoming, IkeSettings settings) {
        this.sa = sa;
        this.outgoing = outgoing;
        this.incoming = incoming;
        this.fragmenter = new Fragmenter(settings);
        this.transmissionsPerSize = settings.fragmentation().transmissionsPerSize();
    }

    Fragmentation fragmentation() {
        return fragmenter.fragmentation();
    }

    void adopt(Fragmentation agreed) {
        fragmenter.adopt(agreed);
    }

    /** Sends a new request; gives its octets, or those of its first fragment. */
    Octets request(IkeMessage request) {
        Path way = sa.wayOfRequest(0);
        SentMessage sent =
                isInit(request)
                        ? SentMessage.whole(MessageCodec.encode(request))
                        : fragmenter.seal(request, sealing(), way);
        outgoing.sent(sent);
        transmit(way, sent);
        return sent.datagram();
    }

    /** Sends the answer to the request that is being worked on, where that came from. */
    Octets respond(IkeMessage response) {
        Path back = incoming.path();
        SentMessage sent;
        if (isInit(response)) {
            sent = SentMessage.whole(MessageCodec.encode(response));
        } else if (incoming.cameInFragments()) {
            sent = fragmenter.sealLike(incoming.lastRequest(), response, sealing(), back);
        } else {
            sent = fragmenter.seal(response, sealing(), back);
        }
        incoming.answered(sent);
        transmit(back, sent);
        return sent.datagram();
    }

    /**
     * Sends the request in flight once more.
     *
     * @return false if the policy does not allow it
     */
    boolean requestAgain(RetransmissionPolicy retransmission) {
        boolean inVain = outgoing.transmissions() % transmissionsPerSize == 0;
        Optional<SentMessage> again = outgoing.transmitAgain(retransmission);
        if (again.isEmpty()) {
            return false;
        }
        int repetitions = outgoing.transmissions() - 1;
        Path way = sa.wayOfRequest(repetitions);
        Optional<SentMessage> smaller = inVain ? shrink(again.get(), way) : Optional.empty();
        smaller.ifPresent(outgoing::cutAgain);
        sa.traceRetransmission(way, repetitions);
        transmit(way, smaller.orElse(again.get()));
        return true;
    }

    /** The request before has come again, octet by octet, so its answer may be lost. */
    void answerAgain(Path to) {
        if (incoming.transmissions() % transmissionsPerSize == 0) {
            shrink(incoming.lastAnswer(), to).ifPresent(incoming::cutAgain);
        }
        incoming.answeredAgain();
        transmit(to, incoming.lastAnswer());
    }

    /**
     * The request before has come again in other fragments. Those get through, so the answer is cut
     * for them.
     *
     * @param first of the fragments, and the longest of them
     */
    void answerAgainLike(Octets first, Path to) {
        fragmenter
                .shrinkLike(first, incoming.lastAnswer(), sealing(), to)
                .ifPresent(incoming::cutAgain);
        incoming.answeredAgain();
        transmit(to, incoming.lastAnswer());
    }

    /** Empty where nothing can be sealed, be it too early or too late. */
    private Optional<SentMessage> shrink(SentMessage sent, Path to) {
        return sent.content().isPresent() && sa.state().isOpen()
                ? fragmenter.shrink(sent, sealing(), to)
                : Optional.empty();
    }

    private void transmit(Path to, SentMessage message) {
        sa.send(to, message.datagram());
        for (Octets fragment : message.furtherFragments()) {
            sa.send(to, fragment);
        }
    }

    private MessageProtection sealing() {
        return sa.protection().outgoing();
    }

    private static boolean isInit(IkeMessage message) {
        return message.header().exchange().equals(ExchangeType.IKE_SA_INIT);
    }
}
