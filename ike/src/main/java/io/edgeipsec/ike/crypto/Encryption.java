package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import java.util.Optional;

/**
 * An encryption algorithm with its key length.
 *
 * @param keyLengthBits the Key Length attribute; 0 for algorithms that have none
 */
public record Encryption(EncryptionAlgorithm algorithm, int keyLengthBits) {
    private static final int CHACHA20_KEY_BITS = 256;

    public Encryption {
        if (!algorithm.allowsKeyLengthAttribute(keyLengthBits)) {
            throw new IllegalArgumentException(algorithm + " with " + keyLengthBits + " bits");
        }
    }

    public static Encryption of(EncryptionAlgorithm algorithm) {
        return new Encryption(algorithm, 0);
    }

    /** Empty if we do not know the algorithm, or its key length is not one of its own. */
    public static Optional<Encryption> of(Transform transform) {
        return EncryptionAlgorithm.of(transform.id())
                .filter(a -> transform.understood())
                .filter(a -> a.allowsKeyLengthAttribute(transform.keyLengthBits()))
                .map(a -> new Encryption(a, transform.keyLengthBits()));
    }

    public Transform transform() {
        return Transform.of(TransformType.ENCR, algorithm.transformId(), keyLengthBits);
    }

    /** Octets of key, without the salt. */
    public int keyLength() {
        int bits =
                algorithm == EncryptionAlgorithm.CHACHA20_POLY1305
                        ? CHACHA20_KEY_BITS
                        : keyLengthBits;
        return bits / 8;
    }

    /** Octets of key and salt, as they come out of the key material. */
    public int keyMaterialLength() {
        return keyLength() + algorithm.saltLength();
    }

    @Override
    public String toString() {
        return transform().toString();
    }
}
