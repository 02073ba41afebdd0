package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.Path;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A non-blocking UDP socket that knows which of our addresses a datagram came to, and sends from
 * the address it is told. JDK and Netty cannot (IP_PKTINFO), so whoever can make system calls
 * implements it. {@link #receive} is called on one event loop, {@link #send} on any.
 */
public interface DatagramPort extends AutoCloseable {
    /** Takes one datagram; {@code payload} is valid during the call only. */
    @FunctionalInterface
    interface Consumer {
        void accept(Path path, ByteBuffer payload);
    }

    /** For epoll. */
    int fd();

    /** Address family and port, with the wildcard address where it is bound to that. */
    Endpoint local();

    /** Receives what is there, at most a batch; true if there may be more. */
    boolean receive(Consumer consumer) throws IOException;

    /**
     * Sends, or fails: IKE retransmits.
     *
     * @throws IOException that says why, for the operator
     */
    void send(Path path, ByteBuffer payload) throws IOException;

    @Override
    void close();
}
