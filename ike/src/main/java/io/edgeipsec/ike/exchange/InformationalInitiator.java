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
    private final List<Payload> payloads;
    private final Runnable answered;

    private InformationalInitiator(ExchangeContext sa, List<Payload> payloads, Runnable answered) {
        this.sa = sa;
        this.payloads = List.copyOf(payloads);
        this.answered = answered;
    }

    /** An empty message that a living peer answers (RFC 7296 §2.4). */
    public static InformationalInitiator liveness(ExchangeContext sa) {
        return new InformationalInitiator(sa, List.of(), () -> {});
    }

    /** Names the SPI that we receive on; the peer's answer names the other one (§1.4.1). */
    public static InformationalInitiator deleteChildSa(
            ExchangeContext sa, ChildSaLocator child, Runnable answered) {
        return new InformationalInitiator(
                sa, List.of(DeletePayload.ofEsp(List.of(child.inbound()))), answered);
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
        return new InformationalInitiator(sa, payloads, answered);
    }

    /** Whether it says nothing, and so only asks for a sign of life. */
    public static boolean isProbe(InitiatedExchange exchange) {
        return exchange instanceof InformationalInitiator informational
                && informational.payloads.isEmpty();
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
