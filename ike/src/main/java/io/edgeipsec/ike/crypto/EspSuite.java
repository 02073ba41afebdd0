package io.edgeipsec.ike.crypto;

import java.util.Optional;

/** What a Child SA is protected with. */
public record EspSuite(
        Encryption encryption,
        Optional<IntegrityAlgorithm> integrity,
        Optional<KeyExchangeMethod> keyExchange,
        boolean extendedSequenceNumbers) {
    public EspSuite {
        if (encryption.algorithm().isAead() == integrity.isPresent()) {
            throw new IllegalArgumentException(encryption + " with " + integrity);
        }
    }

    @Override
    public String toString() {
        return encryption
                + integrity.map(i -> "/" + i).orElse("")
                + keyExchange.map(k -> "/" + k).orElse("")
                + (extendedSequenceNumbers ? "/ESN" : "");
    }
}
