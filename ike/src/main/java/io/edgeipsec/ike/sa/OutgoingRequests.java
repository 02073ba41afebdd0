package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.exchange.InitiatedExchange;
import io.edgeipsec.ike.exchange.Received;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.model.RetransmissionPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Our side of the message window (RFC 7296 §2.2, §2.3): one request at a time, encoded once and
 * sent again as the same octets unless it is cut smaller, the others waiting in a queue.
 */
final class OutgoingRequests {
    private final Deque<InitiatedExchange> waiting = new ArrayDeque<>();
    private final RandomSource random;
    private final Runnable unheededDone;
    private @Nullable InitiatedExchange current;
    private @Nullable SentMessage inFlight;
    private long messageId;
    private int transmissions;

    /**
     * An empty window.
     *
     * @param unheededDone called when a request is answered whose exchange was abandoned
     */
    OutgoingRequests(RandomSource random, Runnable unheededDone) {
        this.random = random;
        this.unheededDone = unheededDone;
    }

    void enqueue(InitiatedExchange exchange) {
        waiting.add(exchange);
    }

    /** Takes the next exchange, if none is running. */
    Optional<InitiatedExchange> startNext() {
        if (current != null || waiting.isEmpty()) {
            return Optional.empty();
        }
        current = waiting.remove();
        return Optional.of(current);
    }

    Optional<InitiatedExchange> current() {
        return Optional.ofNullable(current);
    }

    /** The running exchange and those behind it. */
    Stream<InitiatedExchange> all() {
        return Stream.concat(current().stream(), waiting.stream());
    }

    boolean isIdle() {
        return current == null && waiting.isEmpty();
    }

    /** The id of the request in flight, or of the next one. */
    long messageId() {
        return messageId;
    }

    void sent(SentMessage request) {
        inFlight = request;
        transmissions = 1;
    }

    /** Replaces the request in flight by the same one in smaller fragments. */
    void cutAgain(SentMessage request) {
        inFlight = request;
    }

    Optional<SentMessage> inFlight() {
        return Optional.ofNullable(inFlight);
    }

    /** Whether a response fits the request in flight. */
    boolean awaits(IkeHeader response) {
        return inFlight != null
                && current != null
                && response.messageId() == messageId
                && response.exchange().equals(current.type());
    }

    /** The request in flight is answered. */
    void settle() {
        inFlight = null;
        messageId++;
    }

    /** How long to wait behind the last transmission. */
    Duration patience(RetransmissionPolicy policy) {
        return policy.waitAfter(transmissions - 1, random.nextFraction());
    }

    /** Counts one more transmission; empty if the policy allows no more. */
    Optional<SentMessage> transmitAgain(RetransmissionPolicy policy) {
        if (transmissions >= policy.tries()) {
            return Optional.empty();
        }
        transmissions++;
        return inFlight();
    }

    int transmissions() {
        return transmissions;
    }

    void complete() {
        current = null;
    }

    /** Drops what has not begun. */
    void abandonWaiting() {
        waiting.clear();
    }

    /** Drops everything; the running exchange lets go of what it holds. */
    void abandonAll() {
        abandonAllButInFlight();
        current = null;
        inFlight = null;
    }

    /**
     * Drops everything, but keeps a request in flight until it is answered: with a window of 1 the
     * peer accepts no other before, and no other content under its message id.
     */
    void abandonAllButInFlight() {
        InitiatedExchange running = current;
        waiting.clear();
        if (running != null) {
            ExchangeType type = running.type(); // of the half that it is in
            running.abandon();
            current = inFlight == null ? null : new Unheeded(type);
        }
    }

    /** Stands for an exchange whose response nobody cares about any more. */
    private final class Unheeded implements InitiatedExchange {
        private final ExchangeType type;

        Unheeded(ExchangeType type) {
            this.type = type;
        }

        @Override
        public ExchangeType type() {
            return type;
        }

        @Override
        public void start() {
            throw new IllegalStateException("its request is in flight");
        }

        @Override
        public boolean onResponse(Received response) {
            unheededDone.run();
            return true;
        }

        @Override
        public void abandon() {}
    }
}
