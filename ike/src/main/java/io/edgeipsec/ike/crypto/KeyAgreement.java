package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import org.bouncycastle.crypto.agreement.DHStandardGroups;
import org.bouncycastle.crypto.params.DHParameters;
import org.bouncycastle.crypto.params.MLKEMParameters;

/**
 * One key exchange method. The defaults are those of Diffie-Hellman groups, where both sides do the
 * same; a KEM differs for the responder. Implementations are stateless.
 */
interface KeyAgreement {
    SecretBytes generate(RandomSource random);

    /** As the initiator sends it. */
    Octets publicValue(SecretBytes privateValue);

    /**
     * Computes the shared secret as the initiator.
     *
     * @param peerValue of the method's length
     * @throws InvalidKeyShareException if it is not a valid element of the group
     */
    SecretBytes agree(SecretBytes privateValue, Octets peerValue) throws InvalidKeyShareException;

    /**
     * Does the responder's part.
     *
     * @param peerValue of the method's length
     * @throws InvalidKeyShareException if it is not a valid element of the group, or no valid key
     */
    default KeyExchange.Response respond(RandomSource random, Octets peerValue)
            throws InvalidKeyShareException {
        try (SecretBytes privateValue = generate(random)) {
            return new KeyExchange.Response(
                    publicValue(privateValue), agree(privateValue, peerValue));
        }
    }

    /**
     * The implementation of a method. MODP exponents are twice the group's strength, rounded up
     * (RFC 7919 §5.2 and appendix A): some ten times faster than full-width ones, for no loss.
     */
    static KeyAgreement of(KeyExchangeMethod method) {
        return switch (method) {
            case MODP1024 -> Groups.MODP1024;
            case MODP1536 -> Groups.MODP1536;
            case MODP2048 -> Groups.MODP2048;
            case MODP3072 -> Groups.MODP3072;
            case MODP4096 -> Groups.MODP4096;
            case ECP256 -> Groups.ECP256;
            case ECP384 -> Groups.ECP384;
            case ECP521 -> Groups.ECP521;
            case CURVE25519 -> Groups.CURVE25519;
            case ML_KEM_768 -> Groups.ML_KEM_768;
            case ML_KEM_1024 -> Groups.ML_KEM_1024;
        };
    }

    /** One object per method, made at the first use of any. */
    final class Groups {
        static final KeyAgreement MODP1024 = modp(DHStandardGroups.rfc2409_1024, 256);
        static final KeyAgreement MODP1536 = modp(DHStandardGroups.rfc3526_1536, 256);
        static final KeyAgreement MODP2048 = modp(DHStandardGroups.rfc3526_2048, 256);
        static final KeyAgreement MODP3072 = modp(DHStandardGroups.rfc3526_3072, 288);
        static final KeyAgreement MODP4096 = modp(DHStandardGroups.rfc3526_4096, 336);
        static final KeyAgreement ECP256 = new EcpAgreement("secp256r1");
        static final KeyAgreement ECP384 = new EcpAgreement("secp384r1");
        static final KeyAgreement ECP521 = new EcpAgreement("secp521r1");
        static final KeyAgreement CURVE25519 = new Curve25519Agreement();
        static final KeyAgreement ML_KEM_768 = new ModuleLatticeKem(MLKEMParameters.ml_kem_768);
        static final KeyAgreement ML_KEM_1024 = new ModuleLatticeKem(MLKEMParameters.ml_kem_1024);

        private Groups() {}

        private static KeyAgreement modp(DHParameters group, int exponentBits) {
            return new ModpAgreement(group.getP(), exponentBits);
        }
    }
}
