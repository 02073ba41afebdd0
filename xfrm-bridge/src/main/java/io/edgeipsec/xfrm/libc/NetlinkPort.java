package io.edgeipsec.xfrm.libc;

import java.nio.ByteBuffer;

/** What sends requests to the kernel and receives its answers: {@link NetlinkSocket}. */
public interface NetlinkPort extends AutoCloseable {
    /** The address the kernel gave it; its answers and notifications name it. */
    int portId();

    /** The buffer to write a request into, from position 0. */
    ByteBuffer sendBuffer();

    /** Sends the first {@code octets} of the send buffer to the kernel, and zeroes them. */
    void send(int octets) throws SystemCallException;

    /**
     * The next datagram from the kernel, or an empty buffer when there is none now (or, of
     * requests, none within the timeout). The buffer is valid until the next call.
     */
    ByteBuffer receive() throws SystemCallException;

    /** Zeroes what was received last: dumps of SAs hold keys. */
    void wipeReceived();

    @Override
    void close();
}
