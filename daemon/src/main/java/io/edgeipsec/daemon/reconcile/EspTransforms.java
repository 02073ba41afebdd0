package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.xfrm.state.EspCipher;
import io.edgeipsec.xfrm.state.EspIntegrity;
import io.edgeipsec.xfrm.state.EspTransform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What IKE negotiates, in the kernel side's words. */
public final class EspTransforms {
    private EspTransforms() {}

    public static EspTransform of(EspSuite suite) {
        return of(suite.encryption(), suite.integrity());
    }

    /** Every transform that a policy may lead to. */
    static List<EspTransform> of(EspProposalPolicy policy) {
        List<EspTransform> transforms = new ArrayList<>();
        for (Encryption encryption : policy.encryption()) {
            if (encryption.algorithm().isAead()) {
                transforms.add(of(encryption, Optional.empty()));
            } else {
                policy.integrity().forEach(i -> transforms.add(of(encryption, Optional.of(i))));
            }
        }
        return transforms;
    }

    private static EspTransform of(Encryption encryption, Optional<IntegrityAlgorithm> integrity) {
        return new EspTransform(
                cipher(encryption),
                encryption.keyLength() * 8,
                integrity.map(EspTransforms::integrity).orElse(EspIntegrity.NONE));
    }

    private static EspCipher cipher(Encryption encryption) {
        return switch (encryption.algorithm()) {
            case NULL -> EspCipher.NULL;
            case AES_CBC -> EspCipher.AES_CBC;
            case AES_GCM_16 -> EspCipher.AES_GCM_16;
            case NULL_AUTH_AES_GMAC -> EspCipher.NULL_AUTH_AES_GMAC;
            case CHACHA20_POLY1305 -> EspCipher.CHACHA20_POLY1305;
        };
    }

    private static EspIntegrity integrity(IntegrityAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA1_96 -> EspIntegrity.HMAC_SHA1_96;
            case HMAC_SHA2_256_128 -> EspIntegrity.HMAC_SHA2_256_128;
            case HMAC_SHA2_384_192 -> EspIntegrity.HMAC_SHA2_384_192;
            case HMAC_SHA2_512_256 -> EspIntegrity.HMAC_SHA2_512_256;
        };
    }
}
