package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.crypto.Signatures;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.Locale;
import java.util.Optional;

/** Which keys and signatures of certificates are strong enough. */
final class KeyStrength {
    private static final int MIN_RSA_BITS = 2048;

    /** Each doubling makes a verification four times as long, and a stranger could ask for it. */
    private static final int MAX_RSA_BITS = 8192;

    private static final int MAX_EXPONENT_BITS = 64;
    private static final BigInteger THREE = BigInteger.valueOf(3);

    private KeyStrength() {}

    /** What is wrong with a key; empty if nothing is. */
    static Optional<String> weakness(PublicKey key) {
        Optional<String> cost = cost(key);
        if (cost.isPresent()) {
            return cost;
        }
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            BigInteger exponent = rsa.getPublicExponent();
            if (bits < MIN_RSA_BITS) {
                return Optional.of(wrongSize(bits));
            }
            if (!rsa.getModulus().testBit(0)) {
                return Optional.of("an RSA key whose modulus is even");
            }
            if (!exponent.testBit(0) || exponent.compareTo(THREE) < 0) {
                return Optional.of("an RSA key with a public exponent that is even or 1");
            }
        }
        return Signatures.typeOf(key).isEmpty()
                ? Optional.of(
                        "a key that is neither RSA, nor ECDSA on P-256, P-384 or P-521, nor"
                                + " Ed25519 (it is "
                                + key.getAlgorithm()
                                + ")")
                : Optional.empty();
    }

    /**
     * What makes a signature by a key long to verify; empty if nothing does. Whoever may send such
     * a key unasked could keep us busy with it.
     */
    static Optional<String> cost(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits > MAX_RSA_BITS) {
                return Optional.of(wrongSize(bits));
            }
            int exponentBits = rsa.getPublicExponent().bitLength();
            if (exponentBits > MAX_EXPONENT_BITS) {
                return Optional.of(
                        "an RSA key with a public exponent of %d bits, accepted are up to %d"
                                .formatted(exponentBits, MAX_EXPONENT_BITS));
            }
        }
        return Optional.empty();
    }

    private static String wrongSize(int bits) {
        return "an RSA key of %d bits, accepted are %d to %d"
                .formatted(bits, MIN_RSA_BITS, MAX_RSA_BITS);
    }

    /** What is wrong with how a certificate is signed; empty if nothing is. */
    static Optional<String> weakSignature(X509Certificate certificate) {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        return algorithm.startsWith("SHA1") || algorithm.startsWith("MD")
                ? Optional.of("a signature by " + certificate.getSigAlgName())
                : Optional.empty();
    }
}
