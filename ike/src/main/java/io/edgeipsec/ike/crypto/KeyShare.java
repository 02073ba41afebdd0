package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;

/**
 * The initiator's half of a key exchange: what it sends, and the private value to finish with. It
 * is used for one exchange only (RFC 6989 needs no more checks then), and closed after it.
 */
public final class KeyShare implements AutoCloseable {
    private final KeyExchangeMethod method;
    private final Octets publicValue;
    private final SecretBytes privateValue;

    KeyShare(KeyExchangeMethod method, Octets publicValue, SecretBytes privateValue) {
        this.method = method;
        this.publicValue = publicValue;
        this.privateValue = privateValue;
    }

    public KeyExchangeMethod method() {
        return method;
    }

    public Octets publicValue() {
        return publicValue;
    }

    SecretBytes privateValue() {
        return privateValue;
    }

    @Override
    public void close() {
        privateValue.close();
    }
}
