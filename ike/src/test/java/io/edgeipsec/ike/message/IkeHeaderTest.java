package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7296 §3.1. */
class IkeHeaderTest {
    private static final String HEADER =
            "c0c1c2c3c4c5c6c7 d0d1d2d3d4d5d6d7 2e 20 25 00 fffffffe 80000045";

    @Test
    @DisplayName("RFC 7296 §3.1: every field is read from its place")
    void everyFieldIsReadFromItsPlace() throws Exception {
        IkeHeader header = IkeHeader.decode(Octets.ofHex(HEADER).reader());
        assertEquals(new IkeSpi(0xc0c1c2c3c4c5c6c7L), header.initiatorSpi());
        assertEquals(new IkeSpi(0xd0d1d2d3d4d5d6d7L), header.responderSpi());
        assertEquals("c0c1c2c3c4c5c6c7", header.initiatorSpi().toString());
        assertEquals(PayloadType.SK, header.nextPayload());
        assertEquals(2, header.majorVersion());
        assertEquals(0, header.minorVersion());
        assertEquals(ExchangeType.INFORMATIONAL, header.exchange());
        assertEquals(0xfffffffeL, header.messageId());
        assertEquals(0x80000045L, header.length());
    }

    @ParameterizedTest(name = "flags {0}: I {1}, R {2}")
    @CsvSource({"00,false,false", "08,true,false", "20,false,true", "28,true,true"})
    @DisplayName("RFC 7296 §3.1: I is 0x08, R is 0x20")
    void theFlagsAreReadAndWritten(String flags, boolean initiator, boolean response)
            throws Exception {
        Octets octets = Octets.ofHex("00".repeat(19) + flags + "00".repeat(8));
        IkeHeader header = IkeHeader.decode(octets.reader());
        assertEquals(initiator, header.fromOriginalInitiator());
        assertEquals(response, header.response());
        OctetWriter writer = new OctetWriter();
        header.encodeTo(writer, PayloadType.NONE);
        assertEquals(octets, writer.toOctets());
    }

    @Test
    @DisplayName("RFC 7296 §3.1: reserved flags and V are cleared in what we send, else ignored")
    void otherFlagsAreIgnored() throws Exception {
        Octets octets = Octets.ofHex("00".repeat(19) + "d7" + "00".repeat(8));
        IkeHeader header = IkeHeader.decode(octets.reader());
        assertEquals(false, header.fromOriginalInitiator());
        assertEquals(false, header.response());
        OctetWriter writer = new OctetWriter();
        header.encodeTo(writer, PayloadType.NONE);
        assertEquals(0, writer.toOctets().at(19));
    }

    @Test
    void unknownVersionsPayloadsAndExchangesAreKept() throws Exception {
        Octets octets = Octets.ofHex("00".repeat(16) + "c8 9f fa" + "00".repeat(9));
        IkeHeader header = IkeHeader.decode(octets.reader());
        assertEquals("PAYLOAD_200", header.nextPayload().toString());
        assertEquals(9, header.majorVersion());
        assertEquals(15, header.minorVersion());
        assertEquals("EXCHANGE_250", header.exchange().toString());
    }

    @Test
    void aHeaderOfOursIsVersionTwoPointZeroAndCarriesTheLengthOfTheMessage() {
        IkeHeader header =
                IkeHeader.of(
                        new IkeSpi(0xc0c1c2c3c4c5c6c7L),
                        new IkeSpi(0xd0d1d2d3d4d5d6d7L),
                        ExchangeType.INFORMATIONAL,
                        false,
                        false,
                        0xfffffffeL);
        OctetWriter writer = new OctetWriter();
        header.encodeTo(writer, PayloadType.SK);
        writer.zeros(0x45 - 28);
        IkeHeader.patchLength(writer);
        assertEquals(
                Octets.ofHex(HEADER.replace("80000045", "00000045")),
                writer.toOctets().slice(0, IkeHeader.LENGTH_OCTETS));
    }

    @Test
    void lessThan28OctetsAreMalformed() {
        Octets octets = Octets.ofHex(HEADER);
        for (int length = 0; length < IkeHeader.LENGTH_OCTETS; length++) {
            Octets cut = octets.slice(0, length);
            assertThrows(
                    MalformedMessageException.class,
                    () -> IkeHeader.decode(cut.reader()),
                    length + " octets");
        }
    }
}
