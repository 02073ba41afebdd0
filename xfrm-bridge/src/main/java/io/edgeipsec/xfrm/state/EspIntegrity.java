package io.edgeipsec.xfrm.state;

/**
 * ESP integrity transforms (names after IANA's ikev2-parameters) as the Linux crypto API knows
 * them.
 */
public enum EspIntegrity {
    /** With a cipher that protects integrity itself. */
    NONE("", 0, 0),
    HMAC_SHA1_96("hmac(sha1)", 20, 96),
    HMAC_SHA2_256_128("hmac(sha256)", 32, 128),
    HMAC_SHA2_384_192("hmac(sha384)", 48, 192),
    HMAC_SHA2_512_256("hmac(sha512)", 64, 256),
    AES_XCBC_96("xcbc(aes)", 16, 96),
    AES_CMAC_96("cmac(aes)", 16, 96);

    private final String kernelName;
    private final int keyOctets;
    private final int icvBits;

    EspIntegrity(String kernelName, int keyOctets, int icvBits) {
        this.kernelName = kernelName;
        this.keyOctets = keyOctets;
        this.icvBits = icvBits;
    }

    public String kernelName() {
        return kernelName;
    }

    public int keyOctets() {
        return keyOctets;
    }

    int icvBits() {
        return icvBits;
    }
}
