package io.edgeipsec.ike.crypto;

/** The kinds of keys that certificates may hold. */
public enum SigningKeyType {
    RSA,
    ECDSA_P256,
    ECDSA_P384,
    ECDSA_P521,
    ED25519
}
