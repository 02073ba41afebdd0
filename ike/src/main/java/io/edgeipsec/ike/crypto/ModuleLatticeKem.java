package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;

/**
 * ML-KEM (FIPS 203): the initiator sends an encapsulation key, the responder a ciphertext. The
 * private value is the decapsulation key as FIPS 203 §7.1 encodes it.
 */
final class ModuleLatticeKem implements KeyAgreement {
    /** The seeds d and z of key generation (FIPS 203 §7.1). */
    private static final int KEY_SEED_LENGTH = 64;

    /** The message m of encapsulation (FIPS 203 §7.2). */
    private static final int MESSAGE_LENGTH = 32;

    private final MLKEMParameters parameters;

    ModuleLatticeKem(MLKEMParameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public SecretBytes generate(RandomSource random) {
        try (SecretBytes seed = SecretBytes.wrap(random.bytes(KEY_SEED_LENGTH))) {
            MLKEMPrivateKeyParameters key = privateKey(seed);
            SecretBytes encoded = SecretBytes.wrap(key.getEncoded());
            key.destroy();
            return encoded;
        }
    }

    @Override
    public Octets publicValue(SecretBytes privateValue) {
        MLKEMPrivateKeyParameters key = privateKey(privateValue);
        Octets encapsulationKey = Octets.wrap(key.getPublicKey());
        key.destroy();
        return encapsulationKey;
    }

    /** Never refuses: a ciphertext that is not right gives another secret (FIPS 203 §6.3). */
    @Override
    public SecretBytes agree(SecretBytes privateValue, Octets ciphertext) {
        MLKEMPrivateKeyParameters key = privateKey(privateValue);
        SecretBytes secret =
                SecretBytes.wrap(new MLKEMExtractor(key).extractSecret(ciphertext.toByteArray()));
        key.destroy();
        return secret;
    }

    /** Refuses a key that is not reduced modulo q (FIPS 203 §7.2). */
    @Override
    public KeyExchange.Response respond(RandomSource random, Octets encapsulationKey)
            throws InvalidKeyShareException {
        MLKEMPublicKeyParameters key;
        try {
            key = new MLKEMPublicKeyParameters(parameters, encapsulationKey.toByteArray());
        } catch (IllegalArgumentException invalid) {
            throw new InvalidKeyShareException("not an " + parameters.getName() + " key");
        }
        try (SecretBytes message = SecretBytes.wrap(random.bytes(MESSAGE_LENGTH))) {
            SecretWithEncapsulation made =
                    MLKEMGenerator.internalGenerateEncapsulated(key, message.open());
            return new KeyExchange.Response(
                    Octets.wrap(made.getEncapsulation()), SecretBytes.wrap(made.getSecret()));
        }
    }

    private MLKEMPrivateKeyParameters privateKey(SecretBytes seedOrKey) {
        return new MLKEMPrivateKeyParameters(parameters, seedOrKey.open());
    }
}
