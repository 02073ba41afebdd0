package io.edgeipsec.ike.model;

/**
 * What NAT detection found (RFC 7296 §2.23).
 *
 * @param localBehindNat somebody rewrites our address on the way to the peer
 * @param remoteBehindNat somebody rewrites the peer's address on the way to us
 */
public record NatSituation(boolean localBehindNat, boolean remoteBehindNat) {
    public static final NatSituation NONE = new NatSituation(false, false);

    /** Whether ESP has to go inside UDP (RFC 3948). */
    public boolean encapsulates() {
        return localBehindNat || remoteBehindNat;
    }
}
