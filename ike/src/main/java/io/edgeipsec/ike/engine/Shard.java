package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;

/**
 * Which event loop owns what. The low bits of an SPI that we choose name the loop; first messages,
 * and the sessions that they may belong to, go by the peer's address.
 *
 * @param index 0..count-1
 * @param count at most {@link #MAX}
 */
public record Shard(int index, int count) {
    public static final int MAX = 64;
    private static final long MASK = MAX - 1;

    public Shard {
        if (count < 1 || count > MAX || index < 0 || index >= count) {
            throw new IllegalArgumentException("shard " + index + " of " + count);
        }
    }

    /** An SPI of this shard made of random bits. */
    IkeSpi mark(long bits) {
        return new IkeSpi((bits & ~MASK) | index);
    }

    /** The shard that owns the sessions with a peer. */
    public static int ofPeer(IpAddress peer, int count) {
        return Math.floorMod(peer.hashCode() * 0x9e3779b9, count);
    }

    /** The shard that a message of a peer belongs to. */
    public static int ofMessage(IkeHeader header, IpAddress peer, int count) {
        IkeSpi ours =
                header.fromOriginalInitiator() ? header.responderSpi() : header.initiatorSpi();
        long index = ours.value() & MASK;
        return ours.isZero() || index >= count ? ofPeer(peer, count) : (int) index;
    }
}
