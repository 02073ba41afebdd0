package io.edgeipsec.daemon.adapter;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.crypto.SigningKeyType;
import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/** Private keys as people have them: PKCS#8, encrypted or not, and the older forms of OpenSSL. */
final class PrivateKeys {
    private static final String POINTER = "/private_key";

    /** About a second of work; OpenSSL's default is 2048, careful people's some 100,000. */
    private static final int MAX_ITERATIONS = 1_000_000;

    private static final Octets PROBE = Octets.ofHex("6b65792070726f6265");

    private PrivateKeys() {}

    /**
     * The key in PKCS#8, not encrypted; the caller owns and zeroes it.
     *
     * @param of the public key that it must belong to
     */
    static byte[] read(String pem, @Nullable String passphrase, PublicKey of) {
        byte[] pkcs8 = decode(block(pem), passphrase, of);
        if (!belongs(pkcs8, of)) {
            Arrays.fill(pkcs8, (byte) 0);
            throw refusal("the key of another certificate", "the key of the first in pem_encoded");
        }
        return pkcs8;
    }

    private static ApiException refusal(String seen, String expected) {
        return refusal(POINTER, seen, expected);
    }

    private static ApiException refusal(String pointer, String seen, String expected) {
        return ApiException.invalid(List.of(new FieldError(pointer, seen, expected)));
    }

    private static Pem.Block block(String pem) {
        List<Pem.Block> blocks;
        try {
            // Curves are named in a block of their own by some versions of OpenSSL.
            blocks =
                    Pem.blocks(pem).stream()
                            .filter(block -> !block.label().equals("EC PARAMETERS"))
                            .toList();
        } catch (IOException notPem) {
            throw refusal("something that is not PEM", "one private key in PEM");
        }
        if (blocks.size() != 1) {
            throw refusal(blocks.size() + " objects in PEM", "one private key in PEM");
        }
        return blocks.get(0);
    }

    private static byte[] decode(Pem.Block block, @Nullable String passphrase, PublicKey of) {
        if (block.hasHeaders()) {
            Arrays.fill(block.content(), (byte) 0);
            throw refusal(
                    "a key that OpenSSL's old format encrypts",
                    "PKCS#8; 'openssl pkcs8 -topk8' makes it");
        }
        try {
            return switch (block.label()) {
                case "PRIVATE KEY" -> block.content();
                case "ENCRYPTED PRIVATE KEY" -> decrypt(block.content(), passphrase);
                case "RSA PRIVATE KEY" ->
                        new PrivateKeyInfo(
                                        new AlgorithmIdentifier(
                                                PKCSObjectIdentifiers.rsaEncryption,
                                                DERNull.INSTANCE),
                                        RSAPrivateKey.getInstance(block.content()))
                                .getEncoded(ASN1Encoding.DER);
                case "EC PRIVATE KEY" ->
                        // The curve may be missing; the certificate's is the only one that fits.
                        new PrivateKeyInfo(
                                        SubjectPublicKeyInfo.getInstance(of.getEncoded())
                                                .getAlgorithm(),
                                        ECPrivateKey.getInstance(block.content()))
                                .getEncoded(ASN1Encoding.DER);
                default -> throw refusal("'" + block.label() + "'", "a private key in PEM");
            };
        } catch (IOException | IllegalArgumentException | IllegalStateException unreadable) {
            throw refusal("a key that cannot be read", "a private key in PEM");
        }
    }

    private static byte[] decrypt(byte[] encrypted, @Nullable String passphrase)
            throws IOException {
        if (passphrase == null) {
            throw refusal("/passphrase", "missing", "the passphrase of the encrypted private_key");
        }
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encrypted);
        checkEffort(encrypted);
        PBEKeySpec password = new PBEKeySpec(passphrase.toCharArray());
        try {
            // The name of the scheme within PBES2, which is what the JDK calls them by.
            String algorithm = info.getAlgParameters().toString();
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(password),
                    info.getAlgParameters());
            return info.getKeySpec(cipher).getEncoded();
        } catch (java.security.NoSuchAlgorithmException unknown) {
            throw refusal(
                    "a key that is encrypted in a way that is not supported",
                    "PBES2 with PBKDF2 and AES; 'openssl pkcs8 -topk8 -v2 aes-256-cbc' makes it");
        } catch (GeneralSecurityException wrong) {
            throw refusal(
                    "/passphrase", "another passphrase", "the one that private_key opens with");
        } finally {
            password.clearPassword();
        }
    }

    private static void checkEffort(byte[] encrypted) {
        AlgorithmIdentifier scheme =
                org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo.getInstance(encrypted)
                        .getEncryptionAlgorithm();
        if (!scheme.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            throw refusal(
                    "a key that is encrypted by " + scheme.getAlgorithm(),
                    "PBES2 with PBKDF2 and AES; 'openssl pkcs8 -topk8 -v2 aes-256-cbc' makes it");
        }
        PBES2Parameters parameters = PBES2Parameters.getInstance(scheme.getParameters());
        if (parameters
                .getKeyDerivationFunc()
                .getAlgorithm()
                .equals(PKCSObjectIdentifiers.id_PBKDF2)) {
            PBKDF2Params derivation =
                    PBKDF2Params.getInstance(parameters.getKeyDerivationFunc().getParameters());
            if (derivation.getIterationCount().bitLength() > 31
                    || derivation.getIterationCount().intValue() > MAX_ITERATIONS) {
                throw refusal(
                        derivation.getIterationCount() + " iterations",
                        "at most " + MAX_ITERATIONS);
            }
        }
    }

    private static boolean belongs(byte[] pkcs8, PublicKey publicKey) {
        SigningKeyType type = Signatures.typeOf(publicKey).orElseThrow();
        Optional<SignatureScheme> scheme =
                SignatureScheme.choose(type, Set.copyOf(SignatureScheme.HASHES), true);
        try {
            PrivateKey key =
                    KeyFactory.getInstance(
                                    publicKey.getAlgorithm().equals("EdDSA")
                                            ? "Ed25519"
                                            : publicKey.getAlgorithm())
                            .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return Signatures.verify(
                    publicKey,
                    scheme.orElseThrow(),
                    PROBE,
                    Signatures.sign(key, scheme.orElseThrow(), PROBE));
        } catch (GeneralSecurityException another) {
            return false;
        }
    }
}
