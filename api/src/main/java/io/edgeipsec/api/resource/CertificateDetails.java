package io.edgeipsec.api.resource;

import java.time.Instant;
import java.util.List;

/**
 * What stands in a certificate, for people (NSX {@code X509Certificate}).
 *
 * @param identities the names that IKE can claim with it, as {@code local_id} and {@code peer_id}
 *     take them
 */
public record CertificateDetails(
        String subject,
        String issuer,
        String serialNumber,
        Instant notBefore,
        Instant notAfter,
        boolean authority,
        String publicKeyAlgorithm,
        int publicKeyLength,
        String signatureAlgorithm,
        List<String> identities) {

    public CertificateDetails {
        identities = List.copyOf(identities);
    }
}
