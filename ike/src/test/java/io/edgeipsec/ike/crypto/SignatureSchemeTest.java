package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.SignatureHash;
import io.edgeipsec.ike.vectors.TestVectors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7427 appendix A, RFC 8420 appendix A: names of signature algorithms. */
class SignatureSchemeTest {
    private static Optional<SignatureScheme> named(String hex) {
        return SignatureScheme.named(Octets.ofHex(hex));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "RAW_.*")
    void whatWeWriteWeRead(SignatureScheme scheme) {
        assertEquals(Optional.of(scheme), SignatureScheme.named(scheme.algorithmIdentifier()));
    }

    @ParameterizedTest
    @CsvSource({
        "RSA_PKCS1_SHA2_256, 300b06092a864886f70d01010b",
        "ECDSA_SHA2_384, 300c06082a8648ce3d0403030500",
        "ED25519, 300706032b65700500",
    })
    @DisplayName("where an algorithm has no parameters, NULL and none are both in use")
    void nullAndNone(SignatureScheme scheme, String hex) {
        assertEquals(Optional.of(scheme), named(hex));
    }

    private static final Map<String, SignatureScheme> NAMES_OF_THE_RFCS =
            Map.of(
                    "sha256WithRSAEncryption", SignatureScheme.RSA_PKCS1_SHA2_256,
                    "sha384WithRSAEncryption", SignatureScheme.RSA_PKCS1_SHA2_384,
                    "sha512WithRSAEncryption", SignatureScheme.RSA_PKCS1_SHA2_512,
                    "ecdsa-with-SHA256", SignatureScheme.ECDSA_SHA2_256,
                    "ecdsa-with-SHA384", SignatureScheme.ECDSA_SHA2_384,
                    "ecdsa-with-SHA512", SignatureScheme.ECDSA_SHA2_512,
                    "rsassaPss SHA-256/MGF1-SHA-256/salt 32", SignatureScheme.RSA_PSS_SHA2_256,
                    "id-Ed25519", SignatureScheme.ED25519);

    @Test
    @DisplayName("RFC 7427 appendix A, RFC 8420 appendix A: every identifier; SHA-1, Ed448: none")
    void identifiersOfTheRfcs() {
        TestVectors.runEachOfKind(
                "rfc7427-algorithm-identifier",
                vector -> {
                    Optional<SignatureScheme> expected =
                            Optional.ofNullable(
                                    NAMES_OF_THE_RFCS.get(TestVectors.text(vector, "name")));
                    assertEquals(
                            expected, SignatureScheme.named(TestVectors.octets(vector, "der")));
                });
    }

    @Test
    @DisplayName("RFC 7427 A.4.3, RFC 4055 §3.1: PSS with the trailer field, hashes without NULL")
    void pssInItsForms() {
        assertEquals(
                Optional.of(SignatureScheme.RSA_PSS_SHA2_256),
                named(
                        "304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a"
                                + "06092a864886f70d010108300d06096086480165030402010500a203020120"
                                + "a303020101"));
        assertEquals(
                Optional.of(SignatureScheme.RSA_PSS_SHA2_256),
                named(
                        "303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a3018"
                                + "06092a864886f70d010108300b0609608648016503040201a203020120"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // RSA, ECDSA and PSS with SHA-1, the last by default
                "300d06092a864886f70d0101050500",
                "300906072a8648ce3d0401",
                "300d06092a864886f70d01010a3000",
                "300b06092a864886f70d01010a",
                // PSS: SHA2-256 with MGF1 of SHA-1, salts of 20 and 33 octets, trailer 2
                "302d06092a864886f70d01010a3020a00f300d06096086480165030402010500a203020120"
                        + "a303020101a203020120",
                "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a86"
                        + "4886f70d010108300d06096086480165030402010500a203020114",
                "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a86"
                        + "4886f70d010108300d06096086480165030402010500a203020121",
                "304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a86"
                        + "4886f70d010108300d06096086480165030402010500a203020120a303020102",
                // PSS: SHA2-256 with MGF1 of SHA2-384
                "304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a86"
                        + "4886f70d010108300d06096086480165030402020500a203020120a303020101",
                // MD5, Ed448, RSA with parameters that it cannot have
                "300d06092a864886f70d0101040500",
                "300506032b6571",
                "300e06092a864886f70d01010b020100",
                // nothing, cut short, too long, no sequence, an empty one
                "",
                "300d06092a864886f70d01010b05",
                "300d06092a864886f70d01010b050000",
                "0500",
                "3000",
            })
    void othersAreRefused(String hex) {
        assertEquals(Optional.empty(), named(hex));
    }

    @Test
    void truncatedAtEveryOctet() {
        Octets whole = SignatureScheme.RSA_PSS_SHA2_384.algorithmIdentifier();
        for (int length = 0; length < whole.length(); length++) {
            assertEquals(Optional.empty(), SignatureScheme.named(whole.slice(0, length)));
        }
    }

    @Test
    @DisplayName("RFC 7427 §4: only a hash that the peer has listed")
    void chosenFromWhatThePeerVerifies() {
        Set<SignatureHash> all = Set.copyOf(SignatureScheme.HASHES);
        assertEquals(
                Optional.of(SignatureScheme.RSA_PSS_SHA2_256),
                SignatureScheme.choose(SigningKeyType.RSA, all, false));
        assertEquals(
                Optional.of(SignatureScheme.RSA_PKCS1_SHA2_256),
                SignatureScheme.choose(SigningKeyType.RSA, all, true));
        assertEquals(
                Optional.of(SignatureScheme.RSA_PSS_SHA2_512),
                SignatureScheme.choose(SigningKeyType.RSA, Set.of(SignatureHash.SHA2_512), false));
        assertEquals(
                Optional.of(SignatureScheme.ECDSA_SHA2_384),
                SignatureScheme.choose(SigningKeyType.ECDSA_P384, all, false));
        assertEquals(
                Optional.of(SignatureScheme.ECDSA_SHA2_256),
                SignatureScheme.choose(
                        SigningKeyType.ECDSA_P521, Set.of(SignatureHash.SHA2_256), false));
        assertEquals(
                Optional.of(SignatureScheme.ED25519),
                SignatureScheme.choose(SigningKeyType.ED25519, all, false));
        for (SigningKeyType key : SigningKeyType.values()) {
            assertEquals(
                    Optional.empty(),
                    SignatureScheme.choose(key, Set.of(SignatureHash.SHA1), false),
                    key.toString());
        }
        assertEquals(
                Optional.empty(),
                SignatureScheme.choose(
                        SigningKeyType.ED25519, Set.of(SignatureHash.SHA2_512), false));
    }

    @Test
    @DisplayName("a peer without RFC 7427 gets ECDSA in its old form, and nothing with SHA-1")
    void chosenForAnOldPeer() {
        assertEquals(
                List.of(
                        Optional.empty(),
                        Optional.of(SignatureScheme.RAW_ECDSA_P256_SHA2_256),
                        Optional.of(SignatureScheme.RAW_ECDSA_P384_SHA2_384),
                        Optional.of(SignatureScheme.RAW_ECDSA_P521_SHA2_512),
                        Optional.empty()),
                Arrays.stream(SigningKeyType.values())
                        .map(key -> SignatureScheme.choose(key, Set.of(), false))
                        .toList());
    }

    @Test
    void keysFitSchemes() {
        assertTrue(SignatureScheme.ECDSA_SHA2_512.fits(SigningKeyType.ECDSA_P256));
        assertTrue(SignatureScheme.RAW_ECDSA_P256_SHA2_256.fits(SigningKeyType.ECDSA_P256));
        assertFalse(SignatureScheme.RAW_ECDSA_P256_SHA2_256.fits(SigningKeyType.ECDSA_P384));
        assertFalse(SignatureScheme.RSA_PSS_SHA2_256.fits(SigningKeyType.ECDSA_P256));
        assertFalse(SignatureScheme.ED25519.fits(SigningKeyType.RSA));
    }
}
