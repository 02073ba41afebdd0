package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.model.ChildSaLocator;
import java.util.ArrayList;
import java.util.List;

/** INFORMATIONAL as the initiator (RFC 7296 §1.4): liveness checks, deletions, last words. */
public final class InformationalInitiator implements InitiatedExchange {
    private final ExchangeContext sa;
    private final Purpose purpose;
    private final List<Payload> payloads;
    private final Runnable answered;

    /** What an unanswered request means depends on it. */
    public enum Purpose {
        LIVENESS,
        DELETE_CHILD_SA,
        DELETE_IKE_SA
    }

    private InformationalInitiator(
            ExchangeContext sa, Purpose purpose, List<Payload> payloads, Runnable answered) {
        this.sa = sa;
        this.purpose = purpose;
        this.payloads = List.copyOf(payloads);
        this.answered = answered;
    }

    /** An empty message that a living peer answers (RFC 7296 §2.4). */
    public static InformationalInitiator liveness(ExchangeContext sa) {
        return new InformationalInitiator(sa, Purpose.LIVENESS, List.of(), () -> {});
    }

    /** Names the SPI that we receive on; the peer's answer names the other one (§1.4.1). */
    public static InformationalInitiator deleteChildSa(
            ExchangeContext sa, ChildSaLocator child, Runnable answered) {
        return new InformationalInitiator(
                sa,
                Purpose.DELETE_CHILD_SA,
                List.of(DeletePayload.ofEsp(List.of(child.inbound()))),
                answered);
    }

    /**
     * Ends the IKE SA and all its Child SAs.
     *
     * @param before what to say first, such as why
     */
    public static InformationalInitiator deleteIkeSa(
            ExchangeContext sa, List<Payload> before, Runnable answered) {
        List<Payload> payloads = new ArrayList<>(before);
        payloads.add(DeletePayload.ofIkeSa());
        return new InformationalInitiator(sa, Purpose.DELETE_IKE_SA, payloads, answered);
    }

    public Purpose purpose() {
        return purpose;
    }

    @Override
    public ExchangeType type() {
        return ExchangeType.INFORMATIONAL;
    }

    @Override
    public void start() {
        sa.request(payloads);
    }

    @Override
    public boolean onResponse(Received response) {
        answered.run();
        sa.complete();
        return true;
    }

    @Override
    public void abandon() {}
}
