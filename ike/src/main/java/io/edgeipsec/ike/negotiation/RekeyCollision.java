package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.message.Octets;

/**
 * Both sides have replaced the same SA at once, so there is one too many: that of the exchange with
 * the lowest of the four nonces (RFC 7296 §2.8.1). Whoever began that exchange deletes it, whoever
 * began the other one deletes the SA that both have replaced.
 */
public final class RekeyCollision {
    private RekeyCollision() {}

    /** What an exchange is known by in a collision. */
    public static Octets lowestNonce(Octets nonceI, Octets nonceR) {
        return nonceI.compareTo(nonceR) < 0 ? nonceI : nonceR;
    }

    /**
     * Whether the SA of our exchange is the redundant one.
     *
     * @param ours lowest nonce of the exchange that we began
     * @param theirs lowest nonce of the exchange that the peer began
     */
    public static boolean oursIsRedundant(Octets ours, Octets theirs) {
        return ours.compareTo(theirs) < 0;
    }
}
