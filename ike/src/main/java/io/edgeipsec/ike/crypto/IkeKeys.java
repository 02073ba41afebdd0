package io.edgeipsec.ike.crypto;

import java.util.List;

/**
 * The seven keys of an IKE SA (RFC 7296 §2.14); SK_a* are empty with an AEAD. Owned by the IKE SA.
 */
public record IkeKeys(
        SecretBytes skD,
        SecretBytes skAi,
        SecretBytes skAr,
        SecretBytes skEi,
        SecretBytes skEr,
        SecretBytes skPi,
        SecretBytes skPr)
        implements AutoCloseable {
    @Override
    public void close() {
        List.of(skD, skAi, skAr, skEi, skEr, skPi, skPr).forEach(SecretBytes::close);
    }
}
