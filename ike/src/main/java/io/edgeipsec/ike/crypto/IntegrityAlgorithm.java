package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import java.util.Optional;

/** Integrity transforms that we can use (RFC 4868, RFC 2404). */
public enum IntegrityAlgorithm {
    /** Only if a profile names it. */
    HMAC_SHA1_96(2, "HmacSHA1", 20, 12),
    HMAC_SHA2_256_128(12, "HmacSHA256", 32, 16),
    HMAC_SHA2_384_192(13, "HmacSHA384", 48, 24),
    HMAC_SHA2_512_256(14, "HmacSHA512", 64, 32);

    private final int transformId;
    private final String jcaName;
    private final int keyLength;
    private final int icvLength;

    IntegrityAlgorithm(int transformId, String jcaName, int keyLength, int icvLength) {
        this.transformId = transformId;
        this.jcaName = jcaName;
        this.keyLength = keyLength;
        this.icvLength = icvLength;
    }

    public static Optional<IntegrityAlgorithm> of(Transform transform) {
        for (IntegrityAlgorithm algorithm : values()) {
            if (algorithm.transformId == transform.id()
                    && transform.keyLengthBits() == 0
                    && transform.understood()) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    public Transform transform() {
        return Transform.of(TransformType.INTEG, transformId);
    }

    String jcaName() {
        return jcaName;
    }

    public int keyLength() {
        return keyLength;
    }

    public int icvLength() {
        return icvLength;
    }
}
