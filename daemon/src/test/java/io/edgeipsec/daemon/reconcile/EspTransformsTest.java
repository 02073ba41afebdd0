package io.edgeipsec.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.xfrm.state.EspCipher;
import io.edgeipsec.xfrm.state.EspIntegrity;
import io.edgeipsec.xfrm.state.EspTransform;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EspTransformsTest {
    private static EspSuite suite(Encryption encryption, Optional<IntegrityAlgorithm> integrity) {
        return new EspSuite(encryption, integrity, Optional.empty(), true);
    }

    /** What the key derivation makes must be as long as what the kernel is given. */
    @Test
    void keysAreAsLongOnBothSides() {
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            for (int bits : List.of(0, 128, 192, 256)) {
                Optional<Encryption> encryption = encryption(algorithm, bits);
                if (encryption.isEmpty()) {
                    continue;
                }
                Optional<IntegrityAlgorithm> none = Optional.empty();
                for (Optional<IntegrityAlgorithm> integrity :
                        algorithm.isAead()
                                ? List.of(none)
                                : List.of(
                                        Optional.of(IntegrityAlgorithm.HMAC_SHA1_96),
                                        Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256))) {
                    EspTransform transform = EspTransforms.of(suite(encryption.get(), integrity));
                    assertEquals(
                            encryption.get().keyMaterialLength(), transform.encryptionKeyOctets());
                    assertEquals(
                            integrity.map(IntegrityAlgorithm::keyLength).orElse(0),
                            transform.integrityKeyOctets());
                }
            }
        }
    }

    private static Optional<Encryption> encryption(EncryptionAlgorithm algorithm, int bits) {
        try {
            return Optional.of(new Encryption(algorithm, bits));
        } catch (IllegalArgumentException noSuchKey) {
            return Optional.empty();
        }
    }

    @Test
    void policiesLeadToEveryCombinationOfTheirs() {
        EspProposalPolicy policy =
                new EspProposalPolicy(
                        List.of(
                                new Encryption(EncryptionAlgorithm.AES_GCM_16, 256),
                                new Encryption(EncryptionAlgorithm.AES_CBC, 128)),
                        List.of(
                                IntegrityAlgorithm.HMAC_SHA2_256_128,
                                IntegrityAlgorithm.HMAC_SHA2_384_192),
                        List.of(),
                        true);
        assertEquals(
                List.of(
                        EspTransform.aead(EspCipher.AES_GCM_16, 256),
                        new EspTransform(EspCipher.AES_CBC, 128, EspIntegrity.HMAC_SHA2_256_128),
                        new EspTransform(EspCipher.AES_CBC, 128, EspIntegrity.HMAC_SHA2_384_192)),
                EspTransforms.of(policy));
    }
}
