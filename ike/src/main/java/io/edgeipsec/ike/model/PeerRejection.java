package io.edgeipsec.ike.model;

/**
 * Why a peer's certificate or signature does not prove its identity. For our operator only: the
 * peer is told the same whatever it is.
 *
 * @param detail follows on "peer ... (...): " in a sentence, without secrets
 */
public record PeerRejection(Cause cause, String detail) {
    /** What is wrong, in the order in which it is looked at. */
    public enum Cause {
        /** Something that should be a certificate is none, or too much was sent. */
        MALFORMED,
        /** The certificate is of somebody else. */
        IDENTITY,
        /** No path to an authority that the session trusts. */
        CHAIN,
        /** A certificate of the path is not valid now. */
        EXPIRED,
        REVOKED,
        /** The key is too weak, or not of a kind or not for a use that we accept. */
        KEY,
        SIGNATURE,
        /** We could not find out. */
        UNCHECKED
    }
}
