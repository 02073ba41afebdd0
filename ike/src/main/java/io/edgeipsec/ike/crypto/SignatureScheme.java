package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.SignatureHash;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * The signatures that an AUTH payload may hold: those of authentication method 14 (RFC 7427, RFC
 * 8420), and ECDSA in the form of methods 9 to 11 (RFC 4754). There is none with SHA-1 (RFC 8247
 * §3.2).
 */
public enum SignatureScheme {
    // Without the trailer field, as DER has it of a default value. RFC 7427 appendix A.4.3 names
    // it,
    // which some peers refuse.
    RSA_PSS_SHA2_256(
            SignatureHash.SHA2_256,
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886"
                    + "f70d010108300d06096086480165030402010500a203020120"),
    RSA_PSS_SHA2_384(
            SignatureHash.SHA2_384,
            "304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886"
                    + "f70d010108300d06096086480165030402020500a203020130"),
    RSA_PSS_SHA2_512(
            SignatureHash.SHA2_512,
            "304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886"
                    + "f70d010108300d06096086480165030402030500a203020140"),
    RSA_PKCS1_SHA2_256(SignatureHash.SHA2_256, "300d06092a864886f70d01010b0500"),
    RSA_PKCS1_SHA2_384(SignatureHash.SHA2_384, "300d06092a864886f70d01010c0500"),
    RSA_PKCS1_SHA2_512(SignatureHash.SHA2_512, "300d06092a864886f70d01010d0500"),
    ECDSA_SHA2_256(SignatureHash.SHA2_256, "300a06082a8648ce3d040302"),
    ECDSA_SHA2_384(SignatureHash.SHA2_384, "300a06082a8648ce3d040303"),
    ECDSA_SHA2_512(SignatureHash.SHA2_512, "300a06082a8648ce3d040304"),
    ED25519(SignatureHash.IDENTITY, "300506032b6570"),

    /** The value is r|s, and the curve is part of the scheme; so with the next two. */
    RAW_ECDSA_P256_SHA2_256(SignatureHash.SHA2_256, ""),
    RAW_ECDSA_P384_SHA2_384(SignatureHash.SHA2_384, ""),
    RAW_ECDSA_P521_SHA2_512(SignatureHash.SHA2_512, "");

    /** What we verify, for SIGNATURE_HASH_ALGORITHMS. */
    public static final List<SignatureHash> HASHES =
            List.of(
                    SignatureHash.SHA2_256,
                    SignatureHash.SHA2_384,
                    SignatureHash.SHA2_512,
                    SignatureHash.IDENTITY);

    private static final Set<SignatureScheme> ALL_ECDSA =
            EnumSet.of(ECDSA_SHA2_256, ECDSA_SHA2_384, ECDSA_SHA2_512);

    private static final Map<ASN1ObjectIdentifier, SignatureScheme> WITHOUT_PARAMETERS =
            Map.of(
                    PKCSObjectIdentifiers.sha256WithRSAEncryption,
                    RSA_PKCS1_SHA2_256,
                    PKCSObjectIdentifiers.sha384WithRSAEncryption,
                    RSA_PKCS1_SHA2_384,
                    PKCSObjectIdentifiers.sha512WithRSAEncryption,
                    RSA_PKCS1_SHA2_512,
                    X9ObjectIdentifiers.ecdsa_with_SHA256,
                    ECDSA_SHA2_256,
                    X9ObjectIdentifiers.ecdsa_with_SHA384,
                    ECDSA_SHA2_384,
                    X9ObjectIdentifiers.ecdsa_with_SHA512,
                    ECDSA_SHA2_512,
                    new ASN1ObjectIdentifier("1.3.101.112"),
                    ED25519);

    private static final Map<ASN1ObjectIdentifier, SignatureScheme> PSS =
            Map.of(
                    NISTObjectIdentifiers.id_sha256, RSA_PSS_SHA2_256,
                    NISTObjectIdentifiers.id_sha384, RSA_PSS_SHA2_384,
                    NISTObjectIdentifiers.id_sha512, RSA_PSS_SHA2_512);

    private final int hash;
    private final String algorithmIdentifier;

    SignatureScheme(SignatureHash hash, String algorithmIdentifier) {
        this.hash = hash.value();
        this.algorithmIdentifier = algorithmIdentifier;
    }

    public SignatureHash hash() {
        return new SignatureHash(hash);
    }

    /** Length of the hash, and of the salt with RSASSA-PSS; not for EdDSA. */
    public int hashLength() {
        return 16 * hash; // SHA2-256 is 2, SHA2-384 is 3, SHA2-512 is 4
    }

    /** DER; empty for the schemes that method 14 does not carry. */
    public Octets algorithmIdentifier() {
        return Octets.ofHex(algorithmIdentifier);
    }

    public boolean isPss() {
        return PSS.containsValue(this);
    }

    public boolean isPkcs1() {
        return this == RSA_PKCS1_SHA2_256
                || this == RSA_PKCS1_SHA2_384
                || this == RSA_PKCS1_SHA2_512;
    }

    /** Whether a key of this type makes such signatures. */
    public boolean fits(SigningKeyType key) {
        return switch (key) {
            case RSA -> isPss() || isPkcs1();
            case ECDSA_P256 -> ALL_ECDSA.contains(this) || this == RAW_ECDSA_P256_SHA2_256;
            case ECDSA_P384 -> ALL_ECDSA.contains(this) || this == RAW_ECDSA_P384_SHA2_384;
            case ECDSA_P521 -> ALL_ECDSA.contains(this) || this == RAW_ECDSA_P521_SHA2_512;
            case ED25519 -> this == ED25519;
        };
    }

    /**
     * The scheme that a peer's AlgorithmIdentifier names. Where an algorithm has no parameters,
     * both NULL and none are in use.
     */
    public static Optional<SignatureScheme> named(Octets der) {
        try {
            AlgorithmIdentifier identifier =
                    AlgorithmIdentifier.getInstance(ASN1Primitive.fromByteArray(der.toByteArray()));
            if (identifier == null) {
                return Optional.empty();
            }
            ASN1Encodable parameters = identifier.getParameters();
            if (identifier.getAlgorithm().equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
                return parameters == null
                        ? Optional.empty() // means SHA-1
                        : pss(RSASSAPSSparams.getInstance(parameters));
            }
            return isNone(parameters)
                    ? Optional.ofNullable(WITHOUT_PARAMETERS.get(identifier.getAlgorithm()))
                    : Optional.empty();
        } catch (IOException
                | IllegalArgumentException
                | IllegalStateException
                | ArithmeticException
                | ClassCastException notOne) {
            return Optional.empty();
        }
    }

    /** Only MGF1 with the same hash, and a salt as long as it (RFC 7427 appendix A.4). */
    private static Optional<SignatureScheme> pss(RSASSAPSSparams parameters) {
        AlgorithmIdentifier hash = parameters.getHashAlgorithm();
        AlgorithmIdentifier mask = parameters.getMaskGenAlgorithm();
        SignatureScheme scheme = PSS.get(hash.getAlgorithm());
        if (scheme == null
                || !isNone(hash.getParameters())
                || !mask.getAlgorithm().equals(PKCSObjectIdentifiers.id_mgf1)) {
            return Optional.empty();
        }
        AlgorithmIdentifier maskHash = AlgorithmIdentifier.getInstance(mask.getParameters());
        boolean usual =
                maskHash != null
                        && maskHash.getAlgorithm().equals(hash.getAlgorithm())
                        && isNone(maskHash.getParameters())
                        && parameters
                                .getSaltLength()
                                .equals(BigInteger.valueOf(scheme.hashLength()))
                        && parameters.getTrailerField().equals(BigInteger.ONE);
        return usual ? Optional.of(scheme) : Optional.empty();
    }

    private static boolean isNone(@Nullable ASN1Encodable parameters) {
        return parameters == null || DERNull.INSTANCE.equals(parameters);
    }

    /**
     * What to sign with: a hash that the peer verifies; else, where the peer knows nothing of
     * method 14, ECDSA in its old form.
     *
     * @param peerHashes empty if the peer did not send SIGNATURE_HASH_ALGORITHMS
     * @param likePkcs1 whether an RSA key is to sign as a peer does that may not know RSASSA-PSS
     */
    public static Optional<SignatureScheme> choose(
            SigningKeyType key, Set<SignatureHash> peerHashes, boolean likePkcs1) {
        List<SignatureScheme> preferred =
                switch (key) {
                    case RSA ->
                            likePkcs1
                                    ? List.of(
                                            RSA_PKCS1_SHA2_256,
                                            RSA_PKCS1_SHA2_384,
                                            RSA_PKCS1_SHA2_512)
                                    : List.of(RSA_PSS_SHA2_256, RSA_PSS_SHA2_384, RSA_PSS_SHA2_512);
                    case ECDSA_P256 -> List.of(ECDSA_SHA2_256, ECDSA_SHA2_384, ECDSA_SHA2_512);
                    case ECDSA_P384 -> List.of(ECDSA_SHA2_384, ECDSA_SHA2_512, ECDSA_SHA2_256);
                    case ECDSA_P521 -> List.of(ECDSA_SHA2_512, ECDSA_SHA2_384, ECDSA_SHA2_256);
                    case ED25519 -> List.of(ED25519);
                };
        if (!peerHashes.isEmpty()) {
            return preferred.stream().filter(s -> peerHashes.contains(s.hash())).findFirst();
        }
        return Arrays.stream(values())
                .filter(s -> s.algorithmIdentifier.isEmpty() && s.fits(key))
                .findFirst();
    }
}
