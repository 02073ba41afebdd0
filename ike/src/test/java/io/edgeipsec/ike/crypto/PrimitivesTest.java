package io.edgeipsec.ike.crypto;

import static io.edgeipsec.ike.vectors.TestVectors.bytes;
import static io.edgeipsec.ike.vectors.TestVectors.octets;
import static io.edgeipsec.ike.vectors.TestVectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.vectors.TestVectors;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** PRFs, prf+ and ciphers against published vectors. */
class PrimitivesTest {
    private final Primitives primitives = new Primitives();

    private static SecretBytes secret(JsonNode vector, String field) {
        return SecretBytes.wrap(bytes(vector, field));
    }

    private static Prf prf(String name) {
        return Prf.valueOf(name.replace("PRF_", ""));
    }

    private static boolean isValid(JsonNode vector) {
        return text(vector, "result").equals("valid");
    }

    @Test
    @DisplayName("RFC 2202, RFC 4231, RFC 4868: HMAC as PRF and, cut to its ICV, as integrity")
    void hmacOfTheRfcs() {
        TestVectors.runEachOfKind(
                "hmac",
                vector -> {
                    String algorithm = text(vector, "alg");
                    if (algorithm.startsWith("AUTH_")) {
                        assertIntegrity(IntegrityAlgorithm.valueOf(algorithm.substring(5)), vector);
                    } else {
                        assertPrf(prf(algorithm.replace("HMAC-SHA", "HMAC_SHA2_")), vector);
                    }
                });
    }

    private void assertPrf(Prf prf, JsonNode vector) {
        Octets expected = octets(vector, "out");
        Octets data = octets(vector, "data");
        SecretBytes key = secret(vector, "key");
        assertEquals(expected, primitives.prf(prf, key, data));
        int half = data.length() / 2;
        assertEquals(
                expected,
                primitives.prf(prf, key, data.slice(0, half), data.slice(half, data.length())));
        assertArrayEquals(
                expected.toByteArray(), primitives.prf(prf, key, secret(vector, "data")).open());
    }

    private void assertIntegrity(IntegrityAlgorithm algorithm, JsonNode vector) {
        Octets expected = octets(vector, "out");
        byte[] data = bytes(vector, "data");
        byte[] mac =
                primitives.ciphers().integrity(algorithm, secret(vector, "key"), data, data.length);
        assertEquals(algorithm.icvLength(), expected.length());
        assertEquals(expected, Octets.copyOf(mac, 0, algorithm.icvLength()));
    }

    @ParameterizedTest
    @CsvSource({
        "hmac_sha256, HMAC_SHA2_256, HMAC_SHA2_256_128",
        "hmac_sha384, HMAC_SHA2_384, HMAC_SHA2_384_192",
        "hmac_sha512, HMAC_SHA2_512, HMAC_SHA2_512_256",
    })
    void hmacOfWycheproof(String file, Prf prf, IntegrityAlgorithm integrity) {
        TestVectors.runEach(
                "valid and invalid",
                "vectors/wycheproof/" + file + ".json.gz",
                vector -> {
                    byte[] message = bytes(vector, "msg");
                    byte[] tag = bytes(vector, "tag");
                    SecretBytes key = secret(vector, "key");
                    Octets asPrf = primitives.prf(prf, key, Octets.wrap(message));
                    byte[] asMac =
                            primitives.ciphers().integrity(integrity, key, message, message.length);
                    boolean matches =
                            Octets.wrap(tag).equals(asPrf.slice(0, tag.length))
                                    && Arrays.equals(tag, Arrays.copyOf(asMac, tag.length));
                    assertEquals(isValid(vector), matches);
                });
    }

    @Test
    @DisplayName("RFC 7296 §2.13, SP 800-135: prf+")
    void prfPlusOfNist() {
        TestVectors.runEachOfKind(
                "prf-plus",
                vector -> {
                    byte[] expected = bytes(vector, "out");
                    for (int length : new int[] {expected.length, expected.length - 1, 1, 0}) {
                        SecretBytes output =
                                primitives.prfPlus(
                                        prf(text(vector, "prf")),
                                        secret(vector, "key"),
                                        secret(vector, "seed"),
                                        length);
                        assertArrayEquals(Arrays.copyOf(expected, length), output.open());
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(Prf.class)
    @DisplayName("RFC 7296 §2.13: prf+ gives 255 blocks and not an octet more")
    void prfPlusEndsAfter255Blocks(Prf prf) {
        SecretBytes key = SecretBytes.wrap(new byte[prf.length()]);
        SecretBytes seed = SecretBytes.wrap(new byte[] {1, 2, 3});
        int most = 255 * prf.length();
        byte[] output = primitives.prfPlus(prf, key, seed, most).open();
        assertEquals(most, output.length);
        // T255 = prf(K, T254 | S | 0xff)
        Octets last =
                primitives.prf(
                        prf,
                        key,
                        Octets.copyOf(output, 253 * prf.length(), prf.length()),
                        Octets.ofHex("010203ff"));
        assertEquals(last, Octets.copyOf(output, 254 * prf.length(), prf.length()));
        assertThrows(
                IllegalArgumentException.class, () -> primitives.prfPlus(prf, key, seed, most + 1));
    }

    /** A pre-shared key may be empty or longer than a block. */
    @Test
    void aKeyMayHaveAnyLength() {
        assertEquals(
                Octets.ofHex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
                primitives.prf(Prf.HMAC_SHA2_256, SecretBytes.wrap(new byte[0]), Octets.EMPTY));
        assertEquals(
                64,
                primitives
                        .prf(Prf.HMAC_SHA2_512, SecretBytes.wrap(new byte[1000]), Octets.EMPTY)
                        .length());
    }

    /** One Mac serves every key: what an earlier use left in it must not show. */
    @Test
    void aUseThatFailedLeavesNothingBehind() {
        SecretBytes key = SecretBytes.wrap(new byte[32]);
        Octets data = Octets.ofHex("0102");
        Octets expected = new Primitives().prf(Prf.HMAC_SHA2_256, key, data);
        SecretBytes closed = SecretBytes.wrap(new byte[3]);
        closed.close();
        assertThrows(
                IllegalStateException.class, () -> primitives.prf(Prf.HMAC_SHA2_256, key, closed));
        assertThrows(
                IllegalStateException.class,
                () -> primitives.prfPlus(Prf.HMAC_SHA2_256, key, closed, 100));
        assertEquals(expected, primitives.prf(Prf.HMAC_SHA2_256, key, data));
    }

    @Test
    @DisplayName("RFC 3602, SP 800-38A: AES-CBC")
    void aesCbc() {
        TestVectors.runEachOfKind(
                "aes-cbc",
                vector -> {
                    byte[] plain = bytes(vector, "plain");
                    byte[] cipher = bytes(vector, "cipher");
                    assertArrayEquals(cipher, cbc(Cipher.ENCRYPT_MODE, vector, plain));
                    assertArrayEquals(plain, cbc(Cipher.DECRYPT_MODE, vector, cipher));
                });
    }

    private byte[] cbc(int mode, JsonNode vector, byte[] input) {
        return primitives
                .ciphers()
                .cbc(mode, secret(vector, "key"), bytes(vector, "iv"), input, 0, input.length);
    }

    @ParameterizedTest
    @CsvSource({"aes-gcm, AES_GCM_16", "chacha20-poly1305, CHACHA20_POLY1305"})
    @DisplayName("RFC 5282, RFC 7634: AEADs, whose nonce is salt and IV")
    void aeadOfTheRfcs(String kind, EncryptionAlgorithm algorithm) {
        TestVectors.runEachOfKind(
                kind,
                vector -> {
                    Octets nonce = Octets.concat(octets(vector, "salt"), octets(vector, "iv"));
                    Aead aead = new Aead(algorithm, octets(vector, "key"), nonce);
                    byte[] aad = bytes(vector, "aad");
                    byte[] plain = bytes(vector, "plain");
                    byte[] sealed = bytes(vector, "cipher_and_icv");
                    assertArrayEquals(sealed, aead.seal(aad, plain));
                    assertArrayEquals(plain, aead.open(aad, sealed).orElseThrow());
                    sealed[sealed.length - 1] ^= 1;
                    assertTrue(aead.open(aad, sealed).isEmpty());
                });
    }

    @ParameterizedTest
    @CsvSource({"aes_gcm, AES_GCM_16", "chacha20_poly1305, CHACHA20_POLY1305"})
    void aeadOfWycheproof(String file, EncryptionAlgorithm algorithm) {
        TestVectors.runEach(
                "valid and invalid",
                "vectors/wycheproof/" + file + ".json.gz",
                vector -> {
                    Aead aead = new Aead(algorithm, octets(vector, "key"), octets(vector, "iv"));
                    byte[] aad = bytes(vector, "aad");
                    byte[] plain = bytes(vector, "msg");
                    byte[] sealed =
                            Octets.concat(octets(vector, "ct"), octets(vector, "tag"))
                                    .toByteArray();
                    Optional<byte[]> opened = aead.open(aad, sealed);
                    assertEquals(isValid(vector), opened.isPresent());
                    if (isValid(vector)) {
                        assertArrayEquals(plain, opened.orElseThrow());
                        assertArrayEquals(sealed, aead.seal(aad, plain));
                    }
                });
    }

    /** An AEAD under one key and one nonce of 12 octets. */
    private static final class Aead {
        private final Encryption encryption;
        private final SecretBytes keyMaterial;
        private final byte[] iv;

        Aead(EncryptionAlgorithm algorithm, Octets key, Octets nonce) {
            boolean isGcm = algorithm == EncryptionAlgorithm.AES_GCM_16;
            encryption = new Encryption(algorithm, isGcm ? key.length() * 8 : 0);
            int salt = algorithm.saltLength();
            keyMaterial = SecretBytes.wrap(Octets.concat(key, nonce.slice(0, salt)).toByteArray());
            iv = nonce.slice(salt, nonce.length()).toByteArray();
        }

        byte[] seal(byte[] aad, byte[] plain) {
            return run(Cipher.ENCRYPT_MODE, aad, plain).orElseThrow();
        }

        Optional<byte[]> open(byte[] aad, byte[] sealed) {
            return run(Cipher.DECRYPT_MODE, aad, sealed);
        }

        private Optional<byte[]> run(int mode, byte[] aad, byte[] input) {
            Ciphers ciphers = new Primitives().ciphers(); // GCM refuses to seal twice the same
            return ciphers.aead(
                    mode, encryption, keyMaterial, iv, aad, aad.length, input, 0, input.length);
        }
    }
}
