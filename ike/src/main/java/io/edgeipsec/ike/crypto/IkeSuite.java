package io.edgeipsec.ike.crypto;

import java.util.Optional;

/**
 * What an IKE SA is protected with. AEADs come without an integrity algorithm, others with one.
 *
 * @param additionalKeyExchange whose secret goes into the keys beside the other one (RFC 9370)
 */
public record IkeSuite(
        Encryption encryption,
        Optional<IntegrityAlgorithm> integrity,
        Prf prf,
        KeyExchangeMethod keyExchange,
        Optional<KeyExchangeMethod> additionalKeyExchange) {
    public IkeSuite {
        if (isForEspOnly(encryption.algorithm())) {
            throw new IllegalArgumentException("an IKE SA with " + encryption);
        }
        if (encryption.algorithm().isAead() == integrity.isPresent()) {
            throw new IllegalArgumentException(encryption + " with " + integrity);
        }
    }

    /** With one key exchange. */
    public IkeSuite(
            Encryption encryption,
            Optional<IntegrityAlgorithm> integrity,
            Prf prf,
            KeyExchangeMethod keyExchange) {
        this(encryption, integrity, prf, keyExchange, Optional.empty());
    }

    /** RFC 7296 §5: an IKE SA is never without confidentiality. */
    private static boolean isForEspOnly(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case NULL, NULL_AUTH_AES_GMAC -> true;
            case AES_CBC, AES_GCM_16, CHACHA20_POLY1305 -> false;
        };
    }

    @Override
    public String toString() {
        return encryption
                + integrity.map(i -> "/" + i).orElse("")
                + "/"
                + prf.transform()
                + "/"
                + keyExchange.transform()
                + additionalKeyExchange.map(m -> "/" + m.transform()).orElse("");
    }
}
