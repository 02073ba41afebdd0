package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.OpaquePayload;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadChain;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.vectors.TestVectors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** RFC 7296 §3.14 and RFC 5282 §3, with every suite that an IKE SA can have. */
class MessageProtectionTest {
    private static final int SK_HEADER = IkeHeader.LENGTH_OCTETS;
    private static final int DATA = SK_HEADER + 4;
    private static final IkeHeader HEADER =
            IkeHeader.of(
                    new IkeSpi(0x0102030405060708L),
                    new IkeSpi(0x1112131415161718L),
                    ExchangeType.INFORMATIONAL,
                    true,
                    false,
                    7);
    private static final List<Payload> PAYLOADS =
            List.of(
                    NotifyPayload.of(NotifyType.SET_WINDOW_SIZE, Octets.ofHex("00000001")),
                    vendorId(10));

    static final List<IkeSuite> SUITES = suites();
    static final List<IkeSuite> CBC_SUITES =
            SUITES.stream().filter(MessageProtectionTest::isCbc).toList();
    static final List<IkeSuite> AEAD_SUITES =
            SUITES.stream().filter(suite -> !isCbc(suite)).toList();

    private static List<IkeSuite> suites() {
        List<IkeSuite> suites = new ArrayList<>();
        for (int bits : new int[] {128, 192, 256}) {
            suites.add(
                    suite(new Encryption(EncryptionAlgorithm.AES_GCM_16, bits), Optional.empty()));
            for (IntegrityAlgorithm integrity : IntegrityAlgorithm.values()) {
                suites.add(
                        suite(
                                new Encryption(EncryptionAlgorithm.AES_CBC, bits),
                                Optional.of(integrity)));
            }
        }
        suites.add(suite(Encryption.of(EncryptionAlgorithm.CHACHA20_POLY1305), Optional.empty()));
        return List.copyOf(suites);
    }

    private static IkeSuite suite(Encryption encryption, Optional<IntegrityAlgorithm> integrity) {
        return new IkeSuite(encryption, integrity, Prf.HMAC_SHA2_256, KeyExchangeMethod.CURVE25519);
    }

    private static boolean isCbc(IkeSuite suite) {
        return suite.integrity().isPresent();
    }

    private static Payload vendorId(int length) {
        return new OpaquePayload(PayloadType.VENDOR_ID, false, Octets.wrap(new byte[length]));
    }

    /** The keys of one direction of an IKE SA, and what uses them. */
    private static final class Direction {
        final SecretBytes skE;
        final SecretBytes skA;
        final MessageProtection protection;
        final ReferenceProtection reference;

        Direction(IkeSuite suite, long seed) {
            RandomSource random = TestRandom.seeded(seed);
            int integrity = suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
            this.skE = SecretBytes.wrap(random.bytes(suite.encryption().keyMaterialLength()));
            this.skA = SecretBytes.wrap(random.bytes(integrity));
            this.protection =
                    new MessageProtection(
                            new Primitives(),
                            isCbc(suite) ? random : TestRandom.none(),
                            suite,
                            skE,
                            skA,
                            1);
            this.reference = new ReferenceProtection(suite, skE, skA);
        }

        /** As {@link MessageProtection#open}, with the header that the datagram itself has. */
        Optional<MessageProtection.Opened> open(Octets datagram) {
            try {
                return protection.open(IkeHeader.decode(datagram.reader()), datagram);
            } catch (MalformedMessageException tooShort) {
                return Optional.empty();
            }
        }

        /** The payloads of a datagram that must open. */
        List<Payload> payloads(Octets datagram) throws MalformedMessageException {
            MessageProtection.Opened opened = open(datagram).orElseThrow();
            return PayloadChain.decode(opened.first(), opened.chain().reader());
        }

        /** A well-formed message around a plaintext that ends with padding and its length. */
        Octets seal(PayloadType first, byte[] plaintext) {
            int length = 4 + reference.sealedLength(plaintext.length);
            return seal(beginning(first, SK_HEADER + length, length), plaintext);
        }

        Octets seal(Octets beginning, byte[] plaintext) {
            return reference.seal(beginning, new byte[reference.ivLength()], plaintext);
        }
    }

    /** A message up to the end of SK's generic header, with these lengths in its two headers. */
    private static Octets beginning(PayloadType first, int headerLength, int skLength) {
        OctetWriter writer = new OctetWriter();
        HEADER.encodeTo(writer, PayloadType.SK);
        writer.u8(first.value()).u8(0).u16(skLength);
        writer.patchU32(24, headerLength);
        return writer.toOctets();
    }

    private static Octets encode(List<Payload> payloads) {
        OctetWriter writer = new OctetWriter();
        PayloadChain.encode(payloads, writer);
        return writer.toOctets();
    }

    // Round trips and layout

    @ParameterizedTest
    @FieldSource("SUITES")
    void whatIsSealedOpens(IkeSuite suite) throws Exception {
        Direction direction = new Direction(suite, 1);
        List<List<Payload>> messages = new ArrayList<>(List.of(List.of(), PAYLOADS));
        for (int length = 0; length <= 40; length++) {
            messages.add(List.of(vendorId(length)));
        }
        messages.add(List.of(vendorId(1), vendorId(2000), vendorId(3)));
        for (List<Payload> payloads : messages) {
            Octets datagram = direction.protection.seal(HEADER, payloads);
            assertEquals(payloads, direction.payloads(datagram));
            IkeHeader header = IkeHeader.decode(datagram.reader());
            assertEquals(datagram.length(), header.length());
            assertEquals(PayloadType.SK, header.nextPayload());
            assertEquals(HEADER.initiatorSpi(), header.initiatorSpi());
            assertEquals(HEADER.responderSpi(), header.responderSpi());
            assertEquals(HEADER.messageId(), header.messageId());
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7296 §3.14: generic header, IV, ciphertext with padding and its length, ICV")
    void theLayoutIsThatOfTheReference(IkeSuite suite) {
        Direction direction = new Direction(suite, 2);
        for (List<Payload> payloads : List.of(List.<Payload>of(), PAYLOADS)) {
            Octets datagram = direction.protection.seal(HEADER, payloads);
            Octets chain = encode(payloads);
            int padding = isCbc(suite) ? Math.floorMod(-(chain.length() + 1), 16) : 0;
            byte[] plaintext =
                    new OctetWriter().octets(chain).zeros(padding).u8(padding).toByteArray();
            int ivLength = direction.reference.ivLength();
            byte[] iv = datagram.slice(DATA, DATA + ivLength).toByteArray();
            assertEquals(
                    direction.reference.seal(datagram.slice(0, DATA), iv, plaintext), datagram);
            assertEquals(
                    4 + direction.reference.sealedLength(plaintext.length),
                    datagram.length() - SK_HEADER);
        }
    }

    @Test
    @DisplayName("RFC 7634 appendix B: a whole IKE message under ChaCha20-Poly1305, both ways")
    void theMessageOfRfc7634() {
        TestVectors.runEachOfKind(
                "ike-message",
                vector -> {
                    Octets datagram = TestVectors.octets(vector, "message");
                    SecretBytes skE =
                            SecretBytes.wrap(
                                    Octets.concat(
                                                    TestVectors.octets(vector, "key"),
                                                    TestVectors.octets(vector, "salt"))
                                            .toByteArray());
                    MessageProtection protection =
                            new MessageProtection(
                                    new Primitives(),
                                    TestRandom.none(),
                                    suite(
                                            Encryption.of(EncryptionAlgorithm.CHACHA20_POLY1305),
                                            Optional.empty()),
                                    skE,
                                    SecretBytes.wrap(new byte[0]),
                                    0x1011121314151617L);
                    IkeHeader header = IkeHeader.decode(datagram.reader());
                    MessageProtection.Opened opened =
                            protection.open(header, datagram).orElseThrow();
                    List<Payload> payloads =
                            PayloadChain.decode(opened.first(), opened.chain().reader());
                    assertEquals(
                            List.of(
                                    NotifyPayload.of(
                                            NotifyType.SET_WINDOW_SIZE, Octets.ofHex("0000000a"))),
                            payloads);
                    assertEquals(datagram, protection.seal(header, payloads));
                });
    }

    @Test
    void moreThanAPayloadCanHoldIsNotSealed() {
        List<Payload> payloads = List.of(vendorId(40_000), vendorId(40_000));
        for (IkeSuite suite : SUITES) {
            Direction direction = new Direction(suite, 3);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> direction.protection.seal(HEADER, payloads));
        }
    }

    // Authentication

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7296 §3.14: the ICV covers every bit of the message")
    void noFlippedBitIsAccepted(IkeSuite suite) {
        Direction direction = new Direction(suite, 4);
        byte[] bytes = direction.protection.seal(HEADER, PAYLOADS).toByteArray();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit >> 3] ^= (byte) (0x80 >>> (bit & 7));
            assertTrue(direction.open(Octets.copyOf(bytes)).isEmpty(), "bit " + bit);
            bytes[bit >> 3] ^= (byte) (0x80 >>> (bit & 7));
        }
        assertTrue(direction.open(Octets.copyOf(bytes)).isPresent());
    }

    /** With the header's and SK's lengths as they were, and as they would be. */
    @ParameterizedTest
    @FieldSource("SUITES")
    void noTruncatedMessageIsAccepted(IkeSuite suite) {
        Direction direction = new Direction(suite, 5);
        Octets datagram = direction.protection.seal(HEADER, PAYLOADS);
        for (int length = 0; length < datagram.length(); length++) {
            Octets cut = datagram.slice(0, length);
            assertTrue(direction.open(cut).isEmpty(), length + " octets");
            if (length >= DATA) {
                OctetWriter consistent = new OctetWriter().octets(cut);
                consistent.patchU32(24, length);
                consistent.patchU16(SK_HEADER + 2, length - SK_HEADER);
                assertTrue(direction.open(consistent.toOctets()).isEmpty(), length + " octets");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void anotherKeyOpensNothing(IkeSuite suite) {
        Octets datagram = new Direction(suite, 6).protection.seal(HEADER, PAYLOADS);
        assertTrue(new Direction(suite, 7).open(datagram).isEmpty());
    }

    /**
     * A closed key cannot decrypt: were it touched before the ICV was found bad, it would throw.
     */
    @ParameterizedTest
    @FieldSource("CBC_SUITES")
    @DisplayName("RFC 7296 §3.14: with CBC the ICV is checked before anything is decrypted")
    void theIcvIsCheckedBeforeDecryption(IkeSuite suite) {
        Direction direction = new Direction(suite, 8);
        Octets datagram = direction.protection.seal(HEADER, PAYLOADS);
        byte[] forged = datagram.toByteArray();
        forged[forged.length - 1] ^= 1;
        direction.skE.close();
        assertTrue(direction.open(Octets.wrap(forged)).isEmpty());
        assertThrows(IllegalStateException.class, () -> direction.open(datagram));
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void aFailureLeavesTheNextMessageAlone(IkeSuite suite) throws Exception {
        Direction direction = new Direction(suite, 9);
        Octets datagram = direction.protection.seal(HEADER, PAYLOADS);
        byte[] forged = datagram.toByteArray();
        forged[forged.length - 1] ^= 1;
        assertTrue(direction.open(Octets.wrap(forged)).isEmpty());
        assertEquals(PAYLOADS, direction.payloads(datagram));
        assertEquals(PAYLOADS, direction.payloads(datagram)); // a retransmission opens again
        assertEquals(PAYLOADS, direction.payloads(direction.protection.seal(HEADER, PAYLOADS)));
    }

    // IVs

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 5282 §3.1, RFC 7296 §3.14: no IV is used twice")
    void noIvIsUsedTwice(IkeSuite suite) {
        Direction direction = new Direction(suite, 10);
        int ivLength = direction.reference.ivLength();
        Set<Octets> ivs = new HashSet<>();
        Set<Octets> ciphertexts = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            Octets datagram = direction.protection.seal(HEADER, PAYLOADS);
            assertTrue(ivs.add(datagram.slice(DATA, DATA + ivLength)));
            assertTrue(ciphertexts.add(datagram.slice(DATA + ivLength, datagram.length())));
        }
    }

    @ParameterizedTest
    @FieldSource("AEAD_SUITES")
    @DisplayName("RFC 5282 §3.1: the IV of an AEAD counts up from what it was given")
    void theIvOfAnAeadIsACounter(IkeSuite suite) {
        Direction direction = new Direction(suite, 11);
        MessageProtection protection =
                new MessageProtection(
                        new Primitives(),
                        TestRandom.none(),
                        suite,
                        direction.skE,
                        direction.skA,
                        0xfeL);
        for (int iv = 0xfe; iv < 0x102; iv++) {
            assertEquals(iv, protection.nextIv());
            Octets datagram = protection.seal(HEADER, PAYLOADS);
            assertEquals(new OctetWriter().u64(iv).toOctets(), datagram.slice(DATA, DATA + 8));
        }
        // A sealing that fails has used its IV up all the same, or never drew it.
        List<Payload> tooLong = List.of(vendorId(40_000), vendorId(40_000));
        assertThrows(IllegalArgumentException.class, () -> protection.seal(HEADER, tooLong));
        assertTrue(protection.nextIv() >= 0x102);
        direction.open(direction.protection.seal(HEADER, PAYLOADS));
        assertEquals(2, direction.protection.nextIv(), "opening draws no IV");
    }

    @ParameterizedTest
    @FieldSource("CBC_SUITES")
    @DisplayName("RFC 7296 §3.14: the IV of CBC is unpredictable")
    void theIvOfCbcIsDrawn(IkeSuite suite) {
        Direction direction = new Direction(suite, 12);
        byte[] drawn = TestRandom.seeded(77).bytes(32);
        MessageProtection protection =
                new MessageProtection(
                        new Primitives(),
                        TestRandom.giving(drawn),
                        suite,
                        direction.skE,
                        direction.skA,
                        1);
        for (int message = 0; message < 2; message++) {
            Octets datagram = protection.seal(HEADER, PAYLOADS);
            assertEquals(Octets.copyOf(drawn, 16 * message, 16), datagram.slice(DATA, DATA + 16));
        }
    }

    // Padding

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7296 §3.14: any padding of 0 to 255 octets is accepted")
    void everyPaddingIsAccepted(IkeSuite suite) throws Exception {
        Direction direction = new Direction(suite, 13);
        for (int padding = 0; padding <= 255; padding++) {
            int fill = isCbc(suite) ? Math.floorMod(-(4 + padding + 1), 16) : 5;
            List<Payload> payloads = List.of(vendorId(fill));
            OctetWriter plaintext = new OctetWriter().octets(encode(payloads));
            for (int i = 0; i < padding; i++) {
                plaintext.u8(0xa5 ^ i);
            }
            plaintext.u8(padding);
            Octets datagram = direction.seal(PayloadType.VENDOR_ID, plaintext.toByteArray());
            assertEquals(payloads, direction.payloads(datagram), padding + " octets");
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void paddingMayFillThePayloadButNotExceedIt(IkeSuite suite) throws Exception {
        Direction direction = new Direction(suite, 14);
        for (int length : new int[] {16, 32, 256}) {
            byte[] plaintext = new byte[length];
            plaintext[length - 1] = (byte) (length - 1);
            assertEquals(
                    List.of(), direction.payloads(direction.seal(PayloadType.NONE, plaintext)));
            for (int beyond = length; beyond <= 255; beyond++) {
                plaintext[length - 1] = (byte) beyond;
                assertTrue(direction.open(direction.seal(PayloadType.NONE, plaintext)).isEmpty());
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void aPayloadWithoutEvenAPadLengthIsRefused(IkeSuite suite) {
        Direction direction = new Direction(suite, 15);
        assertTrue(direction.open(direction.seal(PayloadType.NONE, new byte[0])).isEmpty());
    }

    /** The ICV is right and the length is not of whole blocks: nothing to decrypt. */
    @ParameterizedTest
    @FieldSource("CBC_SUITES")
    @DisplayName("RFC 7296 §3.14: CBC ciphertext is of whole blocks")
    void ciphertextOfPartialBlocksIsRefused(IkeSuite suite) throws Exception {
        Direction direction = new Direction(suite, 16);
        byte[] skA = direction.skA.toByteArray();
        for (int data = 0; data <= 48; data++) {
            if (data % 16 == 0 && data > 0) {
                continue;
            }
            int length = 4 + direction.reference.sealedLength(data);
            Octets beginning = beginning(PayloadType.NONE, SK_HEADER + length, length);
            OctetWriter writer = new OctetWriter().octets(beginning).zeros(16 + data);
            IntegrityAlgorithm integrity = suite.integrity().orElseThrow();
            Mac mac = Mac.getInstance(integrity.jcaName());
            mac.init(new SecretKeySpec(skA, "HMAC"));
            byte[] icv = mac.doFinal(writer.toByteArray());
            writer.octets(Octets.copyOf(icv, 0, integrity.icvLength()));
            assertTrue(direction.open(writer.toOctets()).isEmpty(), data + " octets");
        }
    }

    // Where SK stands

    @ParameterizedTest
    @FieldSource("SUITES")
    void aMessageWithoutSkIsRefused(IkeSuite suite) {
        Direction direction = new Direction(suite, 17);
        OctetWriter clear = new OctetWriter();
        HEADER.encodeTo(clear, PayloadChain.firstType(PAYLOADS));
        PayloadChain.encode(PAYLOADS, clear);
        IkeHeader.patchLength(clear);
        assertTrue(direction.open(clear.toOctets()).isEmpty());

        OctetWriter empty = new OctetWriter();
        HEADER.encodeTo(empty, PayloadType.NONE);
        IkeHeader.patchLength(empty);
        assertTrue(direction.open(empty.toOctets()).isEmpty());

        OctetWriter announced = new OctetWriter();
        HEADER.encodeTo(announced, PayloadType.SK);
        IkeHeader.patchLength(announced);
        assertTrue(direction.open(announced.toOctets()).isEmpty());
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7296 §3.14: SK is the last payload, and the message ends with it")
    void octetsBehindSkAreRefused(IkeSuite suite) {
        Direction direction = new Direction(suite, 18);
        Octets datagram = direction.protection.seal(HEADER, PAYLOADS);
        Octets vendorId = Octets.ofHex("00 00 0005 aa");
        assertTrue(direction.open(Octets.concat(datagram, Octets.ofHex("00"))).isEmpty());
        OctetWriter longer = new OctetWriter().octets(datagram).octets(vendorId);
        assertTrue(direction.open(longer.toOctets()).isEmpty());
        longer.patchU32(24, longer.length());
        assertTrue(direction.open(longer.toOctets()).isEmpty());
    }

    /** Even where its ICV covers what follows, as only the peer itself can make it. */
    @ParameterizedTest
    @FieldSource("SUITES")
    void anSkPayloadOfAnotherLengthThanTheRestIsRefused(IkeSuite suite) {
        Direction direction = new Direction(suite, 19);
        byte[] plaintext = new byte[32];
        int length = 4 + direction.reference.sealedLength(plaintext.length);
        for (int lie : new int[] {0, 3, 4, length - 16, length - 1, length + 1, 0xffff}) {
            Octets beginning = beginning(PayloadType.NONE, SK_HEADER + length, lie);
            Octets sealed = direction.seal(beginning, plaintext);
            assertTrue(direction.open(sealed).isEmpty(), "length " + lie);
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7296 §3.1: a header length that is not the datagram's is refused, if sealed")
    void aSealedHeaderLengthThatLiesIsRefused(IkeSuite suite) {
        Direction direction = new Direction(suite, 20);
        byte[] plaintext = new byte[16];
        int length = 4 + direction.reference.sealedLength(plaintext.length);
        for (int lie : new int[] {0, SK_HEADER, SK_HEADER + length - 1, SK_HEADER + length + 1}) {
            Octets beginning = beginning(PayloadType.NONE, lie, length);
            Octets sealed = direction.seal(beginning, plaintext);
            assertTrue(direction.open(sealed).isEmpty(), "length " + lie);
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 5282 §5.1: payloads before SK are covered by its ICV, but not given out")
    void payloadsBeforeSkAreIgnored(IkeSuite suite) throws Exception {
        Direction direction = new Direction(suite, 21);
        byte[] plaintext = new byte[16];
        plaintext[15] = 15;
        int skLength = 4 + direction.reference.sealedLength(plaintext.length);
        OctetWriter beginning = new OctetWriter();
        HEADER.encodeTo(beginning, PayloadType.NOTIFY);
        beginning.u8(200).u8(0).u16(8).u32(0x4000);
        beginning.u8(PayloadType.SK.value()).u8(0x80).u16(5).u8(0xaa); // unknown and critical
        beginning.u8(0).u8(0).u16(skLength);
        beginning.patchU32(24, beginning.length() - 4 + skLength);
        Octets datagram = direction.seal(beginning.toOctets(), plaintext);
        assertEquals(List.of(), direction.payloads(datagram));
        byte[] changed = datagram.toByteArray();
        changed[SK_HEADER + 7] ^= 1;
        assertTrue(direction.open(Octets.wrap(changed)).isEmpty());
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void payloadsBeforeSkThatLieAboutTheirLengthAreRefused(IkeSuite suite) {
        Direction direction = new Direction(suite, 22);
        for (int lie : new int[] {0, 3, 6, 0xffff}) {
            OctetWriter message = new OctetWriter();
            HEADER.encodeTo(message, PayloadType.VENDOR_ID);
            message.u8(PayloadType.SK.value()).u8(0).u16(lie).u8(0xaa).zeros(200);
            IkeHeader.patchLength(message);
            assertTrue(direction.open(message.toOctets()).isEmpty(), "length " + lie);
        }
    }
}
