package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import java.util.List;

/**
 * What a peer brings forward for its identity, with what it has to be held against.
 *
 * @param id the identity that the peer claims; that it is the one we expect is known already
 * @param certificates DER, the peer's own first; not checked in any way yet
 * @param signed the octets that the signature must cover
 */
public record PeerProof(
        PeerTrust trust,
        Identification id,
        List<Octets> certificates,
        SignatureScheme scheme,
        Octets signed,
        Octets signature) {
    public PeerProof {
        certificates = List.copyOf(certificates);
    }
}
