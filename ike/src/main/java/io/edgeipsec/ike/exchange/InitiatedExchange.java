package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.ExchangeType;

/** An exchange that we start. Its IKE SA runs one at a time (a window of 1, RFC 7296 §2.3). */
public interface InitiatedExchange {
    ExchangeType type();

    /** Leads to {@link ExchangeContext#request}, or to {@link ExchangeContext#complete}. */
    void start();

    /**
     * Handles the response.
     *
     * @return false if it must be taken as if it had not come, so that waiting and retransmission
     *     go on: what an unprotected message says may be anybody's
     */
    boolean onResponse(Received response);

    /** Lets go of what it holds: it will not be called again. */
    void abandon();
}
