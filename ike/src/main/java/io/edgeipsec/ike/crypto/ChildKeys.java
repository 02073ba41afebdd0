package io.edgeipsec.ike.crypto;

/**
 * The key material of a Child SA (RFC 7296 §2.17): for each direction, named after the exchange
 * that made it, the encryption key with its salt, and the integrity key (empty with an AEAD).
 */
public record ChildKeys(
        SecretBytes encryptionInitiator,
        SecretBytes integrityInitiator,
        SecretBytes encryptionResponder,
        SecretBytes integrityResponder)
        implements AutoCloseable {
    @Override
    public void close() {
        encryptionInitiator.close();
        integrityInitiator.close();
        encryptionResponder.close();
        integrityResponder.close();
    }
}
