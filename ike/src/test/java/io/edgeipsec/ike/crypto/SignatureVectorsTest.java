package io.edgeipsec.ike.crypto;

import static io.edgeipsec.ike.vectors.TestVectors.bytes;
import static io.edgeipsec.ike.vectors.TestVectors.octets;
import static io.edgeipsec.ike.vectors.TestVectors.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.vectors.TestVectors;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signatures of Project Wycheproof, by keys as they stand in certificates, through the function
 * that judges those of peers.
 */
class SignatureVectorsTest {
    /**
     * The one signature that RFC 8017 §8.2.2 leaves to us: PKCS #1 with the hash's NULL missing.
     */
    private static final String ACCEPTABLE = "acceptable";

    private static PublicKey key(JsonNode group, String algorithm) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm)
                .generatePublic(new X509EncodedKeySpec(bytes(group, "publicKey")));
    }

    private static JsonNode tests(JsonNode group) {
        return group.required("tests");
    }

    @ParameterizedTest
    @CsvSource({
        "ecdsa_secp256r1, EC, ECDSA_SHA2_256",
        "ecdsa_secp384r1, EC, ECDSA_SHA2_384",
        "ecdsa_secp521r1, EC, ECDSA_SHA2_512",
        "ed25519, Ed25519, ED25519",
        "rsa_pkcs1_2048, RSA, RSA_PKCS1_SHA2_256",
        "rsa_pkcs1_3072, RSA, RSA_PKCS1_SHA2_384",
        "rsa_pkcs1_4096, RSA, RSA_PKCS1_SHA2_512",
        "rsa_pss_2048, RSA, RSA_PSS_SHA2_256",
    })
    void signaturesOfWycheproof(String file, String algorithm, SignatureScheme scheme) {
        TestVectors.runEachOfGroups(
                "signatures, valid and invalid",
                "vectors/wycheproof/" + file + ".json.gz",
                SignatureVectorsTest::tests,
                (group, vector) -> {
                    boolean accepted =
                            Signatures.verify(
                                    key(group, algorithm),
                                    scheme,
                                    octets(vector, "msg"),
                                    octets(vector, "sig"));
                    if (!text(vector, "result").equals(ACCEPTABLE)) {
                        assertEquals(text(vector, "result").equals("valid"), accepted);
                    }
                });
    }

    /**
     * The vectors are in DER; those that are two whole numbers of the field's size say it as r|s.
     */
    @ParameterizedTest
    @CsvSource({
        "ecdsa_secp256r1, RAW_ECDSA_P256_SHA2_256",
        "ecdsa_secp384r1, RAW_ECDSA_P384_SHA2_384",
        "ecdsa_secp521r1, RAW_ECDSA_P521_SHA2_512",
    })
    @DisplayName("RFC 4754 §7: r|s")
    void rawSignaturesOfWycheproof(String file, SignatureScheme scheme) {
        TestVectors.runEachOfGroups(
                "signatures as r|s, valid and out of range",
                "vectors/wycheproof/" + file + ".json.gz",
                group -> TestVectors.select(tests(group), SignatureVectorsTest::isTwoNumbers),
                (group, vector) -> {
                    ECPublicKey key = (ECPublicKey) key(group, "EC");
                    int length = (key.getParams().getCurve().getField().getFieldSize() + 7) / 8;
                    ASN1Sequence pair = ASN1Sequence.getInstance(bytes(vector, "sig"));
                    Octets raw = Octets.concat(number(pair, 0, length), number(pair, 1, length));
                    assertEquals(
                            text(vector, "result").equals("valid"),
                            Signatures.verify(key, scheme, octets(vector, "msg"), raw));
                });
    }

    private static boolean isTwoNumbers(JsonNode vector) {
        String flags = vector.required("flags").toString();
        return text(vector, "result").equals("valid")
                || flags.contains("InvalidSignature")
                || flags.contains("PointDuplication");
    }

    private static Octets number(ASN1Sequence pair, int index, int length) {
        BigInteger value = ASN1Integer.getInstance(pair.getObjectAt(index)).getPositiveValue();
        return Octets.wrap(BigIntegers.asUnsignedByteArray(length, value));
    }
}
