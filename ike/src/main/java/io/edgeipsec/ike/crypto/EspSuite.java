package io.edgeipsec.ike.crypto;

import java.util.Optional;

/**
 * What a Child SA is protected with.
 *
 * @param additionalKeyExchange whose secret goes into the keys beside the other one (RFC 9370)
 */
public record EspSuite(
        Encryption encryption,
        Optional<IntegrityAlgorithm> integrity,
        Optional<KeyExchangeMethod> keyExchange,
        Optional<KeyExchangeMethod> additionalKeyExchange,
        boolean extendedSequenceNumbers) {
    public EspSuite {
        if (encryption.algorithm().isAead() == integrity.isPresent()) {
            throw new IllegalArgumentException(encryption + " with " + integrity);
        }
        if (additionalKeyExchange.isPresent() && keyExchange.isEmpty()) {
            throw new IllegalArgumentException(additionalKeyExchange + " beside no key exchange");
        }
    }

    /** With one key exchange, or none. */
    public EspSuite(
            Encryption encryption,
            Optional<IntegrityAlgorithm> integrity,
            Optional<KeyExchangeMethod> keyExchange,
            boolean extendedSequenceNumbers) {
        this(encryption, integrity, keyExchange, Optional.empty(), extendedSequenceNumbers);
    }

    @Override
    public String toString() {
        return encryption
                + integrity.map(i -> "/" + i).orElse("")
                + keyExchange.map(k -> "/" + k).orElse("")
                + additionalKeyExchange.map(k -> "/" + k).orElse("")
                + (extendedSequenceNumbers ? "/ESN" : "");
    }
}
