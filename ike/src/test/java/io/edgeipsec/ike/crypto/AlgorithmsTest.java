package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The algorithms' numbers, as IANA and their RFCs have them, and what makes a suite. */
class AlgorithmsTest {
    private static final Encryption GCM = new Encryption(EncryptionAlgorithm.AES_GCM_16, 256);
    private static final Encryption CBC = new Encryption(EncryptionAlgorithm.AES_CBC, 128);
    private static final Encryption CHACHA20 = Encryption.of(EncryptionAlgorithm.CHACHA20_POLY1305);
    private static final Optional<IntegrityAlgorithm> SHA2 =
            Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128);

    @ParameterizedTest
    @CsvSource({
        // id, attribute, key, key and salt, IV, ICV, AEAD
        "AES_CBC, 12, 128, 16, 16, 16, 0, false",
        "AES_CBC, 12, 192, 24, 24, 16, 0, false",
        "AES_CBC, 12, 256, 32, 32, 16, 0, false",
        "AES_GCM_16, 20, 128, 16, 20, 8, 16, true",
        "AES_GCM_16, 20, 192, 24, 28, 8, 16, true",
        "AES_GCM_16, 20, 256, 32, 36, 8, 16, true",
        "NULL_AUTH_AES_GMAC, 21, 128, 16, 20, 8, 16, true",
        "NULL_AUTH_AES_GMAC, 21, 256, 32, 36, 8, 16, true",
        "CHACHA20_POLY1305, 28, 0, 32, 36, 8, 16, true",
        "NULL, 11, 0, 0, 0, 0, 0, false",
    })
    @DisplayName("RFC 7296 §3.3.2, RFC 4106, RFC 4543, RFC 7634: encryption")
    void encryption(
            EncryptionAlgorithm algorithm,
            int id,
            int bits,
            int key,
            int keyMaterial,
            int iv,
            int icv,
            boolean aead) {
        Encryption encryption = new Encryption(algorithm, bits);
        assertEquals(Transform.of(TransformType.ENCR, id, bits), encryption.transform());
        assertEquals(Optional.of(encryption), Encryption.of(encryption.transform()));
        assertEquals(Optional.of(algorithm), EncryptionAlgorithm.of(id));
        assertEquals(key, encryption.keyLength());
        assertEquals(keyMaterial, encryption.keyMaterialLength());
        assertEquals(iv, algorithm.ivLength());
        assertEquals(icv, algorithm.icvLength());
        assertEquals(aead, algorithm.isAead());
        assertEquals(encryption.transform().toString(), encryption.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "12, 0",
        "12, 64",
        "12, 129",
        "12, 512",
        "20, 0",
        "20, 160",
        "21, 0",
        "28, 128",
        "28, 256",
        "11, 128",
        "3, 0",
        "13, 128",
        "16, 128",
        "18, 128",
        "0, 0",
        "65535, 256",
    })
    @DisplayName("RFC 7296 §3.3.5: no other Key Length, none where it is needed, one where not")
    void otherEncryptionsAreNotOurs(int id, int bits) {
        assertEquals(Optional.empty(), Encryption.of(Transform.of(TransformType.ENCR, id, bits)));
    }

    @ParameterizedTest
    @CsvSource({"AES_CBC, 0", "AES_GCM_16, 129", "CHACHA20_POLY1305, 256", "NULL, 128"})
    void anEncryptionOfAnotherKeyLengthIsRefused(EncryptionAlgorithm algorithm, int bits) {
        assertThrows(IllegalArgumentException.class, () -> new Encryption(algorithm, bits));
    }

    @ParameterizedTest
    @CsvSource({
        "HMAC_SHA1_96, 2, 20, 12",
        "HMAC_SHA2_256_128, 12, 32, 16",
        "HMAC_SHA2_384_192, 13, 48, 24",
        "HMAC_SHA2_512_256, 14, 64, 32",
    })
    @DisplayName("RFC 2404, RFC 4868: integrity keys are as long as the hash, ICVs half of it")
    void integrity(IntegrityAlgorithm algorithm, int id, int key, int icv) {
        assertEquals(Transform.of(TransformType.INTEG, id), algorithm.transform());
        assertEquals(Optional.of(algorithm), IntegrityAlgorithm.of(algorithm.transform()));
        assertEquals(key, algorithm.keyLength());
        assertEquals(icv, algorithm.icvLength());
        assertEquals(
                Optional.empty(),
                IntegrityAlgorithm.of(Transform.of(TransformType.INTEG, id, 256)));
        assertEquals(
                Optional.empty(),
                IntegrityAlgorithm.of(new Transform(TransformType.INTEG, id, 0, false)));
        assertEquals(Optional.empty(), IntegrityAlgorithm.of(Transform.of(TransformType.INTEG, 0)));
    }

    @ParameterizedTest
    @CsvSource({
        "HMAC_SHA1, 2, 20",
        "HMAC_SHA2_256, 5, 32",
        "HMAC_SHA2_384, 6, 48",
        "HMAC_SHA2_512, 7, 64",
    })
    @DisplayName("RFC 7296 §2.13, RFC 4868: a PRF's key is as long as its output")
    void prf(Prf prf, int id, int length) {
        assertEquals(Transform.of(TransformType.PRF, id), prf.transform());
        assertEquals(Optional.of(prf), Prf.of(prf.transform()));
        assertEquals(length, prf.length());
        assertEquals(Optional.empty(), Prf.of(Transform.of(TransformType.PRF, id, 128)));
        assertEquals(Optional.empty(), Prf.of(new Transform(TransformType.PRF, id, 0, false)));
        assertEquals(Optional.empty(), Prf.of(Transform.of(TransformType.PRF, 1)));
    }

    @ParameterizedTest
    @CsvSource({
        "MODP1024, 2, 128, 128",
        "MODP1536, 5, 192, 192",
        "MODP2048, 14, 256, 256",
        "MODP3072, 15, 384, 384",
        "MODP4096, 16, 512, 512",
        "ECP256, 19, 64, 64",
        "ECP384, 20, 96, 96",
        "ECP521, 21, 132, 132",
        "CURVE25519, 31, 32, 32",
        "ML_KEM_768, 36, 1184, 1088",
        "ML_KEM_1024, 37, 1568, 1568",
    })
    @DisplayName("RFC 3526, RFC 5903 §7, RFC 8031 §3.1, FIPS 203 §8: methods, lengths of values")
    void keyExchange(KeyExchangeMethod method, int id, int fromInitiator, int fromResponder) {
        assertEquals(id, method.id());
        assertEquals(fromInitiator, method.initiatorLength());
        assertEquals(fromResponder, method.responderLength());
        assertEquals(Optional.of(method), KeyExchangeMethod.of(id));
        assertEquals(Transform.of(TransformType.KE, id), method.transform());
        assertEquals(Optional.of(method), KeyExchangeMethod.of(method.transform()));
        assertEquals(
                Optional.empty(), KeyExchangeMethod.of(Transform.of(TransformType.KE, id, 256)));
        assertEquals(
                Optional.empty(),
                KeyExchangeMethod.of(new Transform(TransformType.KE, id, 0, false)));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "22", "23", "24", "25", "32", "35", "65535"})
    @DisplayName("RFC 8247 §2.4: the groups of RFC 5114 are not ours, nor is NONE")
    void otherGroupsAreNotOurs(int id) {
        assertEquals(Optional.empty(), KeyExchangeMethod.of(id));
    }

    private static IkeSuite ike(Encryption encryption, Optional<IntegrityAlgorithm> integrity) {
        return new IkeSuite(encryption, integrity, Prf.HMAC_SHA2_256, KeyExchangeMethod.CURVE25519);
    }

    private static EspSuite esp(Encryption encryption, Optional<IntegrityAlgorithm> integrity) {
        return new EspSuite(encryption, integrity, Optional.of(KeyExchangeMethod.ECP256), true);
    }

    @Test
    @DisplayName("RFC 5282 §8: an AEAD comes without integrity, any other with it")
    void suites() {
        assertEquals(
                "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519",
                ike(GCM, Optional.empty()).toString());
        assertEquals(
                "AES_CBC-128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE25519",
                ike(CBC, SHA2).toString());
        assertEquals("CHACHA20_POLY1305/ECP256/ESN", esp(CHACHA20, Optional.empty()).toString());
        assertThrows(IllegalArgumentException.class, () -> ike(GCM, SHA2));
        assertThrows(IllegalArgumentException.class, () -> ike(CHACHA20, SHA2));
        assertThrows(IllegalArgumentException.class, () -> ike(CBC, Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> esp(GCM, SHA2));
        assertThrows(IllegalArgumentException.class, () -> esp(CBC, Optional.empty()));
    }

    @Test
    @DisplayName("RFC 7296 §5: an IKE SA is never without encryption; an ESP SA may be")
    void anIkeSaIsEncrypted() {
        Encryption none = Encryption.of(EncryptionAlgorithm.NULL);
        Encryption gmac = new Encryption(EncryptionAlgorithm.NULL_AUTH_AES_GMAC, 128);
        assertThrows(IllegalArgumentException.class, () -> ike(none, SHA2));
        assertThrows(IllegalArgumentException.class, () -> ike(gmac, Optional.empty()));
        esp(none, SHA2);
        esp(gmac, Optional.empty());
        assertThrows(IllegalArgumentException.class, () -> esp(none, Optional.empty()));
    }

    @ParameterizedTest
    @EnumSource(EncryptionAlgorithm.class)
    void aTransformThatIsNotUnderstoodIsNotOurs(EncryptionAlgorithm algorithm) {
        int bits = algorithm.allowsKeyLengthAttribute(0) ? 0 : 256;
        Transform transform =
                new Transform(TransformType.ENCR, algorithm.transformId(), bits, false);
        assertEquals(Optional.empty(), Encryption.of(transform));
    }
}
