package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import java.util.List;

/**
 * The algorithms that a Child SA may use, each list in order of preference.
 *
 * @param integrity used beside those of {@code encryption} that are no AEAD
 * @param keyExchange for perfect forward secrecy; empty where it is off
 * @param additionalKeyExchange beside {@code keyExchange}, where that is
 * @param extendedSequenceNumbers whether ESN is offered and preferred; without it, it is refused
 */
public record EspProposalPolicy(
        List<Encryption> encryption,
        List<IntegrityAlgorithm> integrity,
        List<KeyExchangeMethod> keyExchange,
        AdditionalKeyExchange additionalKeyExchange,
        boolean extendedSequenceNumbers) {
    public EspProposalPolicy {
        encryption = List.copyOf(encryption);
        integrity = List.copyOf(integrity);
        keyExchange = List.copyOf(keyExchange);
        boolean needsIntegrity = encryption.stream().anyMatch(e -> !e.algorithm().isAead());
        if (encryption.isEmpty() || (needsIntegrity && integrity.isEmpty())) {
            throw new IllegalArgumentException("an ESP proposal lacks a kind of algorithm");
        }
        if (additionalKeyExchange.isOffered() && keyExchange.isEmpty()) {
            throw new IllegalArgumentException("an additional key exchange beside none");
        }
    }

    /**
     * Whether a Child SA may be protected like this. Its key exchange does not count: the first one
     * of an IKE SA has none.
     */
    public boolean allows(EspSuite suite) {
        return encryption.contains(suite.encryption())
                && suite.integrity().map(integrity::contains).orElse(true)
                && (extendedSequenceNumbers || !suite.extendedSequenceNumbers());
    }

    /** With one key exchange, or none. */
    public EspProposalPolicy(
            List<Encryption> encryption,
            List<IntegrityAlgorithm> integrity,
            List<KeyExchangeMethod> keyExchange,
            boolean extendedSequenceNumbers) {
        this(
                encryption,
                integrity,
                keyExchange,
                AdditionalKeyExchange.NONE,
                extendedSequenceNumbers);
    }
}
