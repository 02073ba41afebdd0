package io.edgeipsec.ike.exchange;

/** An exchange that the peer starts. */
public interface RespondedExchange {
    /** Leads to {@link ExchangeContext#respond}, at once or after replies to effects. */
    void onRequest(Received request);
}
