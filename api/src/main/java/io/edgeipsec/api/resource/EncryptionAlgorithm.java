package io.edgeipsec.api.resource;

/**
 * Encryption algorithms of both profile kinds; which of them a kind takes is in the API document.
 * CHACHA20_POLY1305 is our extension of the contract.
 */
public enum EncryptionAlgorithm {
    AES_128(Family.CBC, 128),
    AES_256(Family.CBC, 256),
    AES_GCM_128(Family.AEAD, 128),
    AES_GCM_192(Family.AEAD, 192),
    AES_GCM_256(Family.AEAD, 256),
    CHACHA20_POLY1305(Family.AEAD, 256),
    NO_ENCRYPTION_AUTH_AES_GMAC_128(Family.GMAC, 128),
    NO_ENCRYPTION_AUTH_AES_GMAC_192(Family.GMAC, 192),
    NO_ENCRYPTION_AUTH_AES_GMAC_256(Family.GMAC, 256),
    NO_ENCRYPTION(Family.NULL, 0);

    /** What an algorithm needs beside it and what it gives. */
    public enum Family {
        /** Encrypts; needs a digest for integrity. */
        CBC,
        /** Encrypts and authenticates; takes no digest. */
        AEAD,
        /** Authenticates only (RFC 4543); takes no digest. */
        GMAC,
        /** Neither (RFC 2410); needs a digest. */
        NULL
    }

    private final Family family;
    private final int keyBits;

    EncryptionAlgorithm(Family family, int keyBits) {
        this.family = family;
        this.keyBits = keyBits;
    }

    public Family family() {
        return family;
    }

    public int keyBits() {
        return keyBits;
    }

    public boolean needsDigest() {
        return family == Family.CBC || family == Family.NULL;
    }

    public boolean encrypts() {
        return family == Family.CBC || family == Family.AEAD;
    }
}
