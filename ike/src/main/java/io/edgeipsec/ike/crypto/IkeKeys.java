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
    /** Others for deriving and authenticating, and the same objects for protecting. */
    IkeKeys withDerived(SecretBytes newSkD, SecretBytes newSkPi, SecretBytes newSkPr) {
        return new IkeKeys(newSkD, skAi, skAr, skEi, skEr, newSkPi, newSkPr);
    }

    /** Zeroes the keys for deriving and authenticating, which others have taken over from. */
    public void closeDerived() {
        List.of(skD, skPi, skPr).forEach(SecretBytes::close);
    }

    @Override
    public void close() {
        List.of(skD, skAi, skAr, skEi, skEr, skPi, skPr).forEach(SecretBytes::close);
    }
}
