package io.edgeipsec.daemon.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.adapter.Issuer.Wish;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection;
import io.edgeipsec.ike.model.PeerRejection.Cause;
import io.edgeipsec.ike.model.PeerTrust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Certificates that a stranger has made so that reading or judging them costs us dearly, or so that
 * a careless verifier takes them. The limit of time is for what would not end at all.
 */
@Timeout(60)
class CertificateBombTest {
    private static final Octets SIGNED = Octets.ofHex("0102030405060708");
    private static final Octets SIGNATURE = Octets.ofHex("3006020101020101");

    private final PeerVerifier verifier = new PeerVerifier(Clock.fixed(Issuer.NOW, ZoneOffset.UTC));
    private final Issuer root = Issuer.root("CN=Root");
    private final Random chance = new Random(20261128);

    private Optional<PeerRejection> judge(List<Octets> sent) {
        return verifier.check(
                new PeerProof(
                        PeerTrust.of(List.of(root.certificate()), List.of()),
                        Identities.parse("peer.example"),
                        sent,
                        SignatureScheme.ECDSA_SHA2_256,
                        SIGNED,
                        SIGNATURE));
    }

    private static Wish peer() {
        return Wish.of("CN=peer").dns("peer.example");
    }

    private static void assertCause(Cause cause, Optional<PeerRejection> rejection) {
        assertEquals(Optional.of(cause), rejection.map(PeerRejection::cause), "" + rejection);
    }

    // Ways without end.

    @Test
    @DisplayName("thirteen certificates of one name and one key, each the issuer of all")
    void aKnotOfIssuers() {
        KeyPair keys = Issuer.ec();
        Issuer knot = Issuer.root(Wish.ofAuthority("CN=Knot").keys(keys));
        List<Octets> sent = new ArrayList<>(List.of(knot.issue(peer()).certificate()));
        while (sent.size() < 14) {
            sent.add(knot.issue(Wish.ofAuthority("CN=Knot").keys(keys)).certificate());
        }
        assertCause(Cause.CHAIN, judge(sent));
    }

    @Test
    @DisplayName("two certificates of one name and key on each level: each level doubles the ways")
    void aLadderOfTwins() {
        Issuer last = Issuer.root("CN=Somebody");
        List<Octets> above = new ArrayList<>();
        for (int level = 0; level < 6; level++) {
            Wish wish = Wish.ofAuthority("CN=Level " + level).keys(Issuer.ec());
            Issuer one = last.intermediate(wish);
            above.add(one.certificate());
            above.add(last.intermediate(wish).certificate());
            last = one;
        }
        List<Octets> sent = new ArrayList<>(List.of(last.issue(peer()).certificate()));
        sent.addAll(above);
        assertCause(Cause.CHAIN, judge(sent));
    }

    // Nesting.

    @ParameterizedTest
    @ValueSource(ints = {100, 2_000})
    @DisplayName("a name of no kind of ours, nested as deep as a certificate can hold")
    void nestedNames(int depth) throws Exception {
        GeneralName nested =
                new GeneralName(
                        GeneralName.otherName,
                        new DERSequence(
                                new ASN1Encodable[] {
                                    new ASN1ObjectIdentifier("1.2.3"),
                                    new DERTaggedObject(true, 0, nested(depth))
                                }));
        Issuer stranger = Issuer.root("CN=Stranger");
        Octets own =
                stranger.issue(
                                peer().names(
                                                new GeneralName(
                                                        GeneralName.dNSName, "peer.example"),
                                                nested))
                        .certificate();
        assertTrue(onSmallStack(() -> judge(List.of(own, stranger.certificate()))).isPresent());
    }

    /** With the stack that the daemon's threads have (bin/edge-ipsecd). */
    private static <T> T onSmallStack(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        new Thread(null, task, "small-stack", 256 * 1024).start();
        return task.get();
    }

    private static ASN1Encodable nested(int depth) {
        ASN1Encodable inner = new DERSequence();
        for (int i = 0; i < depth; i++) {
            inner = new DERSequence(inner);
        }
        return inner;
    }

    // Keys.

    @ParameterizedTest(name = "modulus of {0} bits, exponent {1}")
    @CsvSource({
        "512, 65537",
        "1024, 65537",
        "2047, 65537",
        "16384, 65537",
        "2048, 1",
        "2048, 2",
        "2048, 65536",
        "2048, huge",
        "3072, huge",
        "2048, even"
    })
    void keysThatAreNone(int bits, String exponent) throws IOException {
        Octets own = root.issue(peer().keys(rsa(bits, exponent))).certificate();
        assertTrue(
                judge(List.of(own))
                        .filter(r -> r.cause() == Cause.KEY || r.cause() == Cause.MALFORMED)
                        .isPresent(),
                () -> "" + judge(List.of(own)));
    }

    @Test
    @DisplayName("a certificate between with an exponent as long as its modulus is not tried")
    void aCostlyKeyBetween() throws IOException {
        Issuer stranger = Issuer.root(Wish.ofAuthority("CN=Stranger").keys(Issuer.ec()));
        List<Octets> sent = new ArrayList<>(List.of(stranger.issue(peer()).certificate()));
        sent.add(
                stranger.issue(Wish.ofAuthority("CN=Stranger").keys(rsa(3072, "huge")))
                        .certificate());
        assertCause(Cause.KEY, judge(sent));
    }

    /** A key as it stands in a certificate, whatever it is worth. */
    private record EncodedKey(Octets octets) implements PublicKey {
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
            return octets.toByteArray();
        }
    }

    private KeyPair rsa(int bits, String exponent) throws IOException {
        BigInteger modulus = new BigInteger(bits, chance).setBit(bits - 1).setBit(0);
        BigInteger e =
                switch (exponent) {
                    case "huge" -> new BigInteger(bits - 1, chance).setBit(bits - 2).setBit(0);
                    case "even" -> BigInteger.valueOf(65537);
                    default -> new BigInteger(exponent);
                };
        BigInteger n = exponent.equals("even") ? modulus.clearBit(0) : modulus;
        // Written by hand: the JDK makes no key with an exponent below 3.
        byte[] encoded =
                new SubjectPublicKeyInfo(
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption),
                                new RSAPublicKey(n, e))
                        .getEncoded();
        return new KeyPair(new EncodedKey(Octets.wrap(encoded)), Issuer.ec().getPrivate());
    }

    // Forgeries.

    @Test
    @DisplayName("Bleichenbacher 2006: a cube root instead of a signature, garbage behind the hash")
    void exponentThree() throws GeneralSecurityException {
        BigInteger modulus = new BigInteger(2048, chance).setBit(2047).setBit(0);
        PublicKey key =
                KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(3)));
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(
                HexFormat.of()
                        .parseHex(
                                "0001ffffffffffffffff00"
                                        + "3031300d060960864801650304020105000420"));
        block.writeBytes(MessageDigest.getInstance("SHA-256").digest(SIGNED.toByteArray()));
        int prefix = block.size();
        block.writeBytes(new byte[256 - prefix]);
        BigInteger root = cubeRootAbove(new BigInteger(1, block.toByteArray()));
        byte[] cubed = root.pow(3).toByteArray(); // its leading 00 is not there
        assertEquals(
                HexFormat.of().formatHex(block.toByteArray(), 1, prefix),
                HexFormat.of().formatHex(cubed, 0, prefix - 1),
                "the forgery must be as a careless verifier wants it");
        byte[] signature = new byte[256];
        byte[] octets = root.toByteArray();
        System.arraycopy(octets, 0, signature, 256 - octets.length, octets.length);
        for (SignatureScheme scheme : SignatureScheme.values()) {
            assertFalse(
                    Signatures.verify(key, scheme, SIGNED, Octets.wrap(signature)), "" + scheme);
        }
    }

    private static BigInteger cubeRootAbove(BigInteger value) {
        BigInteger low = BigInteger.ZERO;
        BigInteger high = BigInteger.ONE.shiftLeft(value.bitLength() / 3 + 1);
        while (low.compareTo(high) < 0) {
            BigInteger middle = low.add(high).shiftRight(1);
            if (middle.pow(3).compareTo(value) < 0) {
                low = middle.add(BigInteger.ONE);
            } else {
                high = middle;
            }
        }
        return low;
    }
}
