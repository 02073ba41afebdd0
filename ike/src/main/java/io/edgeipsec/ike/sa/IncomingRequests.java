package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Path;
import org.jspecify.annotations.Nullable;

/**
 * The peer's side of the message window (RFC 7296 §2.2, §2.3): the next id that we accept, and the
 * last answer for the repetition of its request.
 */
final class IncomingRequests {
    /** What a request's message id makes of it. */
    enum Verdict {
        NEW,
        /**
         * The request before, octet by octet, or its first fragment: its answer is to be sent
         * again. Of the other fragments none says so (RFC 7383 §2.6.1).
         */
        REPEATED,
        /** The request that we are working on. */
        IN_PROGRESS,
        OUTSIDE_WINDOW
    }

    private long expectedId;
    private boolean working;
    private @Nullable ExchangeType exchange;
    private @Nullable Path path;
    private Octets lastRequest = Octets.EMPTY;
    private boolean inFragments;
    private @Nullable SentMessage lastAnswer;
    private int transmissions;

    Verdict classify(long messageId, Octets datagram) {
        if (messageId == expectedId) {
            return working ? Verdict.IN_PROGRESS : Verdict.NEW;
        }
        // The octets were authenticated when they first came, so comparing them is enough.
        boolean repeated = isAnswered(messageId) && lastRequest.equals(datagram);
        return repeated ? Verdict.REPEATED : Verdict.OUTSIDE_WINDOW;
    }

    /** Whether this is the id of the last request, and its answer is still here. */
    boolean isAnswered(long messageId) {
        return messageId == expectedId - 1 && lastAnswer != null;
    }

    /**
     * An authentic new request is being worked on.
     *
     * @param datagram its octets, or those of its first fragment
     */
    void begin(ExchangeType type, Octets datagram, boolean fragmented, Path from) {
        working = true;
        exchange = type;
        path = from;
        lastRequest = datagram;
        inFragments = fragmented;
        lastAnswer = null;
    }

    void answered(SentMessage response) {
        working = false;
        expectedId++;
        lastAnswer = response;
        transmissions = 1;
    }

    /** Replaces the last answer by the same one in smaller fragments. */
    void cutAgain(SentMessage response) {
        lastAnswer = response;
    }

    /** The last answer goes out once more. */
    void answeredAgain() {
        transmissions++;
    }

    SentMessage lastAnswer() {
        if (lastAnswer == null) {
            throw new IllegalStateException("nothing was answered");
        }
        return lastAnswer;
    }

    /** How often the last answer went out. */
    int transmissions() {
        return transmissions;
    }

    /** The exchange of the request that is being worked on. */
    ExchangeType exchange() {
        if (!working || exchange == null) {
            throw new IllegalStateException("no request is being worked on");
        }
        return exchange;
    }

    /** The way that it came, and that its answer goes back. */
    Path path() {
        if (!working || path == null) {
            throw new IllegalStateException("no request is being worked on");
        }
        return path;
    }

    /** The id of the request that is being worked on. */
    long messageId() {
        return expectedId;
    }

    /** The last request, or its first fragment. */
    Octets lastRequest() {
        return lastRequest;
    }

    /** Whether the last request came in fragments. */
    boolean cameInFragments() {
        return inFragments;
    }

    boolean hasAnswered() {
        return lastAnswer != null;
    }
}
