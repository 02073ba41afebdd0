package io.edgeipsec.xfrm.state;

/**
 * ESP encryption transforms (names after IANA's ikev2-parameters) as the Linux crypto API knows
 * them. Key sizes are without salt; {@code saltOctets} are the last octets of the keying material.
 */
public enum EspCipher {
    AES_GCM_8("rfc4106(gcm(aes))", true, 128, 256, 4, 64, 8, 4),
    AES_GCM_12("rfc4106(gcm(aes))", true, 128, 256, 4, 96, 8, 4),
    AES_GCM_16("rfc4106(gcm(aes))", true, 128, 256, 4, 128, 8, 4),
    AES_CCM_8("rfc4309(ccm(aes))", true, 128, 256, 3, 64, 8, 4),
    AES_CCM_12("rfc4309(ccm(aes))", true, 128, 256, 3, 96, 8, 4),
    AES_CCM_16("rfc4309(ccm(aes))", true, 128, 256, 3, 128, 8, 4),
    CHACHA20_POLY1305("rfc7539esp(chacha20,poly1305)", true, 256, 256, 4, 128, 8, 4),
    /** Integrity only (RFC 4543). */
    NULL_AUTH_AES_GMAC("rfc4543(gcm(aes))", true, 128, 256, 4, 128, 8, 4),
    AES_CBC("cbc(aes)", false, 128, 256, 0, 0, 16, 16),
    AES_CTR("rfc3686(ctr(aes))", false, 128, 256, 4, 0, 8, 4),
    TRIPLE_DES_CBC("cbc(des3_ede)", false, 192, 192, 0, 0, 8, 8),
    NULL("ecb(cipher_null)", false, 0, 0, 0, 0, 0, 4);

    private final String kernelName;
    private final boolean aead;
    private final int minKeyBits;
    private final int maxKeyBits;
    private final int saltOctets;
    private final int icvBits;
    private final int ivOctets;
    private final int blockOctets;

    EspCipher(
            String kernelName,
            boolean aead,
            int minKeyBits,
            int maxKeyBits,
            int saltOctets,
            int icvBits,
            int ivOctets,
            int blockOctets) {
        this.kernelName = kernelName;
        this.aead = aead;
        this.minKeyBits = minKeyBits;
        this.maxKeyBits = maxKeyBits;
        this.saltOctets = saltOctets;
        this.icvBits = icvBits;
        this.ivOctets = ivOctets;
        this.blockOctets = blockOctets;
    }

    public String kernelName() {
        return kernelName;
    }

    /** It protects integrity too: no {@link EspIntegrity} beside it. */
    public boolean isAead() {
        return aead;
    }

    /** Sizes go up in steps of 64 bits. */
    public boolean takesKeyOf(int bits) {
        return bits >= minKeyBits && bits <= maxKeyBits && (bits - minKeyBits) % 64 == 0;
    }

    public int saltOctets() {
        return saltOctets;
    }

    int icvBits() {
        return icvBits;
    }

    int ivOctets() {
        return ivOctets;
    }

    /** What payload, padding and trailer are aligned to. */
    int blockOctets() {
        return blockOctets;
    }
}
