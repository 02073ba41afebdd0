package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import java.util.Optional;

/**
 * Key exchange methods that we can use (RFC 3526, RFC 5903, RFC 8031; ML-KEM by FIPS 203 and
 * draft-ietf-ipsecme-ikev2-mlkem).
 */
public enum KeyExchangeMethod {
    /** Only if a profile names it: too short against a well-funded attacker. */
    MODP1024(2, 128),
    /** Only if a profile names it. */
    MODP1536(5, 192),
    MODP2048(14, 256),
    MODP3072(15, 384),
    MODP4096(16, 512),
    ECP256(19, 64),
    ECP384(20, 96),
    ECP521(21, 132),
    CURVE25519(31, 32),
    ML_KEM_768(36, 1184, 1088),
    ML_KEM_1024(37, 1568, 1568);

    private final int id;
    private final int initiatorLength;
    private final int responderLength;

    KeyExchangeMethod(int id, int valueLength) {
        this(id, valueLength, valueLength);
    }

    KeyExchangeMethod(int id, int initiatorLength, int responderLength) {
        this.id = id;
        this.initiatorLength = initiatorLength;
        this.responderLength = responderLength;
    }

    public static Optional<KeyExchangeMethod> of(int id) {
        for (KeyExchangeMethod method : values()) {
            if (method.id == id) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }

    public static Optional<KeyExchangeMethod> of(Transform transform) {
        return of(transform.id())
                .filter(m -> transform.understood() && transform.keyLengthBits() == 0);
    }

    public Transform transform() {
        return transform(TransformType.KE);
    }

    /**
     * As one of the transforms of another type.
     *
     * @param type KE or an additional key exchange
     */
    public Transform transform(TransformType type) {
        return Transform.of(type, id);
    }

    public int id() {
        return id;
    }

    /** Octets of key exchange data that the initiator sends: a public value or key. */
    public int initiatorLength() {
        return initiatorLength;
    }

    /** Octets of key exchange data that the responder sends: a public value or a ciphertext. */
    public int responderLength() {
        return responderLength;
    }
}
