package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.util.EnumMap;
import java.util.Map;
import org.bouncycastle.crypto.agreement.DHStandardGroups;

/** One Diffie-Hellman group. Implementations are stateless. */
interface KeyAgreement {
    SecretBytes generate(RandomSource random);

    /** As it goes on the wire. */
    Octets publicValue(SecretBytes privateValue);

    /**
     * @param peerValue of the method's length
     * @throws InvalidKeyShareException if it is not a valid element of the group
     */
    SecretBytes agree(SecretBytes privateValue, Octets peerValue) throws InvalidKeyShareException;

    static KeyAgreement of(KeyExchangeMethod method) {
        return Registry.GROUPS.get(method);
    }

    /**
     * MODP exponents are twice the group's strength, rounded up (RFC 7919 §5.2 and appendix A):
     * some ten times faster than full-width ones, for no loss.
     */
    final class Registry {
        private static final Map<KeyExchangeMethod, KeyAgreement> GROUPS =
                new EnumMap<>(
                        Map.of(
                                KeyExchangeMethod.MODP1024,
                                new ModpAgreement(DHStandardGroups.rfc2409_1024.getP(), 256),
                                KeyExchangeMethod.MODP1536,
                                new ModpAgreement(DHStandardGroups.rfc3526_1536.getP(), 256),
                                KeyExchangeMethod.MODP2048,
                                new ModpAgreement(DHStandardGroups.rfc3526_2048.getP(), 256),
                                KeyExchangeMethod.MODP3072,
                                new ModpAgreement(DHStandardGroups.rfc3526_3072.getP(), 288),
                                KeyExchangeMethod.MODP4096,
                                new ModpAgreement(DHStandardGroups.rfc3526_4096.getP(), 336),
                                KeyExchangeMethod.ECP256,
                                new EcpAgreement("secp256r1"),
                                KeyExchangeMethod.ECP384,
                                new EcpAgreement("secp384r1"),
                                KeyExchangeMethod.ECP521,
                                new EcpAgreement("secp521r1"),
                                KeyExchangeMethod.CURVE25519,
                                new Curve25519Agreement()));

        private Registry() {}
    }
}
