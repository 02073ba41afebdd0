package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;

/**
 * Key exchanges, in the shape that Diffie-Hellman and KEMs share: the initiator begins and
 * finishes, the responder answers in one step. Thread-safe, and slow enough (tens of microseconds
 * to tens of milliseconds) that it is not called on an event loop.
 */
public final class KeyExchange {
    private final RandomSource random;

    /**
     * @param random may be called from several threads at once
     */
    public KeyExchange(RandomSource random) {
        this.random = random;
    }

    /**
     * The responder's result.
     *
     * @param sharedSecret owned by whoever receives it
     */
    public record Response(Octets publicValue, SecretBytes sharedSecret) {}

    public KeyShare begin(KeyExchangeMethod method) {
        KeyAgreement agreement = KeyAgreement.of(method);
        SecretBytes privateValue = agreement.generate(random);
        return new KeyShare(method, agreement.publicValue(privateValue), privateValue);
    }

    public Response respond(KeyExchangeMethod method, Octets peerValue)
            throws InvalidKeyShareException {
        checkLength(method, peerValue, method.initiatorLength());
        return KeyAgreement.of(method).respond(random, peerValue);
    }

    /** The shared secret, owned by the caller. The share remains the caller's to close. */
    public SecretBytes finish(KeyShare share, Octets peerValue) throws InvalidKeyShareException {
        KeyExchangeMethod method = share.method();
        checkLength(method, peerValue, method.responderLength());
        return KeyAgreement.of(method).agree(share.privateValue(), peerValue);
    }

    private static void checkLength(KeyExchangeMethod method, Octets peerValue, int expected)
            throws InvalidKeyShareException {
        if (peerValue.length() != expected) {
            throw new InvalidKeyShareException(
                    method + " value of " + peerValue.length() + " octets, expected " + expected);
        }
    }
}
