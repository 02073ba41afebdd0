package io.edgeipsec.ike.crypto;

import java.util.Optional;

/** What an IKE SA is protected with. AEADs come without an integrity algorithm, others with one. */
public record IkeSuite(
        Encryption encryption,
        Optional<IntegrityAlgorithm> integrity,
        Prf prf,
        KeyExchangeMethod keyExchange) {
    public IkeSuite {
        if (encryption.algorithm().isAead() == integrity.isPresent()) {
            throw new IllegalArgumentException(encryption + " with " + integrity);
        }
    }

    @Override
    public String toString() {
        return encryption
                + integrity.map(i -> "/" + i).orElse("")
                + "/"
                + prf.transform()
                + "/"
                + keyExchange.transform();
    }
}
