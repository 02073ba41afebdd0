package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.SigningKeyType;
import io.edgeipsec.ike.message.Octets;
import java.util.List;

/**
 * A certificate of ours. Its private key stays where signatures are made.
 *
 * @param id names the private key to whoever signs
 * @param chain DER: the certificate itself, then those that lead to an authority; the authority's
 *     own need not be there
 */
public record OwnCertificate(String id, SigningKeyType keyType, List<Octets> chain) {
    public OwnCertificate {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("certificate " + id + " without content");
        }
    }
}
