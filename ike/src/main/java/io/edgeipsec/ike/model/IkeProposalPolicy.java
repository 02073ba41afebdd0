package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import java.util.List;

/**
 * The algorithms that an IKE SA may use, each list in order of preference.
 *
 * @param integrity used beside those of {@code encryption} that are no AEAD
 */
public record IkeProposalPolicy(
        List<Encryption> encryption,
        List<IntegrityAlgorithm> integrity,
        List<Prf> prf,
        List<KeyExchangeMethod> keyExchange) {
    public IkeProposalPolicy {
        encryption = List.copyOf(encryption);
        integrity = List.copyOf(integrity);
        prf = List.copyOf(prf);
        keyExchange = List.copyOf(keyExchange);
        boolean needsIntegrity = encryption.stream().anyMatch(e -> !e.algorithm().isAead());
        if (encryption.isEmpty()
                || prf.isEmpty()
                || keyExchange.isEmpty()
                || (needsIntegrity && integrity.isEmpty())) {
            throw new IllegalArgumentException("an IKE proposal lacks a kind of algorithm");
        }
    }
}
