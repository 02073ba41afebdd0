package io.edgeipsec.ike.crypto;

import static io.edgeipsec.ike.vectors.TestVectors.bytes;
import static io.edgeipsec.ike.vectors.TestVectors.octets;
import static io.edgeipsec.ike.vectors.TestVectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.vectors.TestVectors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 7296 §2.14, §2.17, §2.18 against NIST's vectors. */
class KeyDerivationTest {
    private static final Map<String, Prf> NIST_PRF =
            Map.of(
                    "SHA-1", Prf.HMAC_SHA1,
                    "SHA2-384", Prf.HMAC_SHA2_384,
                    "SHA2-512", Prf.HMAC_SHA2_512);
    private static final Encryption GCM_256 = new Encryption(EncryptionAlgorithm.AES_GCM_16, 256);
    private static final Encryption CBC_128 = new Encryption(EncryptionAlgorithm.AES_CBC, 128);

    private final Primitives primitives = new Primitives();
    private final KeyDerivation derivation = new KeyDerivation(primitives);

    private static IkeSuite gcm(Prf prf) {
        return new IkeSuite(GCM_256, Optional.empty(), prf, KeyExchangeMethod.CURVE25519);
    }

    private static IkeSuite cbc(Prf prf) {
        return new IkeSuite(
                CBC_128,
                Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                prf,
                KeyExchangeMethod.CURVE25519);
    }

    private static SecretBytes secret(JsonNode vector, String field) {
        return SecretBytes.wrap(bytes(vector, field));
    }

    private static IkeSpi spi(JsonNode vector, String field) {
        return new IkeSpi(Long.parseUnsignedLong(text(vector, field), 16));
    }

    private static byte[] joined(SecretBytes... secrets) {
        return Octets.concat(
                        List.of(secrets).stream()
                                .map(secret -> Octets.wrap(secret.open()))
                                .toArray(Octets[]::new))
                .toByteArray();
    }

    private static byte[] cut(byte[] material, int length) {
        return Octets.copyOf(material, 0, length).toByteArray();
    }

    private static void assertKeys(byte[] material, IkeSuite suite, IkeKeys keys) {
        byte[] derived =
                joined(
                        keys.skD(),
                        keys.skAi(),
                        keys.skAr(),
                        keys.skEi(),
                        keys.skEr(),
                        keys.skPi(),
                        keys.skPr());
        assertArrayEquals(cut(material, derived.length), derived, suite.toString());
        int integrity = suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
        int encryption = suite.encryption().keyMaterialLength();
        assertEquals(suite.prf().length(), keys.skD().length());
        assertEquals(suite.prf().length(), keys.skPi().length());
        assertEquals(suite.prf().length(), keys.skPr().length());
        assertEquals(integrity, keys.skAi().length());
        assertEquals(integrity, keys.skAr().length());
        assertEquals(encryption, keys.skEi().length());
        assertEquals(encryption, keys.skEr().length());
    }

    private static void assertChild(byte[] material, EspSuite suite, ChildKeys keys) {
        byte[] derived =
                joined(
                        keys.encryptionInitiator(),
                        keys.integrityInitiator(),
                        keys.encryptionResponder(),
                        keys.integrityResponder());
        assertArrayEquals(cut(material, derived.length), derived, suite.toString());
        assertEquals(suite.encryption().keyMaterialLength(), keys.encryptionInitiator().length());
        assertEquals(suite.encryption().keyMaterialLength(), keys.encryptionResponder().length());
        int integrity = suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
        assertEquals(integrity, keys.integrityInitiator().length());
        assertEquals(integrity, keys.integrityResponder().length());
    }

    @Test
    @DisplayName("RFC 7296 §2.14, NIST CAVP: SKEYSEED = prf(Ni | Nr, g^ir)")
    void skeyseedOfNist() {
        TestVectors.runEachOfKind(
                "ikev2-skeyseed",
                vector ->
                        assertEquals(
                                octets(vector, "SKEYSEED"),
                                primitives.prf(
                                        Prf.valueOf(text(vector, "prf").substring(4)),
                                        secret(vector, "Ni_Nr"),
                                        octets(vector, "g_ir"))));
    }

    @Test
    @DisplayName("RFC 7296 §2.14, NIST ACVP: SKEYSEED, also from nonces shorter than IKE's")
    void skeyseedOfAcvp() {
        TestVectors.runEach(
                "SKEYSEED",
                "vectors/acvp-ikev2-kdf.json.gz",
                vector -> {
                    Octets nonces = Octets.concat(octets(vector, "nInit"), octets(vector, "nResp"));
                    assertEquals(
                            octets(vector, "sKeySeed"),
                            primitives.prf(
                                    prf(vector),
                                    SecretBytes.wrap(nonces.toByteArray()),
                                    octets(vector, "gir")));
                });
    }

    /** The vectors' key material is longer than any suite needs: its beginning is compared. */
    @Test
    @DisplayName("RFC 7296 §2.14, NIST ACVP: the seven keys, in their order")
    void initialKeysOfNist() {
        TestVectors.runEach(
                "initial keys",
                "vectors/acvp-ikev2-kdf.json.gz",
                vector -> vector.has("derivedKeyingMaterial"),
                vector -> {
                    byte[] material = bytes(vector, "derivedKeyingMaterial");
                    for (IkeSuite suite : suitesWithin(prf(vector), material.length)) {
                        try (IkeKeys keys = initial(vector, suite)) {
                            assertKeys(material, suite, keys);
                        }
                    }
                });
    }

    private static Prf prf(JsonNode vector) {
        return Objects.requireNonNull(NIST_PRF.get(text(vector, "hashAlg")));
    }

    private static List<IkeSuite> suitesWithin(Prf prf, int length) {
        IkeSuite small =
                new IkeSuite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        Optional.empty(),
                        prf,
                        KeyExchangeMethod.CURVE25519);
        return List.of(small, gcm(prf), cbc(prf)).stream()
                .filter(suite -> keyMaterialLength(suite) <= length)
                .toList();
    }

    private static int keyMaterialLength(IkeSuite suite) {
        return 3 * suite.prf().length()
                + 2 * suite.encryption().keyMaterialLength()
                + 2 * suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
    }

    private IkeKeys initial(JsonNode vector, IkeSuite suite) {
        return derivation.initial(
                suite,
                secret(vector, "gir"),
                octets(vector, "nInit"),
                octets(vector, "nResp"),
                spi(vector, "spiInit"),
                spi(vector, "spiResp"));
    }

    @Test
    @DisplayName("RFC 9370 §2.2.4: SKEYSEED = prf(SK_d, SK(0) | Ni | Nr | SK(1))")
    void rekeyWithAnAdditionalKeyExchange() throws Exception {
        byte[] skD = filled(1);
        IkeKeys keys =
                derivation.rekeyed(
                        Prf.HMAC_SHA2_256,
                        SecretBytes.copyOf(skD),
                        gcm(Prf.HMAC_SHA2_256),
                        SecretBytes.copyOf(filled(2)),
                        Optional.of(SecretBytes.copyOf(filled(3))),
                        Octets.wrap(filled(4)),
                        Octets.wrap(filled(5)),
                        new IkeSpi(6),
                        new IkeSpi(7));
        byte[] skeyseed = hmac(skD, filled(2), filled(4), filled(5), filled(3));
        byte[] spis = new OctetWriter().u64(6).u64(7).toByteArray();
        assertArrayEquals(
                hmac(skeyseed, filled(4), filled(5), spis, new byte[] {1}), keys.skD().open());
    }

    @Test
    @DisplayName("RFC 9370 §2.2.2: SKEYSEED(1) = prf(SK_d(0), SK(1) | Ni | Nr)")
    void anAdditionalKeyExchangeBeforeIkeAuth() throws Exception {
        byte[] skD = filled(1);
        IkeKeys keys =
                derivation.strengthened(
                        gcm(Prf.HMAC_SHA2_256),
                        SecretBytes.copyOf(skD),
                        SecretBytes.copyOf(filled(3)),
                        Octets.wrap(filled(4)),
                        Octets.wrap(filled(5)),
                        new IkeSpi(6),
                        new IkeSpi(7));
        byte[] skeyseed = hmac(skD, filled(3), filled(4), filled(5));
        byte[] spis = new OctetWriter().u64(6).u64(7).toByteArray();
        assertArrayEquals(
                hmac(skeyseed, filled(4), filled(5), spis, new byte[] {1}), keys.skD().open());
    }

    @Test
    @DisplayName("RFC 9370 §2.2.4: KEYMAT = prf+(SK_d, SK(0) | Ni | Nr | SK(1))")
    void childSaWithAnAdditionalKeyExchange() throws Exception {
        byte[] skD = filled(1);
        EspSuite suite =
                new EspSuite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        Optional.empty(),
                        Optional.of(KeyExchangeMethod.CURVE25519),
                        Optional.of(KeyExchangeMethod.ML_KEM_768),
                        false);
        ChildKeys keys =
                derivation.child(
                        Prf.HMAC_SHA2_256,
                        SecretBytes.copyOf(skD),
                        suite,
                        ExchangedSecrets.of(
                                SecretBytes.copyOf(filled(2)), SecretBytes.copyOf(filled(3))),
                        Octets.wrap(filled(4)),
                        Octets.wrap(filled(5)));
        byte[] first = hmac(skD, filled(2), filled(4), filled(5), filled(3), new byte[] {1});
        byte[] second =
                hmac(skD, first, filled(2), filled(4), filled(5), filled(3), new byte[] {2});
        byte[] material = Arrays.copyOf(first, 64);
        System.arraycopy(second, 0, material, 32, 32);
        assertArrayEquals(Arrays.copyOfRange(material, 0, 20), keys.encryptionInitiator().open());
        assertArrayEquals(Arrays.copyOfRange(material, 20, 40), keys.encryptionResponder().open());
    }

    private static byte[] filled(int value) {
        byte[] octets = new byte[32];
        Arrays.fill(octets, (byte) value);
        return octets;
    }

    private static byte[] hmac(byte[] key, byte[]... data) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        for (byte[] part : data) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    @Test
    @DisplayName("RFC 8784 §3: SK_d = prf+(PPK, SK_d'), SK_pi and SK_pr likewise, no other")
    void postQuantumPresharedKeys() throws Exception {
        IkeKeys keys =
                derivation.initial(
                        cbc(Prf.HMAC_SHA2_256),
                        SecretBytes.wrap(new byte[32]),
                        Octets.wrap(new byte[32]),
                        Octets.wrap(new byte[32]),
                        new IkeSpi(1),
                        new IkeSpi(2));
        byte[] ppk = "a post-quantum pre-shared key".getBytes(StandardCharsets.US_ASCII);
        IkeKeys mixed = derivation.mixed(Prf.HMAC_SHA2_256, keys, SecretBytes.copyOf(ppk));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(ppk, "HmacSHA256"));
        for (int i = 0; i < 3; i++) {
            mac.update(List.of(keys.skD(), keys.skPi(), keys.skPr()).get(i).open());
            mac.update((byte) 1);
            assertArrayEquals(
                    mac.doFinal(), List.of(mixed.skD(), mixed.skPi(), mixed.skPr()).get(i).open());
        }
        assertSame(keys.skEi(), mixed.skEi());
        assertSame(keys.skEr(), mixed.skEr());
        assertSame(keys.skAi(), mixed.skAi());
        assertSame(keys.skAr(), mixed.skAr());
    }

    @Test
    @DisplayName("RFC 7296 §2.17, NIST ACVP: KEYMAT without and with a new key exchange")
    void childKeysOfNist() {
        TestVectors.runEach(
                "Child SA keys",
                "vectors/acvp-ikev2-kdf.json.gz",
                vector -> vector.has("derivedKeyingMaterialChild"),
                vector -> {
                    Prf prf = prf(vector);
                    byte[] skD = cut(bytes(vector, "derivedKeyingMaterial"), prf.length());
                    byte[] plain = bytes(vector, "derivedKeyingMaterialChild");
                    byte[] withKe = bytes(vector, "derivedKeyingMaterialDh");
                    for (EspSuite suite : espSuitesWithin(plain.length)) {
                        assertChild(
                                plain,
                                suite,
                                child(vector, prf, skD, suite, ExchangedSecrets.NONE));
                        SecretBytes shared = secret(vector, "girNew");
                        assertChild(
                                withKe,
                                suite,
                                child(vector, prf, skD, suite, ExchangedSecrets.of(shared)));
                        assertFalse(shared.isClosed(), "the shared secret stays the caller's");
                    }
                });
    }

    private ChildKeys child(
            JsonNode vector, Prf prf, byte[] skD, EspSuite suite, ExchangedSecrets secrets) {
        return derivation.child(
                prf,
                SecretBytes.copyOf(skD),
                suite,
                secrets,
                octets(vector, "nInit"),
                octets(vector, "nResp"));
    }

    private static List<EspSuite> espSuitesWithin(int length) {
        EspSuite small =
                new EspSuite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        Optional.empty(),
                        Optional.empty(),
                        false);
        EspSuite integrityOnly =
                new EspSuite(
                        Encryption.of(EncryptionAlgorithm.NULL),
                        Optional.of(IntegrityAlgorithm.HMAC_SHA1_96),
                        Optional.empty(),
                        false);
        EspSuite cbc =
                new EspSuite(
                        CBC_128,
                        Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256),
                        Optional.empty(),
                        false);
        return length < 200 ? List.of(small, integrityOnly) : List.of(small, integrityOnly, cbc);
    }

    /** NIST gives the SKEYSEED alone; prf+, tested by itself, makes the expected keys of it. */
    @Test
    @DisplayName("RFC 7296 §2.18, NIST ACVP: SKEYSEED of a rekeying comes from the old SK_d")
    void rekeyedKeysOfNist() {
        TestVectors.runEach(
                "rekeyed keys",
                "vectors/acvp-ikev2-kdf.json.gz",
                vector -> vector.has("sKeySeedReKey"),
                vector -> {
                    Prf oldPrf = prf(vector);
                    byte[] skD = cut(bytes(vector, "derivedKeyingMaterial"), oldPrf.length());
                    for (IkeSuite suite : List.of(gcm(oldPrf), cbc(Prf.HMAC_SHA2_256))) {
                        Octets seed =
                                Octets.ofHex(
                                        text(vector, "nInit")
                                                + text(vector, "nResp")
                                                + "0000000000000011ffffffffffffff22");
                        byte[] material =
                                primitives
                                        .prfPlus(
                                                suite.prf(),
                                                secret(vector, "sKeySeedReKey"),
                                                SecretBytes.wrap(seed.toByteArray()),
                                                keyMaterialLength(suite))
                                        .open();
                        IkeKeys keys =
                                derivation.rekeyed(
                                        oldPrf,
                                        SecretBytes.copyOf(skD),
                                        suite,
                                        secret(vector, "girNew"),
                                        Optional.empty(),
                                        octets(vector, "nInit"),
                                        octets(vector, "nResp"),
                                        new IkeSpi(0x11),
                                        new IkeSpi(0xffffffffffffff22L));
                        assertKeys(material, suite, keys);
                    }
                });
    }
}
