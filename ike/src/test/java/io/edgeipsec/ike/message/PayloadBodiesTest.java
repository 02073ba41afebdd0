package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every payload but SA and TS: its fields, and what is refused (RFC 7296 §3.4 to §3.11). */
class PayloadBodiesTest {
    @FunctionalInterface
    private interface Decoder<P> {
        P decode(OctetReader body) throws MalformedMessageException;
    }

    private static <P extends Payload> void assertReadAndWritten(
            P payload, String hex, Decoder<P> decoder) throws MalformedMessageException {
        Octets octets = Octets.ofHex(hex);
        assertEquals(payload, decoder.decode(octets.reader()));
        OctetWriter writer = new OctetWriter();
        payload.encodeTo(writer);
        assertEquals(octets, writer.toOctets());
    }

    private static void assertMalformed(String hex, Decoder<?> decoder) {
        OctetReader reader = Octets.ofHex(hex).reader();
        assertThrows(MalformedMessageException.class, () -> decoder.decode(reader));
    }

    private static Identification identification(int type, String hex) {
        return new Identification(type, Octets.ofHex(hex));
    }

    @Test
    @DisplayName("RFC 7296 §3.4: method, two reserved octets, data")
    void keyExchange() throws Exception {
        assertReadAndWritten(
                new KeyExchangePayload(31, Octets.ofHex("a1a2a3")),
                "001f 0000 a1a2a3",
                KeyExchangePayload::decode);
        assertEquals(
                new KeyExchangePayload(0xffff, Octets.EMPTY),
                KeyExchangePayload.decode(Octets.ofHex("ffff ffff").reader()));
        assertMalformed("001f00", KeyExchangePayload::decode);
    }

    @Test
    @DisplayName("RFC 7296 §3.8: method, three reserved octets, data")
    void authentication() throws Exception {
        assertReadAndWritten(
                new AuthenticationPayload(
                        AuthenticationPayload.SHARED_KEY_MIC, Octets.ofHex("a1a2")),
                "02 000000 a1a2",
                AuthenticationPayload::decode);
        assertMalformed("020000", AuthenticationPayload::decode);
    }

    @Test
    @DisplayName("RFC 7296 §3.6: encoding, data")
    void certificate() throws Exception {
        assertReadAndWritten(
                CertificatePayload.x509(Octets.ofHex("3003020101")),
                "04 3003020101",
                CertificatePayload::decode);
        assertReadAndWritten(
                new CertificatePayload(12, Octets.EMPTY), "0c", CertificatePayload::decode);
        assertMalformed("", CertificatePayload::decode);
    }

    @Test
    @DisplayName("RFC 7296 §3.7: encoding, hashes of 20 octets without a separator")
    void certificateRequest() throws Exception {
        assertReadAndWritten(
                CertificateRequestPayload.x509(
                        List.of(Octets.ofHex("a1".repeat(20)), Octets.ofHex("b2".repeat(20)))),
                "04" + "a1".repeat(20) + "b2".repeat(20),
                CertificateRequestPayload::decode);
        assertReadAndWritten(
                new CertificateRequestPayload(4, Octets.ofHex("a1b2")),
                "04 a1b2",
                CertificateRequestPayload::decode);
        assertMalformed("", CertificateRequestPayload::decode);
        List<Octets> odd = List.of(Octets.ofHex("a1".repeat(19)));
        assertThrows(IllegalArgumentException.class, () -> CertificateRequestPayload.x509(odd));
    }

    @Test
    @DisplayName("RFC 7427 §4: two octets for each hash; what nobody knows is kept")
    void signatureHashes() throws Exception {
        NotifyPayload written =
                SignatureHash.notification(List.of(SignatureHash.SHA2_256, SignatureHash.IDENTITY));
        assertReadAndWritten(written, "00 00 402f 0002 0005", NotifyPayload::decode);
        assertEquals(
                List.of(SignatureHash.SHA2_384, new SignatureHash(0x0102)), listed("0003 0102"));
        assertEquals(List.of(SignatureHash.SHA2_512), listed("0004 0004 00"));
        assertEquals(List.of(), listed(""));
        assertEquals("SHA2-256", SignatureHash.SHA2_256.toString());
        assertEquals("HASH_9", new SignatureHash(9).toString());
    }

    private static List<SignatureHash> listed(String hex) {
        IkeHeader header =
                IkeHeader.of(IkeSpi.ZERO, IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, false, 0);
        NotifyPayload notify =
                NotifyPayload.of(NotifyType.SIGNATURE_HASH_ALGORITHMS, Octets.ofHex(hex));
        return List.copyOf(SignatureHash.listedIn(new IkeMessage(header, List.of(notify))));
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 32, 255, 256})
    @DisplayName("RFC 7296 §2.10, §3.9: a nonce has 16 to 256 octets")
    void noncesWithinBounds(int length) throws Exception {
        String hex = "5a".repeat(length);
        assertReadAndWritten(new NoncePayload(Octets.ofHex(hex)), hex, NoncePayload::decode);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 257, 1000})
    @DisplayName("RFC 7296 §2.10, §3.9: no other length is a nonce, neither read nor made")
    void noncesOutOfBounds(int length) {
        assertMalformed("5a".repeat(length), NoncePayload::decode);
        Octets nonce = Octets.wrap(new byte[length]);
        assertThrows(IllegalArgumentException.class, () -> new NoncePayload(nonce));
    }

    @Test
    @DisplayName("RFC 7296 §3.10: protocol, SPI size, type, SPI, data")
    void notification() throws Exception {
        assertReadAndWritten(
                NotifyPayload.ofChild(NotifyType.REKEY_SA, new EspSpi(0xc0ffee01)),
                "03 04 4009 c0ffee01",
                NotifyPayload::decode);
        assertReadAndWritten(
                NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, Octets.ofHex("001f")),
                "00 00 0011 001f",
                NotifyPayload::decode);
        assertMalformed("03 04 4009 c0ffee", NotifyPayload::decode);
        assertMalformed("03 ff 4009", NotifyPayload::decode);
        assertMalformed("03 00 40", NotifyPayload::decode);
    }

    @Test
    @DisplayName("RFC 7296 §3.10.1: types below 16384 are errors, known or not")
    void notifyTypes() {
        assertTrue(NotifyType.NO_PROPOSAL_CHOSEN.isError());
        assertTrue(new NotifyType(0).isError());
        assertTrue(new NotifyType(16383).isError());
        assertFalse(NotifyType.INITIAL_CONTACT.isError());
        assertFalse(new NotifyType(65535).isError());
        assertEquals("TEMPORARY_FAILURE", new NotifyType(43).toString());
        assertEquals("COOKIE", new NotifyType(16390).toString());
        assertEquals("NOTIFY_8191", new NotifyType(8191).toString());
        assertThrows(IllegalArgumentException.class, () -> new NotifyType(-1));
        assertThrows(IllegalArgumentException.class, () -> new NotifyType(0x10000));
    }

    @Test
    @DisplayName("RFC 7296 §3.11: the IKE SA is deleted without an SPI, ESP SAs with 4 octets each")
    void delete() throws Exception {
        assertReadAndWritten(DeletePayload.ofIkeSa(), "01 00 0000", DeletePayload::decode);
        List<EspSpi> spis = List.of(new EspSpi(0xc0000001), new EspSpi(0x100));
        assertReadAndWritten(
                DeletePayload.ofEsp(spis), "03 04 0002 c0000001 00000100", DeletePayload::decode);
        assertEquals(spis, DeletePayload.ofEsp(spis).espSpis());
        assertTrue(DeletePayload.ofIkeSa().espSpis().isEmpty());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "fewer SPIs than counted, 03 04 0002 c0000001",
        "more SPIs than counted, 03 04 0001 c0000001 c0000002",
        "part of an SPI, 03 04 0001 c00000",
        "none counted, 03 04 0000 c0000001",
        "ESP SPIs of no octets, 03 00 0001",
        "ESP SPIs of 8 octets, 03 08 0001 c0000001c0000002",
        "AH SPIs of 2 octets, 02 02 0001 c000",
        "an SPI for the IKE SA, 01 08 0001 c0000001c0000002",
        "the most that can be counted, 03 04 ffff c0000001",
        "the most of another protocol, 09 ff ffff 00",
        "cut short, 03 04 00",
    })
    @DisplayName("RFC 7296 §3.11: count times size is what must be there")
    void deleteWhoseCountLies(String what, String hex) {
        assertMalformed(hex, DeletePayload::decode);
    }

    @Test
    void aDeleteOfUnknownProtocolIsKeptButNamesNoEspSa() throws Exception {
        DeletePayload delete = DeletePayload.decode(Octets.ofHex("09 02 0002 a1a2 b1b2").reader());
        assertEquals(List.of(Octets.ofHex("a1a2"), Octets.ofHex("b1b2")), delete.spis());
        assertTrue(delete.espSpis().isEmpty());
        DeletePayload ah = DeletePayload.decode(Octets.ofHex("02 04 0001 c0000001").reader());
        assertTrue(ah.espSpis().isEmpty());
    }

    @Test
    void moreSpisThanCanBeCountedAreNotWritten() {
        DeletePayload delete =
                DeletePayload.ofEsp(Collections.nCopies(0x10000, new EspSpi(0xc0000001)));
        assertThrows(IllegalArgumentException.class, () -> delete.encodeTo(new OctetWriter()));
    }

    @Test
    @DisplayName("RFC 4303 §2.1: SPIs 0 to 255 are reserved; the rest is unsigned")
    void espSpis() {
        assertFalse(new EspSpi(0).isUsable());
        assertFalse(new EspSpi(255).isUsable());
        assertTrue(new EspSpi(256).isUsable());
        assertTrue(new EspSpi(0x80000000).isUsable());
        assertTrue(new EspSpi(-1).isUsable());
        assertEquals("0a0b0c0d", new EspSpi(0x0a0b0c0d).toString());
    }

    @Test
    @DisplayName("RFC 7296 §3.5: type, three reserved octets, data; AUTH covers the same octets")
    void identification() throws Exception {
        Identification id = identification(Identification.FQDN, "67772e6578616d706c65");
        assertReadAndWritten(
                new IdentificationPayload(PayloadType.ID_I, id),
                "02 000000 67772e6578616d706c65",
                body -> IdentificationPayload.decode(PayloadType.ID_I, body));
        assertEquals(Octets.ofHex("02 000000 67772e6578616d706c65"), id.body());
        assertMalformed("020000", Identification::decode);
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "1, 5", "1, 0", "1, 16", "5, 4", "5, 15", "5, 17", "5, 0"})
    @DisplayName("RFC 7296 §3.5: an address identification has the length of its address")
    void identificationsThatAreNoAddress(int type, int length) {
        assertMalformed("0%d000000".formatted(type) + "00".repeat(length), Identification::decode);
        assertThrows(
                IllegalArgumentException.class, () -> identification(type, "00".repeat(length)));
    }

    @ParameterizedTest
    @CsvSource({
        "1, c0000201, 192.0.2.1",
        "5, 20010db8000000000000000000000001, 2001:db8:0:0:0:0:0:1",
        "2, 67772e6578616d706c65, gw.example",
        "3, 61406578616d706c65, a@example",
        "9, 3000, dn:3000",
        "11, 6b6579, keyid:key",
        "13, '', id-type-13:",
        "2, 610a62, a?b",
        "2, 611b5b33316d, a?[31m",
        "2, 61e2808ec3a4, a??",
        "11, ff00, keyid:??",
    })
    @DisplayName("an identification is shown without control characters of the peer's making")
    void identificationsAreShown(int type, String hex, String shown) {
        assertEquals(shown, identification(type, hex).toString());
    }
}
