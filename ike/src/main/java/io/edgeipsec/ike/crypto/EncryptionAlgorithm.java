package io.edgeipsec.ike.crypto;

import java.util.Optional;

/** Encryption transforms that we can use (RFC 7296 §3.3.2, RFC 5282, RFC 7634, RFC 4543). */
public enum EncryptionAlgorithm {
    /** For ESP only, and only if a profile names it. */
    NULL(11, false, 0, 0, 0, false),
    AES_CBC(12, true, 0, 16, 0, false),
    AES_GCM_16(20, true, 4, 8, 16, true),
    /** For ESP only, and only if a profile names it: integrity without confidentiality. */
    NULL_AUTH_AES_GMAC(21, true, 4, 8, 16, true),
    CHACHA20_POLY1305(28, false, 4, 8, 16, true);

    private final int transformId;
    private final boolean aesKeyLengths;
    private final int saltLength;
    private final int ivLength;
    private final int icvLength;
    private final boolean aead;

    EncryptionAlgorithm(
            int transformId,
            boolean aesKeyLengths,
            int saltLength,
            int ivLength,
            int icvLength,
            boolean aead) {
        this.transformId = transformId;
        this.aesKeyLengths = aesKeyLengths;
        this.saltLength = saltLength;
        this.ivLength = ivLength;
        this.icvLength = icvLength;
        this.aead = aead;
    }

    public static Optional<EncryptionAlgorithm> of(int transformId) {
        for (EncryptionAlgorithm algorithm : values()) {
            if (algorithm.transformId == transformId) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    public int transformId() {
        return transformId;
    }

    /** Whether a Key Length attribute of so many bits, 0 meaning none, may stand beside it. */
    public boolean allowsKeyLengthAttribute(int bits) {
        return aesKeyLengths ? bits == 128 || bits == 192 || bits == 256 : bits == 0;
    }

    /** Octets of salt that follow the key in the key material. */
    public int saltLength() {
        return saltLength;
    }

    public int ivLength() {
        return ivLength;
    }

    /** Octets of ICV of an AEAD; 0 where an integrity transform provides it. */
    public int icvLength() {
        return icvLength;
    }

    /** Whether it authenticates by itself, so that no integrity transform stands beside it. */
    public boolean isAead() {
        return aead;
    }
}
