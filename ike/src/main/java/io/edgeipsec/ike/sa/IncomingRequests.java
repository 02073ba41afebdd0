package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The peer's side of the message window (RFC 7296 §2.2, §2.3): the next id that we accept, and the
 * last answer for the repetition of its request.
 */
final class IncomingRequests {
    /** What a request's message id makes of it. */
    enum Verdict {
        NEW,
        /** The request before, octet by octet: its answer is to be sent again. */
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
    private Optional<Octets> lastResponse = Optional.empty();

    Verdict classify(long messageId, Octets datagram) {
        if (messageId == expectedId) {
            return working ? Verdict.IN_PROGRESS : Verdict.NEW;
        }
        // The octets were authenticated when they first came, so comparing them is enough.
        boolean repeated =
                messageId == expectedId - 1
                        && lastResponse.isPresent()
                        && lastRequest.equals(datagram);
        return repeated ? Verdict.REPEATED : Verdict.OUTSIDE_WINDOW;
    }

    /** An authentic new request is being worked on. */
    void begin(ExchangeType type, Octets datagram, Path from) {
        working = true;
        exchange = type;
        path = from;
        lastRequest = datagram;
        lastResponse = Optional.empty();
    }

    void answered(Octets response) {
        working = false;
        expectedId++;
        lastResponse = Optional.of(response);
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

    Octets lastRequest() {
        return lastRequest;
    }

    Optional<Octets> lastResponse() {
        return lastResponse;
    }
}
