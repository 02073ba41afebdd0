package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import java.util.List;
import java.util.Optional;

/**
 * The algorithms that an IKE SA may use, each list in order of preference.
 *
 * @param integrity used beside those of {@code encryption} that are no AEAD
 */
public record IkeProposalPolicy(
        List<Encryption> encryption,
        List<IntegrityAlgorithm> integrity,
        List<Prf> prf,
        List<KeyExchangeMethod> keyExchange,
        AdditionalKeyExchange additionalKeyExchange) {
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

    /** With one key exchange. */
    public IkeProposalPolicy(
            List<Encryption> encryption,
            List<IntegrityAlgorithm> integrity,
            List<Prf> prf,
            List<KeyExchangeMethod> keyExchange) {
        this(encryption, integrity, prf, keyExchange, AdditionalKeyExchange.NONE);
    }

    /** What is left of it with a peer that knows no additional key exchange. */
    public Optional<IkeProposalPolicy> withoutAdditionalKeyExchange() {
        return additionalKeyExchange.required()
                ? Optional.empty()
                : Optional.of(new IkeProposalPolicy(encryption, integrity, prf, keyExchange));
    }

    /** Whether an IKE SA may be protected so. */
    public boolean allows(IkeSuite suite) {
        boolean additional =
                suite.additionalKeyExchange()
                        .map(additionalKeyExchange.methods()::contains)
                        .orElse(!additionalKeyExchange.required());
        return additional
                && encryption.contains(suite.encryption())
                && suite.integrity().map(integrity::contains).orElse(true)
                && prf.contains(suite.prf())
                && keyExchange.contains(suite.keyExchange());
    }
}
