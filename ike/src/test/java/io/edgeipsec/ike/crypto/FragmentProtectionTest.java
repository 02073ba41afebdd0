package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** RFC 7383 §2.5 under every suite that an IKE SA can have. */
class FragmentProtectionTest {
    static final List<IkeSuite> SUITES = MessageProtectionTest.SUITES;

    private static final int DATA = IkeHeader.LENGTH_OCTETS + 8;
    private static final IkeHeader HEADER =
            IkeHeader.of(
                    new IkeSpi(0x0102030405060708L),
                    new IkeSpi(0x1112131415161718L),
                    ExchangeType.IKE_AUTH,
                    true,
                    false,
                    1);

    private final RandomSource random = TestRandom.seeded(5);

    /** The keys of one direction of an IKE SA, and what uses them. */
    private final class Direction {
        final MessageProtection protection;
        final ReferenceProtection reference;

        Direction(IkeSuite suite) {
            int integrity = suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
            SecretBytes skE =
                    SecretBytes.wrap(random.bytes(suite.encryption().keyMaterialLength()));
            SecretBytes skA = SecretBytes.wrap(random.bytes(integrity));
            protection = new MessageProtection(new Primitives(), random, suite, skE, skA, 1);
            reference = new ReferenceProtection(suite, skE, skA);
        }

        Octets seal(int number, int total, Octets piece) {
            FragmentNumber fragment = new FragmentNumber(number, total);
            return protection.sealFragment(HEADER, PayloadType.ID_I, fragment, piece);
        }

        Optional<MessageProtection.Opened> open(Octets datagram) {
            return locate(datagram).flatMap(found -> protection.open(found, datagram));
        }
    }

    private static Optional<EncryptedPayload> locate(Octets datagram) {
        return header(datagram).flatMap(header -> EncryptedPayload.locate(header, datagram));
    }

    private static Optional<IkeHeader> header(Octets datagram) {
        try {
            return Optional.of(IkeHeader.decode(datagram.reader()));
        } catch (MalformedMessageException tooShort) {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void whatIsSealedOpens(IkeSuite suite) {
        Direction direction = new Direction(suite);
        for (int length = 0; length <= 40; length++) {
            Octets piece = random.octets(length);
            for (FragmentNumber fragment :
                    List.of(new FragmentNumber(1, 3), new FragmentNumber(3, 3))) {
                Octets datagram = direction.seal(fragment.number(), fragment.total(), piece);
                EncryptedPayload found = locate(datagram).orElseThrow();
                assertEquals(Optional.of(fragment), found.fragment());
                MessageProtection.Opened opened =
                        direction.protection.open(found, datagram).orElseThrow();
                assertEquals(piece, opened.chain());
                assertEquals(found.first(), opened.first());
                IkeHeader header = header(datagram).orElseThrow();
                assertEquals(PayloadType.SKF, header.nextPayload());
                assertEquals(HEADER.messageId(), header.messageId());
                assertEquals(HEADER.exchange(), header.exchange());
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7383 §2.5: Next Payload is zero in every fragment but the first")
    void onlyTheFirstFragmentTellsTheFirstPayload(IkeSuite suite) {
        Direction direction = new Direction(suite);
        Octets piece = random.octets(9);
        assertEquals(PayloadType.ID_I, locate(direction.seal(1, 2, piece)).orElseThrow().first());
        assertEquals(PayloadType.NONE, locate(direction.seal(2, 2, piece)).orElseThrow().first());
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7383 §2.5: what is authenticated reaches to the end of Total Fragments")
    void theLayoutIsThatOfTheReference(IkeSuite suite) {
        Direction direction = new Direction(suite);
        Octets piece = random.octets(50);
        int padding = suite.integrity().isPresent() ? 13 : 0; // 50 + 13 + 1 = 4 blocks
        byte[] plaintext = new OctetWriter().octets(piece).zeros(padding).u8(padding).toByteArray();

        OctetWriter beginning = new OctetWriter();
        HEADER.encodeTo(beginning, PayloadType.SKF);
        int length = 8 + direction.reference.sealedLength(plaintext.length);
        beginning.u8(PayloadType.ID_I.value()).u8(0).u16(length).u16(1).u16(260);
        beginning.patchU32(24, IkeHeader.LENGTH_OCTETS + length);

        Octets datagram = direction.seal(1, 260, piece);
        int ivLength = direction.reference.ivLength();
        byte[] iv = datagram.slice(DATA, DATA + ivLength).toByteArray();
        Octets expected = direction.reference.seal(beginning.toOctets(), iv, plaintext);
        assertEquals(expected, datagram);
        assertEquals(piece, direction.open(expected).orElseThrow().chain());
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void noOctetMayBeChanged(IkeSuite suite) {
        Direction direction = new Direction(suite);
        byte[] bytes = direction.seal(1, 2, random.octets(30)).toByteArray();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit >> 3] ^= (byte) (0x80 >>> (bit & 7));
            assertTrue(direction.open(Octets.copyOf(bytes)).isEmpty(), "bit " + bit);
            bytes[bit >> 3] ^= (byte) (0x80 >>> (bit & 7));
        }
        assertTrue(direction.open(Octets.copyOf(bytes)).isPresent());
    }

    /** With the lengths as they were, and as they would be. */
    @ParameterizedTest
    @FieldSource("SUITES")
    void noTruncatedFragmentIsAccepted(IkeSuite suite) {
        Direction direction = new Direction(suite);
        Octets datagram = direction.seal(1, 2, random.octets(30));
        for (int length = 0; length < datagram.length(); length++) {
            Octets cut = datagram.slice(0, length);
            assertTrue(direction.open(cut).isEmpty(), length + " octets");
            if (length >= DATA) {
                OctetWriter consistent = new OctetWriter().octets(cut);
                consistent.patchU32(24, length);
                consistent.patchU16(IkeHeader.LENGTH_OCTETS + 2, length - IkeHeader.LENGTH_OCTETS);
                assertTrue(direction.open(consistent.toOctets()).isEmpty(), length + " octets");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void aFragmentIsNoWholeMessage(IkeSuite suite) {
        Direction direction = new Direction(suite);
        Octets datagram = direction.seal(1, 1, random.octets(30));
        IkeHeader header = header(datagram).orElseThrow();
        assertTrue(direction.protection.open(header, datagram).isEmpty());
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7383 §2.5: each fragment has an IV of its own")
    void noIvIsUsedTwice(IkeSuite suite) {
        Direction direction = new Direction(suite);
        int ivLength = direction.reference.ivLength();
        Octets piece = random.octets(30);
        Set<Octets> ivs = new HashSet<>();
        for (int number = 1; number <= 100; number++) {
            Octets datagram = direction.seal(number, 100, piece);
            assertTrue(ivs.add(datagram.slice(DATA, DATA + ivLength)));
            Octets whole = direction.protection.seal(HEADER, List.of());
            assertTrue(ivs.add(whole.slice(DATA - 4, DATA - 4 + ivLength)));
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void theCapacityIsWhatFitsAndNotAnOctetLess(IkeSuite suite) {
        Direction direction = new Direction(suite);
        for (int length = 0; length <= 300; length++) {
            int capacity = direction.protection.fragmentCapacity(length);
            if (capacity > 0) {
                assertTrue(direction.seal(1, 2, random.octets(capacity)).length() <= length);
            }
            assertTrue(direction.seal(1, 2, random.octets(capacity + 1)).length() > length);
        }
    }
}
