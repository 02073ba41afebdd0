package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.InvalidParameterSpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.ECPoint;

/**
 * Makes and verifies signatures. Takes up to milliseconds: not for an event loop. Thread-safe.
 *
 * <p>RSASSA-PKCS1-v1_5 is verified by BouncyCastle, which encodes what it expects and compares
 * whole blocks; verifiers that parse the block instead have been open to forgeries with small
 * exponents again and again. ECDSA too: JDK 17 takes an encoding with a sign bit for one without,
 * and refuses a signature whose r was reduced by the order of the curve.
 */
public final class Signatures {
    private static final Map<SigningKeyType, ECParameterSpec> CURVES =
            new EnumMap<>(
                    Map.of(
                            SigningKeyType.ECDSA_P256, curve("secp256r1"),
                            SigningKeyType.ECDSA_P384, curve("secp384r1"),
                            SigningKeyType.ECDSA_P521, curve("secp521r1")));

    private static final int ED25519_LENGTH = 64;

    private Signatures() {}

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (NoSuchAlgorithmException | InvalidParameterSpecException impossible) {
            throw new IllegalStateException("every JDK has " + name, impossible);
        }
    }

    /** The kind of a public or private key, if it is one of those that we know. */
    public static Optional<SigningKeyType> typeOf(java.security.Key key) {
        if (key instanceof RSAKey && key.getAlgorithm().equals("RSA")) {
            return Optional.of(SigningKeyType.RSA);
        }
        if (key instanceof ECKey ec) {
            return CURVES.entrySet().stream()
                    .filter(curve -> isSame(curve.getValue(), ec.getParams()))
                    .map(Map.Entry::getKey)
                    .findFirst();
        }
        if (key instanceof EdECKey edwards
                && edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
            return Optional.of(SigningKeyType.ED25519);
        }
        return Optional.empty();
    }

    private static boolean isSame(ECParameterSpec one, ECParameterSpec other) {
        return one.getCurve().equals(other.getCurve())
                && one.getGenerator().equals(other.getGenerator())
                && one.getOrder().equals(other.getOrder())
                && one.getCofactor() == other.getCofactor();
    }

    /**
     * Signs.
     *
     * @throws GeneralSecurityException if the key is not one for the scheme
     */
    public static Octets sign(PrivateKey key, SignatureScheme scheme, Octets octets)
            throws GeneralSecurityException {
        Signature signature = signature(scheme);
        signature.initSign(key);
        signature.update(octets.toByteArray());
        return Octets.wrap(signature.sign());
    }

    /** Whether the signature is right, and made with a key that fits the scheme. */
    public static boolean verify(
            PublicKey key, SignatureScheme scheme, Octets octets, Octets signature) {
        if (typeOf(key).filter(scheme::fits).isEmpty()) {
            return false;
        }
        if (scheme.isPkcs1() && key instanceof RSAPublicKey rsa) {
            return verifyPkcs1(rsa, scheme, octets, signature);
        }
        if (key instanceof ECPublicKey ec) {
            return verifyEcdsa(ec, scheme, octets, signature);
        }
        // JDK 17 looks at the first octets of a longer one only.
        if (scheme == SignatureScheme.ED25519 && signature.length() != ED25519_LENGTH) {
            return false;
        }
        try {
            Signature verifier = signature(scheme);
            verifier.initVerify(key);
            verifier.update(octets.toByteArray());
            return verifier.verify(signature.toByteArray());
        } catch (SignatureException | InvalidKeyException malformed) {
            return false;
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException impossible) {
            throw new IllegalStateException("this JDK lacks " + scheme, impossible);
        }
    }

    private static boolean verifyPkcs1(
            RSAPublicKey key, SignatureScheme scheme, Octets octets, Octets signature) {
        try {
            RSADigestSigner verifier = new RSADigestSigner(digest(scheme));
            verifier.init(
                    false, new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent()));
            octets.feed(verifier::update);
            return verifier.verifySignature(signature.toByteArray());
        } catch (IllegalArgumentException badKey) {
            return false;
        }
    }

    private static boolean verifyEcdsa(
            ECPublicKey key, SignatureScheme scheme, Octets octets, Octets signature) {
        X9ECParameters curve =
                CustomNamedCurves.getByName(
                        switch (typeOf(key).orElseThrow()) {
                            case ECDSA_P256 -> "secp256r1";
                            case ECDSA_P384 -> "secp384r1";
                            default -> "secp521r1";
                        });
        try {
            ECPoint point =
                    curve.getCurve().createPoint(key.getW().getAffineX(), key.getW().getAffineY());
            DSADigestSigner verifier =
                    new DSADigestSigner(
                            new ECDSASigner(),
                            digest(scheme),
                            scheme.algorithmIdentifier().isEmpty()
                                    ? PlainDSAEncoding.INSTANCE
                                    : StandardDSAEncoding.INSTANCE);
            verifier.init(false, new ECPublicKeyParameters(point, new ECDomainParameters(curve)));
            octets.feed(verifier::update);
            return verifier.verifySignature(signature.toByteArray());
        } catch (IllegalArgumentException badKey) {
            return false;
        }
    }

    private static Digest digest(SignatureScheme scheme) {
        return switch (scheme.hashLength()) {
            case 32 -> new SHA256Digest();
            case 48 -> new SHA384Digest();
            default -> new SHA512Digest();
        };
    }

    private static Signature signature(SignatureScheme scheme)
            throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
        if (scheme == SignatureScheme.ED25519) {
            return Signature.getInstance("Ed25519");
        }
        int bits = 8 * scheme.hashLength();
        if (scheme.isPss()) {
            Signature signature = Signature.getInstance("RSASSA-PSS");
            String hash = "SHA-" + bits;
            signature.setParameter(
                    new PSSParameterSpec(
                            hash,
                            "MGF1",
                            new MGF1ParameterSpec(hash),
                            scheme.hashLength(),
                            PSSParameterSpec.TRAILER_FIELD_BC));
            return signature;
        }
        String key = scheme.isPkcs1() ? "RSA" : "ECDSA";
        String form = scheme.algorithmIdentifier().isEmpty() ? "inP1363Format" : "";
        return Signature.getInstance("SHA" + bits + "with" + key + form);
    }
}
