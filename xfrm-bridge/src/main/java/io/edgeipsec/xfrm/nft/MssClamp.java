package io.edgeipsec.xfrm.nft;

import java.util.Objects;

/**
 * Lowers the maximum segment size that TCP announces in SYN and SYN-ACK, never raises it. The value
 * holds for IPv4 and IPv6 alike; whoever computes it for IPv6 inside subtracts 60 from the tunnel's
 * MTU.
 */
public record MssClamp(Direction direction, int maxSegmentSize) {
    /** Least and largest value of the API's contract. */
    public static final int MIN = 108;

    public static final int MAX = 8902;

    /** Which connections, by where their SYN goes. */
    public enum Direction {
        NONE,
        /** The SYN comes out of the tunnel. */
        INBOUND_CONNECTION,
        /** The SYN leaves through the tunnel. */
        OUTBOUND_CONNECTION,
        BOTH;

        boolean inbound() {
            return this == INBOUND_CONNECTION || this == BOTH;
        }

        boolean outbound() {
            return this == OUTBOUND_CONNECTION || this == BOTH;
        }
    }

    public MssClamp {
        Objects.requireNonNull(direction);
        if (maxSegmentSize < MIN || maxSegmentSize > MAX) {
            throw new IllegalArgumentException(
                    "maximum segment size " + maxSegmentSize + " is not " + MIN + ".." + MAX);
        }
    }
}
