package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7296 §3.2. */
class PayloadChainTest {
    private static final Payload VENDOR =
            new OpaquePayload(PayloadType.VENDOR_ID, false, Octets.ofHex("01"));

    private static Octets encode(List<Payload> payloads) {
        OctetWriter writer = new OctetWriter();
        PayloadChain.encode(payloads, writer);
        return writer.toOctets();
    }

    private static List<Payload> decode(PayloadType first, String hex)
            throws MalformedMessageException {
        return PayloadChain.decode(first, Octets.ofHex(hex).reader());
    }

    @Test
    void everyKindOfPayloadSurvivesARoundTrip() throws Exception {
        RandomPayloads random = new RandomPayloads(7296);
        for (int kind = 0; kind < random.kinds(); kind++) {
            Set<Class<?>> seen = new HashSet<>();
            for (int i = 0; i < 500; i++) {
                Payload payload = random.ofKind(kind);
                seen.add(payload.getClass());
                List<Payload> chain = List.of(payload);
                assertEquals(chain, PayloadChain.decode(payload.type(), encode(chain).reader()));
            }
            assertEquals(1, seen.size());
        }
        assertEquals(Payload.class.getPermittedSubclasses().length, random.kinds());
    }

    @Test
    void chainsOfPayloadsSurviveARoundTripAndEncodeToTheSameOctets() throws Exception {
        RandomPayloads random = new RandomPayloads(20);
        for (int i = 0; i < 2000; i++) {
            List<Payload> chain = random.chain();
            Octets encoded = encode(chain);
            List<Payload> decoded =
                    PayloadChain.decode(PayloadChain.firstType(chain), encoded.reader());
            assertEquals(chain, decoded);
            assertEquals(encoded, encode(decoded));
        }
    }

    @Test
    void anEmptyChainHasNoOctetsAndIsAnnouncedByZero() throws Exception {
        assertEquals(PayloadType.NONE, PayloadChain.firstType(List.of()));
        assertTrue(encode(List.of()).isEmpty());
        assertTrue(decode(PayloadType.NONE, "").isEmpty());
    }

    @Test
    @DisplayName("RFC 7296 §3.2: the length covers the generic header")
    void thePayloadsAreLinkedAndMeasured() {
        Payload notify = NotifyPayload.of(NotifyType.INITIAL_CONTACT);
        assertEquals(
                Octets.ofHex("29 00 0005 01   2b 00 0008 00 00 4000   00 00 0005 01"),
                encode(List.of(VENDOR, notify, VENDOR)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 49, 54, 128, 255})
    @DisplayName("RFC 7296 §2.5: an unknown payload is kept with its critical bit")
    void unknownTypesAreKept(int type) throws Exception {
        for (boolean critical : new boolean[] {false, true}) {
            String hex = "00 " + (critical ? "80" : "00") + " 0007 010203";
            List<Payload> decoded = decode(new PayloadType(type), hex);
            assertEquals(
                    List.of(
                            new OpaquePayload(
                                    new PayloadType(type), critical, Octets.ofHex("010203"))),
                    decoded);
            assertEquals(Octets.ofHex(hex), encode(decoded));
        }
    }

    @Test
    @DisplayName("RFC 7296 §3.2: the reserved bits beside the critical bit are ignored")
    void reservedBitsAreIgnored() throws Exception {
        assertEquals(List.of(VENDOR), decode(PayloadType.VENDOR_ID, "00 7f 0005 01"));
        OpaquePayload critical =
                assertInstanceOf(
                        OpaquePayload.class, decode(new PayloadType(200), "00 ff 0004").get(0));
        assertTrue(critical.critical());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "shorter than its header, 00 00 0003",
        "of length zero, 00 00 0000",
        "past the end, 00 00 0006 01",
        "far past the end, 00 00 ffff 01",
        "short of the end, 00 00 0004 01",
        "announced but absent, 2b 00 0005 01",
        "followed by a header cut short, 2b 00 0005 01 00 00 00",
        "followed by octets after the last, 00 00 0005 01 00",
    })
    void aPayloadWhoseLengthLiesIsMalformed(String how, String hex) {
        assertThrows(
                MalformedMessageException.class, () -> decode(PayloadType.VENDOR_ID, hex), how);
    }

    @Test
    void theReasonNamesThePayloadAndItsLength() {
        MalformedMessageException malformed =
                assertThrows(
                        MalformedMessageException.class,
                        () -> decode(PayloadType.VENDOR_ID, "00 00 0003"));
        assertEquals("V length 3", malformed.getMessage());
    }

    @Test
    void octetsWithoutAPayloadAreMalformed() {
        assertThrows(MalformedMessageException.class, () -> decode(PayloadType.NONE, "00"));
    }

    @Test
    void thereMayBeAsManyPayloadsAsTheLimitAndNoMore() throws Exception {
        List<Payload> chain =
                new ArrayList<>(Collections.nCopies(PayloadChain.MAX_PAYLOADS, VENDOR));
        assertEquals(chain, PayloadChain.decode(PayloadType.VENDOR_ID, encode(chain).reader()));
        chain.add(VENDOR);
        OctetReader tooMany = encode(chain).reader();
        assertThrows(
                MalformedMessageException.class,
                () -> PayloadChain.decode(PayloadType.VENDOR_ID, tooMany));
    }

    @Test
    void aPayloadOfMoreThan64KiBIsNotWritten() {
        Octets most = Octets.wrap(new byte[0xffff - PayloadChain.HEADER_LENGTH]);
        assertEquals(
                0xffff, encode(List.of(new OpaquePayload(PayloadType.CERT, false, most))).length());
        Octets tooMuch = Octets.wrap(new byte[0x10000 - PayloadChain.HEADER_LENGTH]);
        List<Payload> chain = List.of(new OpaquePayload(PayloadType.CERT, false, tooMuch));
        assertThrows(IllegalArgumentException.class, () -> encode(chain));
    }
}
