package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.AuthorityKeys;
import io.edgeipsec.ike.message.Octets;
import java.util.List;

/**
 * Whom a peer's certificate must come from.
 *
 * @param authorities certificates in DER
 * @param authorityHashes their names in CERTREQ payloads
 * @param revocationLists CRLs in DER; without any, nothing is taken for revoked
 */
public record PeerTrust(
        List<Octets> authorities, List<Octets> authorityHashes, List<Octets> revocationLists) {
    public PeerTrust {
        authorities = List.copyOf(authorities);
        authorityHashes = List.copyOf(authorityHashes);
        revocationLists = List.copyOf(revocationLists);
    }

    public static PeerTrust of(List<Octets> authorities, List<Octets> revocationLists) {
        return new PeerTrust(
                authorities,
                authorities.stream().map(AuthorityKeys::hash).toList(),
                revocationLists);
    }
}
