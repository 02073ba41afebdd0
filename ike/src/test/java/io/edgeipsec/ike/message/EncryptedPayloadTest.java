package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 7383 §2.5 and RFC 7296 §3.14, as far as it stands in the clear. */
class EncryptedPayloadTest {
    private static final Octets HEADER =
            Octets.ofHex("0102030405060708 1112131415161718 35 20 23 08 00000001 00000000");
    private static final Octets SK_HEADER =
            Octets.ofHex("0102030405060708 1112131415161718 2e 20 23 08 00000001 00000000");

    /** A message of these parts, with the header's length set. */
    private static Octets message(Octets... parts) {
        OctetWriter writer = new OctetWriter();
        for (Octets part : parts) {
            writer.octets(part);
        }
        IkeHeader.patchLength(writer);
        return writer.toOctets();
    }

    private static Optional<EncryptedPayload> locate(Octets datagram) {
        try {
            return EncryptedPayload.locate(IkeHeader.decode(datagram.reader()), datagram);
        } catch (MalformedMessageException tooShort) {
            return Optional.empty();
        }
    }

    @Test
    @DisplayName("RFC 7383 §2.5: generic header, fragment number, total fragments")
    void aFragmentIsFound() {
        Octets datagram = message(HEADER, Octets.ofHex("23 00 000a 0002 0103 abcd"));
        EncryptedPayload found = locate(datagram).orElseThrow();
        assertEquals(PayloadType.ID_I, found.first());
        assertEquals(Optional.of(new FragmentNumber(2, 0x103)), found.fragment());
        assertEquals(Octets.ofHex("abcd"), datagram.slice(found.start(), datagram.length()));
    }

    @Test
    void aWholeMessageIsFound() {
        Octets datagram = message(SK_HEADER, Octets.ofHex("23 00 0008 0002 0103"));
        EncryptedPayload found = locate(datagram).orElseThrow();
        assertEquals(Optional.empty(), found.fragment());
        assertEquals(Octets.ofHex("00020103"), datagram.slice(found.start(), datagram.length()));
    }

    @Test
    void whatIsWrittenIsFound() throws MalformedMessageException {
        IkeHeader header = IkeHeader.decode(HEADER.reader());
        for (Optional<FragmentNumber> fragment :
                List.of(
                        Optional.<FragmentNumber>empty(),
                        Optional.of(new FragmentNumber(1, 1)),
                        Optional.of(new FragmentNumber(0xffff, 0xffff)))) {
            OctetWriter writer = new OctetWriter();
            EncryptedPayload.encodeBeginning(header, PayloadType.NOTIFY, fragment, 5, writer);
            int start = writer.length();
            assertEquals(
                    IkeHeader.LENGTH_OCTETS
                            + EncryptedPayload.beginningLength(fragment.isPresent()),
                    start);
            assertEquals(
                    Optional.of(new EncryptedPayload(PayloadType.NOTIFY, fragment, start)),
                    locate(writer.zeros(5).toOctets()));
        }
    }

    /** With the lengths as they were, with the header's as it would be, and with both so. */
    @Test
    void nothingTruncatedIsFound() {
        Octets whole = message(HEADER, Octets.ofHex("23 00 0010 0001 0002 0011223344556677"));
        assertTrue(locate(whole).isPresent());
        for (int length = 0; length < whole.length(); length++) {
            assertTrue(locate(whole.slice(0, length)).isEmpty(), length + " octets");
            if (length >= IkeHeader.LENGTH_OCTETS) {
                Octets shorter = message(whole.slice(0, length));
                assertTrue(locate(shorter).isEmpty(), length + " octets");
            }
            if (length >= IkeHeader.LENGTH_OCTETS + 4) {
                OctetWriter consistent = new OctetWriter().octets(whole.slice(0, length));
                consistent.patchU16(IkeHeader.LENGTH_OCTETS + 2, length - IkeHeader.LENGTH_OCTETS);
                boolean complete = length >= IkeHeader.LENGTH_OCTETS + 8;
                Octets cut = message(consistent.toOctets());
                assertEquals(complete, locate(cut).isPresent(), length + " octets");
            }
        }
    }

    @Test
    void aLengthThatIsNotTheRestOfTheMessageIsRefused() {
        for (int lie : new int[] {0, 3, 4, 7, 8, 9, 11, 0xffff}) {
            OctetWriter payload = new OctetWriter().u8(0).u8(0).u16(lie).u16(1).u16(2).u16(0xabcd);
            assertEquals(lie == 10, locate(message(HEADER, payload.toOctets())).isPresent());
        }
    }

    @Test
    @DisplayName("RFC 7383 §2.5: SKF is the last payload; others may stand before it")
    void payloadsBeforeItAreSteppedOverAndNoneMayFollow() {
        Octets before =
                Octets.ofHex("0102030405060708 1112131415161718 29 20 23 08 00000001 00000000");
        Octets notify = Octets.ofHex("35 00 0008 00004000");
        Octets skf = Octets.ofHex("00 00 0009 0001 0002 ab");
        EncryptedPayload found = locate(message(before, notify, skf)).orElseThrow();
        assertEquals(IkeHeader.LENGTH_OCTETS + 16, found.start());
        assertTrue(locate(message(HEADER, skf, notify)).isEmpty());
        assertTrue(locate(message(HEADER, skf, Octets.ofHex("00"))).isEmpty());
        Octets loop = Octets.ofHex("29 00 0003");
        assertTrue(locate(message(before, loop, skf)).isEmpty(), "a length below its header");
    }

    @Test
    void aMessageWithoutIsNotOne() {
        Octets none =
                Octets.ofHex("0102030405060708 1112131415161718 00 20 23 08 00000001 00000000");
        assertTrue(locate(message(none)).isEmpty());
        assertTrue(locate(message(HEADER)).isEmpty());
    }

    @Test
    @DisplayName("RFC 7383 §2.6: numbers count from 1 up to the total")
    void whichNumbersAreImpossible() {
        assertTrue(new FragmentNumber(1, 1).isPossible());
        assertTrue(new FragmentNumber(0xffff, 0xffff).isPossible());
        assertFalse(new FragmentNumber(0, 0).isPossible());
        assertFalse(new FragmentNumber(0, 1).isPossible());
        assertFalse(new FragmentNumber(2, 1).isPossible());
        assertFalse(new FragmentNumber(1, 0).isPossible());
        assertTrue(new FragmentNumber(1, 2).isFirst());
        assertFalse(new FragmentNumber(2, 2).isFirst());
    }

    @Test
    void numbersThatDoNotFitAreNotWritten() {
        OctetWriter writer = new OctetWriter();
        FragmentNumber tooMany = new FragmentNumber(1, 0x10000);
        assertThrows(IllegalArgumentException.class, () -> tooMany.encodeTo(writer));
    }
}
