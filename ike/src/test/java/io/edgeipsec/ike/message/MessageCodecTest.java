package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.vectors.CapturedSession;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole messages in the clear, as others send them and as we do. */
class MessageCodecTest {
    static final List<String> SUITES = CapturedSession.SUITES;

    /** Written by hand from RFC 7296 §3: an offer of ECP-256 with a nonce of 16 octets. */
    static final Octets BY_HAND =
            Octets.ofHex(
                    """
                    0102030405060708 0000000000000000 21 20 22 08 00000000 000000c0
                    22 00 0048
                      02 00 0024 01 01 00 03
                        03 00 000c 01 00 0014 800e 0100
                        03 00 0008 02 00 0005
                        00 00 0008 04 00 0013
                      00 00 0020 02 01 00 03
                        03 00 0008 01 00 001c
                        03 00 0008 02 00 0005
                        00 00 0008 04 00 0013
                    28 00 0048 0013 0000
                      101112131415161718191a1b1c1d1e1f 202122232425262728292a2b2c2d2e2f
                      303132333435363738393a3b3c3d3e3f 404142434445464748494a4b4c4d4e4f
                    00 00 0014 505152535455565758595a5b5c5d5e5f
                    """);

    static DecodeResult decode(Octets datagram) {
        try {
            return MessageCodec.decode(IkeHeader.decode(datagram.reader()), datagram);
        } catch (MalformedMessageException malformed) {
            return new DecodeResult.Malformed(String.valueOf(malformed.getMessage()));
        }
    }

    private static IkeMessage decoded(Octets datagram) {
        DecodeResult result = decode(datagram);
        return assertInstanceOf(DecodeResult.Decoded.class, result, result::toString).message();
    }

    private static String malformed(Octets datagram) {
        DecodeResult result = decode(datagram);
        return assertInstanceOf(DecodeResult.Malformed.class, result, result::toString).reason();
    }

    private static List<String> proposals(IkeMessage message) {
        return message.first(SaPayload.class).orElseThrow().proposals().stream()
                .map(Proposal::toString)
                .toList();
    }

    @Test
    @DisplayName("RFC 7296 §1.2, §3: an IKE_SA_INIT request written by hand, both ways")
    void aMessageWrittenByHandIsReadAndWritten() {
        IkeMessage expected =
                new IkeMessage(
                        IkeHeader.of(
                                new IkeSpi(0x0102030405060708L),
                                IkeSpi.ZERO,
                                ExchangeType.IKE_SA_INIT,
                                true,
                                false,
                                0),
                        List.of(
                                new SaPayload(
                                        List.of(
                                                offer(1, Transform.of(TransformType.ENCR, 20, 256)),
                                                offer(2, Transform.of(TransformType.ENCR, 28)))),
                                new KeyExchangePayload(19, ascending(0x10, 64)),
                                new NoncePayload(ascending(0x50, 16))));
        assertEquals(BY_HAND, MessageCodec.encode(expected));
        IkeMessage read = decoded(BY_HAND);
        assertEquals(expected.payloads(), read.payloads());
        assertEquals(expected.header().initiatorSpi(), read.header().initiatorSpi());
        assertTrue(read.header().responderSpi().isZero());
        assertEquals("IKE_SA_INIT request 0 SA KE Nonce", read.outline());
    }

    private static Proposal offer(int number, Transform encryption) {
        return new Proposal(
                number,
                ProtocolId.IKE,
                Octets.EMPTY,
                List.of(
                        encryption,
                        Transform.of(TransformType.PRF, 5),
                        Transform.of(TransformType.KE, 19)));
    }

    private static Octets ascending(int first, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (first + i);
        }
        return Octets.wrap(bytes);
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    void strongSwansIkeSaInitIsReadAndWrittenBackToTheOctet(String suite) {
        CapturedSession session = CapturedSession.strongSwan(suite);
        for (int i = 0; i < 2; i++) {
            Octets datagram = session.datagrams().get(i).octets();
            IkeMessage message = decoded(datagram);
            assertEquals(ExchangeType.IKE_SA_INIT, message.header().exchange());
            assertEquals(i == 1, message.header().response());
            assertEquals(i == 0, message.header().fromOriginalInitiator());
            assertEquals(datagram, MessageCodec.encode(message));
        }
    }

    @Test
    void strongSwansDefaultOfferHoldsWhatItSent() {
        IkeMessage message =
                decoded(CapturedSession.strongSwan("default").datagrams().get(0).octets());
        assertEquals(
                "IKE_SA_INIT request 0 SA KE Nonce N(NAT_DETECTION_SOURCE_IP)"
                        + " N(NAT_DETECTION_DESTINATION_IP) N(IKEV2_FRAGMENTATION_SUPPORTED)"
                        + " N(SIGNATURE_HASH_ALGORITHMS) N(REDIRECT_SUPPORTED)",
                message.outline());
        String prf = "/PRF_HMAC_SHA2_256|PRF_HMAC_SHA2_384|PRF_HMAC_SHA2_512|PRF_HMAC_SHA1";
        String groups =
                "/CURVE25519|CURVE448|ECP256|ECP384|ECP521|BRAINPOOL256|BRAINPOOL384"
                        + "|BRAINPOOL512|MODP3072|MODP4096|MODP6144|MODP8192|MODP2048";
        assertEquals(
                List.of(
                        "IKE:AES_CBC-128|AES_CBC-192|AES_CBC-256|AES_CTR-128|AES_CTR-192"
                                + "|AES_CTR-256|CAMELLIA_CBC-128|CAMELLIA_CBC-192"
                                + "|CAMELLIA_CBC-256|ENCR_24-128|ENCR_24-192|ENCR_24-256|3DES"
                                + prf
                                + "/HMAC_SHA2_256_128|HMAC_SHA2_384_192|HMAC_SHA2_512_256"
                                + "|HMAC_SHA1_96"
                                + groups,
                        "IKE:AES_GCM_16-128|AES_GCM_16-192|AES_GCM_16-256|AES_CCM_16-128"
                                + "|AES_CCM_16-192|AES_CCM_16-256|CHACHA20_POLY1305"
                                + "|AES_GCM_12-128|AES_GCM_12-192|AES_GCM_12-256|AES_GCM_8-128"
                                + "|AES_GCM_8-192|AES_GCM_8-256|AES_CCM_12-128|AES_CCM_12-192"
                                + "|AES_CCM_12-256|AES_CCM_8-128|AES_CCM_8-192|AES_CCM_8-256"
                                + prf
                                + groups),
                proposals(message));
        KeyExchangePayload ke = message.first(KeyExchangePayload.class).orElseThrow();
        assertEquals(31, ke.method());
        assertEquals(
                Octets.ofHex("85bda26d5c2814bd6d3d1b85045dc4765a07fc008ccfa6ae47ddebc186b27d2d"),
                ke.data());
        assertEquals(
                Octets.ofHex("3ee9d0147aa3483cf0eb42cf825e7016328dba27ddf8fe9dd204d0ab2063f0ed"),
                message.first(NoncePayload.class).orElseThrow().nonce());
        assertEquals(
                Octets.ofHex("000200030004"),
                message.notification(NotifyType.SIGNATURE_HASH_ALGORITHMS)
                        .orElseThrow()
                        .data()
                        .slice(0, 6));
    }

    @Test
    void libreswansDefaultOfferHoldsWhatItSent() {
        Octets datagram = CapturedSession.read("libreswan-ike-sa-init").datagrams().get(0).octets();
        IkeMessage message = decoded(datagram);
        assertEquals(datagram, MessageCodec.encode(message));
        assertEquals(
                "IKE_SA_INIT request 0 SA KE Nonce N(IKEV2_FRAGMENTATION_SUPPORTED)"
                        + " N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)",
                message.outline());
        String prf = "/PRF_HMAC_SHA2_512|PRF_HMAC_SHA2_256";
        String integrity = "/HMAC_SHA2_512_256|HMAC_SHA2_256_128";
        String groups = "/MODP2048|MODP3072|MODP4096|MODP8192|ECP256|ECP384|ECP521|CURVE25519";
        assertEquals(
                List.of(
                        "IKE:AES_GCM_16-256" + prf + groups,
                        "IKE:AES_GCM_16-128" + prf + groups,
                        "IKE:AES_CBC-256" + prf + integrity + groups,
                        "IKE:AES_CBC-128" + prf + integrity + groups),
                proposals(message));
        assertEquals(256, message.first(KeyExchangePayload.class).orElseThrow().data().length());
    }

    @Test
    void messagesOfOursAreReadBackAsTheyWere() {
        RandomPayloads random = new RandomPayloads(31);
        for (int i = 0; i < 3000; i++) {
            IkeMessage message = random.message();
            Octets datagram = MessageCodec.encode(message);
            IkeMessage read = decoded(datagram);
            assertEquals(message.payloads(), read.payloads());
            assertEquals(message.header().messageId(), read.header().messageId());
            assertEquals(datagram.length(), read.header().length());
            assertEquals(datagram, MessageCodec.encode(read));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-192, -164, -28, -1, 1, 4, 0x10000, Integer.MIN_VALUE})
    @DisplayName("RFC 7296 §3.1: the header's length is the datagram's, or it is dropped")
    void aHeaderWhoseLengthLiesIsMalformed(int difference) {
        assertEquals(192, BY_HAND.length());
        OctetWriter writer = new OctetWriter().octets(BY_HAND);
        writer.patchU32(24, (BY_HAND.length() + difference) & 0xffffffffL);
        malformed(writer.toOctets());
        writer.patchU32(24, BY_HAND.length());
        decoded(writer.toOctets());
    }

    @Test
    void whatFollowsTheMessageIsMalformed() {
        malformed(Octets.concat(BY_HAND, Octets.ofHex("00")));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 49, 54, 127, 255})
    @DisplayName("RFC 7296 §2.5: an unknown critical payload is reported, others are kept")
    void unknownPayloads(int type) {
        PayloadType unknown = new PayloadType(type);
        Octets critical = withPayload(new OpaquePayload(unknown, true, Octets.EMPTY));
        assertEquals(new DecodeResult.UnsupportedCritical(unknown), decode(critical));
        OpaquePayload harmless = new OpaquePayload(unknown, false, Octets.ofHex("01"));
        assertEquals(List.of(harmless), decoded(withPayload(harmless)).all(OpaquePayload.class));
    }

    @ParameterizedTest
    @ValueSource(ints = {37, 38, 43, 47, 48})
    @DisplayName("RFC 7296 §2.5: the critical bit is ignored on types that the RFC defines")
    void theCriticalBitIsIgnoredOnKnownTypes(int type) {
        decoded(withPayload(new OpaquePayload(new PayloadType(type), true, Octets.ofHex("04"))));
    }

    @Test
    @DisplayName("RFC 7296 §2.5: also on those that we interpret")
    void theCriticalBitIsIgnoredOnInterpretedTypes() {
        OctetWriter writer = new OctetWriter().octets(BY_HAND);
        writer.patchU8(29, 0x80); // SA
        writer.patchU8(101, 0x80); // KE
        assertEquals(decoded(BY_HAND).payloads(), decoded(writer.toOctets()).payloads());
    }

    @Test
    void aMalformedChainIsReportedBeforeItsUnknownPayloads() {
        Octets critical = withPayload(new OpaquePayload(new PayloadType(200), true, Octets.EMPTY));
        OctetWriter cut = new OctetWriter().octets(critical.slice(0, critical.length() - 1));
        cut.patchU32(24, cut.length());
        malformed(cut.toOctets());
    }

    private static Octets withPayload(OpaquePayload payload) {
        IkeHeader header =
                IkeHeader.of(
                        new IkeSpi(1), new IkeSpi(2), ExchangeType.INFORMATIONAL, true, false, 5);
        return MessageCodec.encode(new IkeMessage(header, List.of(payload)));
    }

    @Test
    void payloadsAreFoundByKindAndType() {
        NotifyPayload cookie = NotifyPayload.of(NotifyType.COOKIE, Octets.ofHex("c0"));
        NotifyPayload failure = NotifyPayload.of(new NotifyType(8000));
        TrafficSelector any = TrafficSelector.parse("0.0.0.0/0");
        Identification idI = new Identification(Identification.FQDN, Octets.ofHex("61"));
        Identification idR = new Identification(Identification.FQDN, Octets.ofHex("62"));
        IkeMessage message =
                new IkeMessage(
                        IkeHeader.of(
                                IkeSpi.ZERO,
                                IkeSpi.ZERO,
                                ExchangeType.IKE_AUTH,
                                true,
                                true,
                                0xffffffffL),
                        List.of(
                                cookie,
                                failure,
                                new IdentificationPayload(PayloadType.ID_I, idI),
                                new IdentificationPayload(PayloadType.ID_R, idR),
                                new TrafficSelectorPayload(PayloadType.TS_R, List.of(any))));
        assertEquals(Optional.of(cookie), message.first(NotifyPayload.class));
        assertEquals(List.of(cookie, failure), message.all(NotifyPayload.class));
        assertEquals(Optional.of(failure), message.error());
        assertTrue(message.notifies(NotifyType.COOKIE));
        assertEquals(Optional.empty(), message.notification(NotifyType.REKEY_SA));
        assertEquals(Optional.of(idI), message.identification(PayloadType.ID_I));
        assertEquals(Optional.of(idR), message.identification(PayloadType.ID_R));
        assertEquals(Optional.of(List.of(any)), message.selectors(PayloadType.TS_R));
        assertEquals(Optional.empty(), message.selectors(PayloadType.TS_I));
        assertEquals(Optional.empty(), message.first(SaPayload.class));
        assertEquals(
                "IKE_AUTH response 4294967295 N(COOKIE) N(NOTIFY_8000) IDi IDr TSr",
                message.outline());
    }
}
