package io.edgeipsec.ike.crypto;

import static io.edgeipsec.ike.vectors.TestVectors.bytes;
import static io.edgeipsec.ike.vectors.TestVectors.octets;
import static io.edgeipsec.ike.vectors.TestVectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.vectors.TestVectors;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every group: agreement, and the values that RFC 6989 and RFC 7748 refuse. */
class KeyExchangeTest {
    private static final String MODP = "vectors/modp.json";

    private final KeyExchange exchange = new KeyExchange(TestRandom.seeded(1));

    private static KeyExchangeMethod method(int id) {
        return KeyExchangeMethod.of(id).orElseThrow();
    }

    private static KeyShare share(KeyExchangeMethod method, byte[] privateValue) {
        return new KeyShare(method, Octets.EMPTY, SecretBytes.copyOf(privateValue));
    }

    private static Octets publicValue(KeyExchangeMethod method, byte[] privateValue) {
        return KeyAgreement.of(method).publicValue(SecretBytes.copyOf(privateValue));
    }

    private Octets agree(KeyExchangeMethod method, byte[] privateValue, Octets peer)
            throws InvalidKeyShareException {
        return Octets.wrap(exchange.finish(share(method, privateValue), peer).open());
    }

    private void assertRefused(KeyExchangeMethod method, Octets peer) {
        try (KeyShare share = exchange.begin(method)) {
            assertThrows(
                    InvalidKeyShareException.class,
                    () -> exchange.finish(share, peer),
                    peer::toString);
        }
    }

    private static Octets unsigned(int length, BigInteger value) {
        return Octets.wrap(BigIntegers.asUnsignedByteArray(length, value));
    }

    // Agreement

    @ParameterizedTest
    @EnumSource(KeyExchangeMethod.class)
    void bothSidesAgreeAndEachExchangeIsNew(KeyExchangeMethod method) throws Exception {
        Set<Octets> seen = new TreeSet<>();
        int rounds = 3;
        for (int i = 0; i < rounds; i++) {
            try (KeyShare share = exchange.begin(method)) {
                assertEquals(method, share.method());
                assertEquals(method.initiatorLength(), share.publicValue().length());
                KeyExchange.Response response = exchange.respond(method, share.publicValue());
                assertEquals(method.responderLength(), response.publicValue().length());
                SecretBytes secret = exchange.finish(share, response.publicValue());
                assertEquals(response.sharedSecret(), secret);
                seen.addAll(
                        List.of(
                                share.publicValue(),
                                response.publicValue(),
                                Octets.wrap(secret.open())));
            }
        }
        assertEquals(3 * rounds, seen.size());
    }

    @ParameterizedTest
    @CsvSource({
        "MODP1024, 128",
        "MODP1536, 192",
        "MODP2048, 256",
        "MODP3072, 384",
        "MODP4096, 512",
        "ECP256, 32",
        "ECP384, 48",
        "ECP521, 66",
        "CURVE25519, 32",
        "ML_KEM_768, 32",
        "ML_KEM_1024, 32",
    })
    @DisplayName("RFC 7296 §2.14, RFC 5903 §9, RFC 8031 §2: length of the shared secret")
    void theSecretHasTheLengthOfItsGroup(KeyExchangeMethod method, int length) throws Exception {
        Octets peer = exchange.begin(method).publicValue();
        assertEquals(length, exchange.respond(method, peer).sharedSecret().length());
    }

    @Test
    @DisplayName("RFC 7748 §6.1, RFC 8031 appendix A, RFC 5903 §8, RFC 5114 appendix A")
    void vectorsOfTheRfcs() {
        TestVectors.runEachOfKind(
                "ke",
                vector -> {
                    KeyExchangeMethod method = method(vector.required("method").asInt());
                    assertAgreement(
                            method,
                            bytes(vector, "priv_i"),
                            bytes(vector, "priv_r"),
                            octets(vector, "pub_i"),
                            octets(vector, "pub_r"),
                            octets(vector, "shared"));
                });
    }

    private void assertAgreement(
            KeyExchangeMethod method,
            byte[] privateI,
            byte[] privateR,
            Octets publicI,
            Octets publicR,
            Octets shared)
            throws InvalidKeyShareException {
        assertEquals(publicI, publicValue(method, privateI));
        assertEquals(publicR, publicValue(method, privateR));
        assertEquals(shared, agree(method, privateI, publicR));
        assertEquals(shared, agree(method, privateR, publicI));
    }

    @Test
    @DisplayName("RFC 7748 §5.2")
    void scalarMultiplicationOfX25519() {
        TestVectors.runEachOfKind(
                "scalar-mult",
                vector ->
                        assertEquals(
                                octets(vector, "out"),
                                agree(
                                        KeyExchangeMethod.CURVE25519,
                                        bytes(vector, "scalar"),
                                        octets(vector, "u"))));
    }

    @Test
    @DisplayName("RFC 3526, RFC 7296 §2.14: MODP values and secrets are padded to the prime")
    void modpVectors() {
        TestVectors.runEach(
                "agreement",
                MODP,
                vector -> {
                    assertAgreement(
                            KeyExchangeMethod.valueOf(text(vector, "method")),
                            bytes(vector, "privateI"),
                            bytes(vector, "privateR"),
                            octets(vector, "publicI"),
                            octets(vector, "publicR"),
                            octets(vector, "shared"));
                    if (text(vector, "name").startsWith("shared")) {
                        assertEquals(0, octets(vector, "shared").at(0));
                    } else if (text(vector, "name").startsWith("public")) {
                        assertEquals(0, octets(vector, "publicI").at(0));
                    }
                });
    }

    // Values that are refused

    @ParameterizedTest
    @EnumSource(KeyExchangeMethod.class)
    @DisplayName("RFC 7296 §3.4: key exchange data has the length of its group")
    void valuesOfAnotherLengthAreRefused(KeyExchangeMethod method) throws Exception {
        Octets offered = exchange.begin(method).publicValue();
        byte[] good = exchange.respond(method, offered).publicValue().toByteArray();
        for (int length : new int[] {0, 1, good.length - 1, good.length + 1, 2 * good.length}) {
            Octets padded = Octets.wrap(new byte[Math.max(0, length - good.length)]);
            Octets cut = Octets.copyOf(good, 0, Math.min(length, good.length));
            assertRefused(method, Octets.concat(padded, cut));
            assertRefused(method, Octets.concat(cut, padded));
        }
        for (KeyExchangeMethod other : KeyExchangeMethod.values()) {
            Octets value = exchange.begin(other).publicValue();
            if (value.length() != method.responderLength()) {
                assertRefused(method, value);
            }
            if (value.length() != method.initiatorLength()) {
                assertThrows(InvalidKeyShareException.class, () -> exchange.respond(method, value));
            }
        }
    }

    @Test
    @DisplayName("RFC 6989 §2.1: a MODP value y has 1 < y < p - 1")
    void modpValuesOutOfRangeAreRefused() {
        TestVectors.runEach(
                "values out of range",
                MODP,
                vector -> text(vector, "name").equals("ordinary"),
                vector -> {
                    KeyExchangeMethod method = KeyExchangeMethod.valueOf(text(vector, "method"));
                    BigInteger p = new BigInteger(text(vector, "prime"), 16);
                    BigInteger most = BigInteger.ONE.shiftLeft(p.bitLength());
                    for (BigInteger bad :
                            List.of(
                                    BigInteger.ZERO,
                                    BigInteger.ONE,
                                    p.subtract(BigInteger.ONE),
                                    p,
                                    p.add(BigInteger.ONE),
                                    p.add(BigInteger.TWO),
                                    most.subtract(BigInteger.ONE))) {
                        assertRefused(method, unsigned(method.initiatorLength(), bad));
                    }
                    for (BigInteger good : List.of(BigInteger.TWO, p.subtract(BigInteger.TWO))) {
                        Octets peer = unsigned(method.initiatorLength(), good);
                        assertEquals(
                                method.initiatorLength(),
                                agree(method, bytes(vector, "privateI"), peer).length());
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({"ECP256, secp256r1", "ECP384, secp384r1", "ECP521, secp521r1"})
    @DisplayName("RFC 6989 §2.3: an ECP value is a point on the curve, in canonical form")
    void pointsOffTheCurveAreRefused(KeyExchangeMethod method, String name) throws Exception {
        X9ECParameters curve = CustomNamedCurves.getByName(name);
        BigInteger p = curve.getCurve().getField().getCharacteristic();
        int length = method.initiatorLength() / 2;
        BigInteger all = BigInteger.ONE.shiftLeft(8 * length).subtract(BigInteger.ONE);
        BigInteger gx = curve.getG().getAffineXCoord().toBigInteger();
        BigInteger gy = curve.getG().getAffineYCoord().toBigInteger();

        assertRefused(method, point(length, BigInteger.ZERO, BigInteger.ZERO)); // "infinity"
        assertRefused(method, point(length, all, all));
        assertRefused(method, point(length, gx, BigInteger.ZERO));
        assertRefused(method, point(length, BigInteger.ZERO, gy));
        assertRefused(method, point(length, gy, gx));
        assertRefused(method, point(length, gx, gy.add(BigInteger.ONE)));
        assertRefused(method, point(length, p, gy));
        assertRefused(method, point(length, gx, p));

        // The same point with x past the prime, for the smallest x of any point.
        ECPoint small = smallest(curve, length);
        BigInteger x = small.getAffineXCoord().toBigInteger();
        BigInteger y = small.getAffineYCoord().toBigInteger();
        byte[] privateValue = unsigned(length, BigInteger.valueOf(3)).toByteArray();
        assertEquals(length, agree(method, privateValue, point(length, x, y)).length());
        assertRefused(method, point(length, x.add(p), y));

        Octets good = exchange.begin(method).publicValue();
        byte[] flipped = good.toByteArray();
        for (int bit = 0; bit < flipped.length * 8; bit++) {
            flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
            Octets bad = Octets.copyOf(flipped);
            assertThrows(InvalidKeyShareException.class, () -> agree(method, privateValue, bad));
            flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
        }
    }

    private static Octets point(int length, BigInteger x, BigInteger y) {
        return Octets.concat(unsigned(length, x), unsigned(length, y));
    }

    private static ECPoint smallest(X9ECParameters curve, int length) {
        for (int x = 0; ; x++) {
            byte[] compressed = new byte[length + 1];
            compressed[0] = 2;
            compressed[length] = (byte) x;
            try {
                return curve.getCurve().decodePoint(compressed).normalize();
            } catch (IllegalArgumentException notOnTheCurve) {
                assertTrue(x < 100);
            }
        }
    }

    /** A point and its negative give the same x; a value with y negated is a value like any. */
    @Test
    void theNegatedPointAgreesOnTheSameSecret() throws Exception {
        X9ECParameters curve = CustomNamedCurves.getByName("secp256r1");
        byte[] privateValue = unsigned(32, BigInteger.valueOf(12345)).toByteArray();
        ECPoint g = curve.getG().negate().normalize();
        Octets negative =
                point(32, g.getAffineXCoord().toBigInteger(), g.getAffineYCoord().toBigInteger());
        assertEquals(
                publicValue(KeyExchangeMethod.ECP256, privateValue).slice(0, 32),
                agree(KeyExchangeMethod.ECP256, privateValue, negative));
    }

    @ParameterizedTest
    @CsvSource({"secp256r1, ECP256", "secp384r1, ECP384", "secp521r1, ECP521"})
    void ecdhOfWycheproof(String file, KeyExchangeMethod method) {
        int length = method.initiatorLength() / 2;
        List<Octets> secretsWithLeadingZero = new ArrayList<>();
        TestVectors.runEach(
                "valid, invalid and of another encoding",
                "vectors/wycheproof/ecdh_" + file + ".json.gz",
                vector -> {
                    Octets encoded = octets(vector, "public");
                    boolean uncompressed = encoded.length() == 1 + 2 * length && encoded.at(0) == 4;
                    Octets peer = uncompressed ? encoded.slice(1, encoded.length()) : encoded;
                    byte[] privateValue = bytes(vector, "private");
                    if (uncompressed && text(vector, "result").equals("valid")) {
                        Octets shared = octets(vector, "shared");
                        assertEquals(shared, agree(method, privateValue, peer));
                        if (shared.at(0) == 0) {
                            secretsWithLeadingZero.add(shared);
                        }
                    } else {
                        assertThrows(
                                InvalidKeyShareException.class,
                                () -> agree(method, privateValue, peer));
                    }
                });
        assertFalse(secretsWithLeadingZero.isEmpty());
    }

    @Test
    @DisplayName("RFC 7748 §6.1, RFC 8031 §2: points of small order are refused")
    void x25519OfWycheproof() {
        List<Octets> refused = new ArrayList<>();
        TestVectors.runEach(
                "valid, and of small order",
                "vectors/wycheproof/x25519.json.gz",
                vector -> {
                    Octets peer = octets(vector, "public");
                    byte[] privateValue = bytes(vector, "private");
                    if (flags(vector).contains("ZeroSharedSecret")) {
                        refused.add(peer);
                        assertThrows(
                                InvalidKeyShareException.class,
                                () -> agree(KeyExchangeMethod.CURVE25519, privateValue, peer));
                    } else {
                        assertEquals(
                                octets(vector, "shared"),
                                agree(KeyExchangeMethod.CURVE25519, privateValue, peer));
                    }
                });
        assertTrue(refused.size() > 20);
    }

    private static List<String> flags(JsonNode vector) {
        List<String> flags = new ArrayList<>();
        vector.required("flags").forEach(flag -> flags.add(flag.asText()));
        return flags;
    }

    @Test
    @DisplayName("RFC 7748 §5: the top bit of a u-coordinate is ignored")
    void theTopBitOfAUCoordinateIsIgnored() throws Exception {
        KeyExchangeMethod method = KeyExchangeMethod.CURVE25519;
        byte[] peer = exchange.begin(method).publicValue().toByteArray();
        byte[] privateValue = TestRandom.seeded(9).bytes(32);
        Octets secret = agree(method, privateValue, Octets.copyOf(peer));
        peer[31] ^= (byte) 0x80;
        assertEquals(secret, agree(method, privateValue, Octets.copyOf(peer)));
        peer[0] ^= 1;
        assertNotEquals(secret, agree(method, privateValue, Octets.copyOf(peer)));
    }

    // Private values

    @Test
    @DisplayName("RFC 5903 §7: an ECP private value is in 1..n-1, drawn again until it is")
    void ecpPrivateValuesAreUniform() {
        BigInteger n = CustomNamedCurves.getByName("secp256r1").getN();
        Octets most = unsigned(32, n.subtract(BigInteger.ONE));
        Octets drawn =
                Octets.concat(
                        Octets.wrap(new byte[32]),
                        unsigned(32, n),
                        unsigned(32, BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE)),
                        most);
        SecretBytes privateValue =
                KeyAgreement.of(KeyExchangeMethod.ECP256)
                        .generate(TestRandom.giving(drawn.toByteArray()));
        assertEquals(most, Octets.wrap(privateValue.open()));
    }

    @Test
    void theBitsAboveTheOrderAreCleared() {
        byte[] drawn = new byte[66];
        drawn[0] = (byte) 0xfe;
        drawn[65] = 7;
        SecretBytes privateValue =
                KeyAgreement.of(KeyExchangeMethod.ECP521).generate(TestRandom.giving(drawn));
        assertEquals(BigInteger.valueOf(7), new BigInteger(1, privateValue.open()));
    }

    @ParameterizedTest
    @CsvSource({
        "MODP1024, 256",
        "MODP1536, 256",
        "MODP2048, 256",
        "MODP3072, 288",
        "MODP4096, 336",
    })
    @DisplayName("RFC 7919 §5.2: MODP exponents have twice the strength of their group")
    void modpExponentsHaveTheirFullLength(KeyExchangeMethod method, int bits) {
        SecretBytes exponent =
                KeyAgreement.of(method).generate(TestRandom.giving(new byte[bits / 8]));
        assertEquals(bits, new BigInteger(1, exponent.open()).bitLength());
        assertEquals(bits / 8, exponent.length());
    }

    @Test
    @DisplayName("RFC 7748 §5: X25519 private values are clamped")
    void x25519PrivateValuesAreClamped() {
        for (int fill : new int[] {0, 0xff}) {
            byte[] drawn = new byte[32];
            Arrays.fill(drawn, (byte) fill);
            byte[] scalar =
                    KeyAgreement.of(KeyExchangeMethod.CURVE25519)
                            .generate(TestRandom.giving(drawn))
                            .open();
            assertEquals(0, scalar[0] & 7);
            assertEquals(0x40, scalar[31] & 0xc0);
        }
    }

    /** Keeps the arrays that it gave away, to look at them afterwards. */
    private static final class RememberingRandom implements RandomSource {
        private final RandomSource source = TestRandom.seeded(5);
        private final List<byte[]> given = new ArrayList<>();

        @Override
        public void fill(byte[] destination) {
            source.fill(destination);
            given.add(destination);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyExchangeMethod.class)
    void theRespondersPrivateValueIsZeroedWhateverComes(KeyExchangeMethod method) throws Exception {
        RememberingRandom random = new RememberingRandom();
        KeyExchange responder = new KeyExchange(random);
        responder.respond(method, exchange.begin(method).publicValue());
        byte[] invalid = new byte[method.initiatorLength()];
        if (method == KeyExchangeMethod.ML_KEM_768 || method == KeyExchangeMethod.ML_KEM_1024) {
            Arrays.fill(invalid, (byte) 0xff); // coefficients beyond the modulus
        }
        assertThrows(
                InvalidKeyShareException.class,
                () -> responder.respond(method, Octets.wrap(invalid)));
        assertThrows(InvalidKeyShareException.class, () -> responder.respond(method, Octets.EMPTY));
        assertFalse(random.given.isEmpty());
        for (byte[] privateValue : random.given) {
            assertArrayEquals(new byte[privateValue.length], privateValue);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyExchangeMethod.class)
    void aClosedShareFinishesNothing(KeyExchangeMethod method) throws Exception {
        KeyShare share = exchange.begin(method);
        Octets peer = exchange.respond(method, share.publicValue()).publicValue();
        assertRefused(method, Octets.EMPTY);
        exchange.finish(share, peer);
        share.close();
        assertThrows(IllegalStateException.class, () -> exchange.finish(share, peer));
    }

    @Test
    void theRefusalOfALengthNamesBoth() {
        KeyShare share = exchange.begin(KeyExchangeMethod.ECP256);
        InvalidKeyShareException refused =
                assertThrows(
                        InvalidKeyShareException.class,
                        () -> exchange.finish(share, Octets.wrap(new byte[65])));
        assertEquals("ECP256 value of 65 octets, expected 64", refused.getMessage());
    }
}
