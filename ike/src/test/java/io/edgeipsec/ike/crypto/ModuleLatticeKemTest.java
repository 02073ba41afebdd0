package io.edgeipsec.ike.crypto;

import static io.edgeipsec.ike.vectors.TestVectors.bytes;
import static io.edgeipsec.ike.vectors.TestVectors.octets;
import static io.edgeipsec.ike.vectors.TestVectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.vectors.TestVectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-KEM against NIST's vectors (FIPS 203). */
class ModuleLatticeKemTest {
    private static KeyAgreement kem(JsonNode vector) {
        return KeyAgreement.of(KeyExchangeMethod.valueOf(text(vector, "method")));
    }

    private static RandomSource giving(byte[] octets) {
        return destination -> {
            assertEquals(octets.length, destination.length);
            System.arraycopy(octets, 0, destination, 0, octets.length);
        };
    }

    private static void runEach(String function, TestVectors.Check check) {
        TestVectors.runEach(
                function,
                "vectors/acvp-ml-kem.json.gz",
                vector -> text(vector, "function").equals(function),
                check);
    }

    @Test
    @DisplayName("FIPS 203 §7.1")
    void keyGeneration() {
        runEach(
                "keyGen",
                vector -> {
                    byte[] seed =
                            Octets.concat(octets(vector, "d"), octets(vector, "z")).toByteArray();
                    SecretBytes key = kem(vector).generate(giving(seed));
                    assertArrayEquals(bytes(vector, "dk"), key.open());
                    assertEquals(octets(vector, "ek"), kem(vector).publicValue(key));
                });
    }

    @Test
    @DisplayName("FIPS 203 §7.2")
    void encapsulation() {
        runEach(
                "encapsulation",
                vector -> {
                    KeyExchange.Response response =
                            kem(vector).respond(giving(bytes(vector, "m")), octets(vector, "ek"));
                    assertEquals(octets(vector, "c"), response.publicValue());
                    assertArrayEquals(bytes(vector, "k"), response.sharedSecret().open());
                });
    }

    @Test
    @DisplayName("FIPS 203 §7.3, with implicit rejection of ciphertexts that were changed")
    void decapsulation() {
        runEach(
                "decapsulation",
                vector -> {
                    SecretBytes key = SecretBytes.wrap(bytes(vector, "dk"));
                    SecretBytes secret = kem(vector).agree(key, octets(vector, "c"));
                    assertArrayEquals(bytes(vector, "k"), secret.open());
                });
    }

    @Test
    @DisplayName("FIPS 203 §7.2: the modulus check")
    void checksOfEncapsulationKeys() {
        runEach(
                "encapsulationKeyCheck",
                vector -> {
                    RandomSource random = TestRandom.seeded(1);
                    if (vector.required("testPassed").asBoolean()) {
                        kem(vector).respond(random, octets(vector, "ek"));
                    } else {
                        assertThrows(
                                InvalidKeyShareException.class,
                                () -> kem(vector).respond(random, octets(vector, "ek")));
                    }
                });
    }

    /** Seeds of keys; ciphertexts valid, changed, random, and of another length. */
    @ParameterizedTest
    @CsvSource({"ml_kem_768, ML_KEM_768", "ml_kem_1024, ML_KEM_1024"})
    void mlKemOfWycheproof(String file, KeyExchangeMethod method) {
        TestVectors.runEach(
                "valid and invalid",
                "vectors/wycheproof/" + file + ".json.gz",
                vector -> {
                    KeyExchange exchange = new KeyExchange(giving(bytes(vector, "seed")));
                    try (KeyShare share = exchange.begin(method)) {
                        assertEquals(octets(vector, "ek"), share.publicValue());
                        if (text(vector, "result").equals("valid")) {
                            assertArrayEquals(
                                    bytes(vector, "K"),
                                    exchange.finish(share, octets(vector, "c")).open());
                        } else {
                            assertThrows(
                                    InvalidKeyShareException.class,
                                    () -> exchange.finish(share, octets(vector, "c")));
                        }
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyExchangeMethod.class,
            names = {"ML_KEM_768", "ML_KEM_1024"})
    void aChangedCiphertextGivesAnotherSecret(KeyExchangeMethod method) throws Exception {
        KeyExchange exchange = new KeyExchange(TestRandom.seeded(2));
        try (KeyShare share = exchange.begin(method)) {
            KeyExchange.Response response = exchange.respond(method, share.publicValue());
            byte[] changed = response.publicValue().toByteArray();
            changed[7] ^= 1;
            assertNotEquals(response.sharedSecret(), exchange.finish(share, Octets.wrap(changed)));
        }
    }
}
