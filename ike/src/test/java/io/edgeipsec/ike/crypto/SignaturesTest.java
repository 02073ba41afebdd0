package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.testing.TestPki;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignaturesTest {
    private static final Octets TEXT =
            Octets.wrap("what is signed".getBytes(StandardCharsets.US_ASCII));
    private static final Octets OTHER_TEXT =
            Octets.wrap("what is Signed".getBytes(StandardCharsets.US_ASCII));
    private static final byte[] SHA256_DIGEST_INFO =
            HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    private static final Map<SigningKeyType, KeyPair> KEYS =
            new EnumMap<>(
                    Map.of(
                            SigningKeyType.RSA, TestPki.keys("RSA"),
                            SigningKeyType.ECDSA_P256, TestPki.keys("P-256"),
                            SigningKeyType.ECDSA_P384, TestPki.keys("P-384"),
                            SigningKeyType.ECDSA_P521, TestPki.keys("P-521"),
                            SigningKeyType.ED25519, TestPki.keys("Ed25519")));

    private static KeyPair keys(SigningKeyType type) {
        return Objects.requireNonNull(KEYS.get(type));
    }

    @ParameterizedTest
    @EnumSource
    void verifiesWithTheRightKeyAndNoOther(SignatureScheme scheme) throws Exception {
        for (SigningKeyType type : SigningKeyType.values()) {
            if (!scheme.fits(type)) {
                continue;
            }
            KeyPair keys = keys(type);
            Octets signature = Signatures.sign(keys.getPrivate(), scheme, TEXT);
            assertTrue(Signatures.verify(keys.getPublic(), scheme, TEXT, signature));
            assertFalse(Signatures.verify(keys.getPublic(), scheme, OTHER_TEXT, signature));
            byte[] changed = signature.toByteArray();
            changed[changed.length - 1] ^= 1;
            assertFalse(Signatures.verify(keys.getPublic(), scheme, TEXT, Octets.wrap(changed)));
            assertFalse(Signatures.verify(keys.getPublic(), scheme, TEXT, Octets.EMPTY));
            for (SigningKeyType other : SigningKeyType.values()) {
                assertEquals(
                        type == other,
                        Signatures.verify(keys(other).getPublic(), scheme, TEXT, signature));
            }
            for (SignatureScheme other : SignatureScheme.values()) {
                assertEquals(
                        scheme == other,
                        Signatures.verify(keys.getPublic(), other, TEXT, signature),
                        scheme + " as " + other);
            }
        }
    }

    @Test
    @DisplayName("RFC 4754 §7: r|s of fixed length")
    void rawSignaturesHaveTheLengthOfTheCurve() throws Exception {
        assertEquals(
                64,
                Signatures.sign(
                                keys(SigningKeyType.ECDSA_P256).getPrivate(),
                                SignatureScheme.RAW_ECDSA_P256_SHA2_256,
                                TEXT)
                        .length());
        assertEquals(
                132,
                Signatures.sign(
                                keys(SigningKeyType.ECDSA_P521).getPrivate(),
                                SignatureScheme.RAW_ECDSA_P521_SHA2_512,
                                TEXT)
                        .length());
    }

    @Test
    @DisplayName("RFC 8017 §8.2.2: blocks are compared whole, so none with garbage in it passes")
    void pkcs1BlocksAreComparedWhole() throws Exception {
        KeyPair keys = keys(SigningKeyType.RSA);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(TEXT.toByteArray());
        byte[] right = block(256 - 3 - 51, SHA256_DIGEST_INFO, hash);
        assertTrue(verifiesBlock(keys, right), "the block itself");
        // The padding is short, and what it lacks stands behind the hash (Bleichenbacher 2006).
        assertFalse(
                verifiesBlock(
                        keys, block(8, SHA256_DIGEST_INFO, hash, new byte[256 - 3 - 8 - 51])));
        // Octets hidden in the parameters of the algorithm.
        byte[] stuffed =
                HexFormat.of()
                        .parseHex("3041301d06096086480165030402010410" + "00".repeat(16) + "0420");
        assertFalse(verifiesBlock(keys, block(256 - 3 - 67, stuffed, hash)));
        byte[] otherType = right.clone();
        otherType[1] = 2;
        assertFalse(verifiesBlock(keys, otherType));
        byte[] otherPadding = right.clone();
        otherPadding[5] = 0x7f;
        assertFalse(verifiesBlock(keys, otherPadding));
    }

    private static byte[] block(int padding, byte[]... parts) {
        byte[] block = new byte[256];
        block[1] = 1;
        Arrays.fill(block, 2, 2 + padding, (byte) 0xff);
        int at = 3 + padding;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, block, at, part.length);
            at += part.length;
        }
        assertEquals(block.length, at);
        return block;
    }

    private static boolean verifiesBlock(KeyPair keys, byte[] block) {
        RSAPrivateKey key = (RSAPrivateKey) keys.getPrivate();
        BigInteger signature =
                new BigInteger(1, block).modPow(key.getPrivateExponent(), key.getModulus());
        String hex = "0".repeat(512) + signature.toString(16);
        return Signatures.verify(
                keys.getPublic(),
                SignatureScheme.RSA_PKCS1_SHA2_256,
                TEXT,
                Octets.ofHex(hex.substring(hex.length() - 512)));
    }

    @Test
    void keysOfOtherKindsHaveNoType() throws Exception {
        for (Map.Entry<SigningKeyType, KeyPair> each : KEYS.entrySet()) {
            assertEquals(
                    Optional.of(each.getKey()), Signatures.typeOf(each.getValue().getPublic()));
            assertEquals(
                    Optional.of(each.getKey()), Signatures.typeOf(each.getValue().getPrivate()));
        }
        assertEquals(
                Optional.empty(),
                Signatures.typeOf(
                        KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPublic()));
        assertEquals(
                Optional.empty(),
                Signatures.typeOf(
                        KeyPairGenerator.getInstance("DSA").generateKeyPair().getPublic()));
    }

    @Test
    void aKeyThatIsNoKeyVerifiesNothing() {
        RSAPublicKey real = (RSAPublicKey) keys(SigningKeyType.RSA).getPublic();
        RSAPublicKey even =
                new RSAPublicKey() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public BigInteger getPublicExponent() {
                        return BigInteger.TWO;
                    }

                    @Override
                    public String getAlgorithm() {
                        return "RSA";
                    }

                    @Override
                    public String getFormat() {
                        return "X.509";
                    }

                    @Override
                    public byte[] getEncoded() {
                        return real.getEncoded();
                    }

                    @Override
                    public BigInteger getModulus() {
                        return real.getModulus();
                    }
                };
        assertFalse(
                Signatures.verify(
                        even,
                        SignatureScheme.RSA_PKCS1_SHA2_256,
                        TEXT,
                        Octets.wrap(new byte[256])));
    }
}
