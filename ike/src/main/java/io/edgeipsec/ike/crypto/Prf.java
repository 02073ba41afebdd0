package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import java.util.Optional;

/** Pseudo-random functions that we can use (RFC 7296 §3.3.2, RFC 4868). */
public enum Prf {
    /** Only if a profile names it. */
    HMAC_SHA1(2, "HmacSHA1", 20),
    HMAC_SHA2_256(5, "HmacSHA256", 32),
    HMAC_SHA2_384(6, "HmacSHA384", 48),
    HMAC_SHA2_512(7, "HmacSHA512", 64);

    private final int transformId;
    private final String jcaName;
    private final int length;

    Prf(int transformId, String jcaName, int length) {
        this.transformId = transformId;
        this.jcaName = jcaName;
        this.length = length;
    }

    public static Optional<Prf> of(Transform transform) {
        for (Prf prf : values()) {
            if (prf.transformId == transform.id()
                    && transform.keyLengthBits() == 0
                    && transform.understood()) {
                return Optional.of(prf);
            }
        }
        return Optional.empty();
    }

    public Transform transform() {
        return Transform.of(TransformType.PRF, transformId);
    }

    String jcaName() {
        return jcaName;
    }

    /** Octets of output, which are also the octets of its preferred key. */
    public int length() {
        return length;
    }
}
