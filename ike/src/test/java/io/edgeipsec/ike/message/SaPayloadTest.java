package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7296 §3.3: proposals, transforms and attributes. */
class SaPayloadTest {
    private static final String TRANSFORMS =
            "0300000c 01000014 800e0100" // AES_GCM_16-256
                    + "03000008 02000005" // PRF_HMAC_SHA2_256
                    + "00000008 0400001f"; // CURVE25519

    private static SaPayload decode(String hex) throws MalformedMessageException {
        return SaPayload.decode(Octets.ofHex(hex).reader());
    }

    private static Octets encode(SaPayload sa) {
        OctetWriter writer = new OctetWriter();
        sa.encodeTo(writer);
        return writer.toOctets();
    }

    private static Transform transform(String body) throws MalformedMessageException {
        return Transform.decode(Octets.ofHex(body).reader());
    }

    @Test
    @DisplayName("RFC 7296 §3.3.1: two proposals, the last marked 0 and the other 2")
    void proposalsAreReadAndWritten() throws Exception {
        String hex =
                "02000024 01010003"
                        + TRANSFORMS
                        + "00000020 0203 0402 c0ffee01"
                        + "0300000c 01000014 800e0080" // AES_GCM_16-128
                        + "00000008 05000000"; // no ESN
        SaPayload sa = decode(hex);
        assertEquals(
                List.of(
                        new Proposal(
                                1,
                                ProtocolId.IKE,
                                Octets.EMPTY,
                                List.of(
                                        Transform.of(TransformType.ENCR, 20, 256),
                                        Transform.of(TransformType.PRF, 5),
                                        Transform.of(TransformType.KE, 31))),
                        new Proposal(
                                2,
                                ProtocolId.ESP,
                                Octets.ofHex("c0ffee01"),
                                List.of(
                                        Transform.of(TransformType.ENCR, 20, 128),
                                        Transform.of(TransformType.ESN, 0)))),
                sa.proposals());
        assertEquals(Octets.ofHex(hex), encode(sa));
        assertEquals(
                "IKE:AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519",
                sa.proposals().get(0).toString());
        assertEquals("ESP:AES_GCM_16-128/NO_ESN", sa.proposals().get(1).toString());
    }

    @Test
    void alternativesAreShownAndFoundByType() throws Exception {
        String hex =
                "00000030 01010004 0300000c 0100000c 800e0100 0300000c 0100000c 800e0080"
                        + "03000008 02000005 00000008 02000007";
        Proposal proposal = decode(hex).proposals().get(0);
        assertEquals(
                List.of(
                        Transform.of(TransformType.ENCR, 12, 256),
                        Transform.of(TransformType.ENCR, 12, 128)),
                proposal.transforms(TransformType.ENCR));
        assertTrue(proposal.transforms(TransformType.INTEG).isEmpty());
        assertEquals(
                "IKE:AES_CBC-256|AES_CBC-128/PRF_HMAC_SHA2_256|PRF_HMAC_SHA2_512",
                proposal.toString());
    }

    @Test
    void whatIsNotShownOfALongProposalIsCounted() {
        List<Transform> many = Collections.nCopies(255, Transform.of(TransformType.KE, 31));
        String shown = new Proposal(1, ProtocolId.IKE, Octets.EMPTY, many).toString();
        assertTrue(shown.endsWith("CURVE25519/and 191 more"), shown);
        assertTrue(shown.length() < 1_000, shown);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no proposal, ''",
        "proposal cut short, 00",
        "proposal length zero, 00000000 01010000",
        "proposal length below its header, 00000007 01010000",
        "proposal length past the end, 00000009 01010000",
        "proposal length short of the end, 00000008 01010000 00",
        "last proposal marked as not the last, 02000008 01010000",
        "first proposal marked as the last, 00000008 01010000 00000008 02010000",
        "proposal marked 1, 01000008 01010000",
        "SPI past the proposal, 00000008 01010400",
        "SPI that eats the transform, 00000010 01010901 00000008 02000005",
        "fewer transforms than counted, 00000010 01010002 03000008 02000005",
        "more transforms than counted, 00000018 01010001 00000008 02000005 00000008 02000007",
        "transforms but none counted, 00000010 01010000 00000008 02000005",
        "transform length zero, 00000010 01010001 00000000 02000005",
        "transform length below its header, 00000010 01010001 00000007 02000005",
        "transform length past the proposal, 00000010 01010001 00000009 02000005",
        "transform length short of the proposal, 00000011 01010001 00000008 0200000500",
        "last transform marked as not the last, 00000010 01010001 03000008 02000005",
        "first marked last, 00000018 01010002 00000008 02000005 00000008 02000007",
        "transform marked 2, 00000018 01010002 02000008 02000005 00000008 02000007",
        "attribute cut short, 00000012 01010001 0000000a 01000014 800e",
        "attribute value past the transform, 00000014 01010001 0000000c 01000014 00110001",
        "attribute value far past, 00000014 01010001 0000000c 01000014 0011ffff",
    })
    void lengthsAndCountsThatLieAreMalformed(String how, String hex) {
        assertThrows(MalformedMessageException.class, () -> decode(hex), how);
    }

    @Test
    @DisplayName("RFC 7296 §3.3.1, §3.3.2: reserved octets are ignored")
    void reservedOctetsAreIgnored() throws Exception {
        assertEquals(
                decode("00000010 01010001 00000008 02000005"),
                decode("00aa0010 01010001 00bb0008 02cc0005"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "Key Length, 01000014 800e0100, 256, true",
        "none, 0100001c, 0, true",
        "Key Length of zero, 01000014 800e0000, 0, false",
        "two Key Lengths, 01000014 800e0100 800e0100, 256, false",
        "zero and another Key Length, 01000014 800e0000 800e0080, 128, false",
        "another short attribute, 01000014 80110001, 0, false",
        "another beside Key Length, 01000014 800e0080 80110001, 128, false",
        "another before Key Length, 01000014 80110001 800e0080, 128, false",
        "a long attribute, 01000014 00110003 010203, 0, false",
        "an empty long attribute, 01000014 00110000, 0, false",
        "Key Length as a long attribute, 01000014 000e0002 0100, 0, false",
    })
    @DisplayName("RFC 7296 §3.3.6: a transform with an attribute we do not know is not understood")
    void onlyOneKeyLengthIsUnderstood(
            String what, String body, int keyLengthBits, boolean understood) throws Exception {
        Transform transform = transform(body);
        assertEquals(understood, transform.understood(), what);
        assertEquals(keyLengthBits, transform.keyLengthBits(), what);
    }

    @Test
    @DisplayName("RFC 7296 §3.3.5: Key Length is written as type and value")
    void theKeyLengthAttributeIsShort() {
        OctetWriter writer = new OctetWriter();
        Transform.of(TransformType.ENCR, 12, 192).encodeTo(writer, false);
        Transform.of(TransformType.INTEG, 12).encodeTo(writer, true);
        assertEquals(
                Octets.ofHex("0300000c 0100000c 800e00c0 00000008 0300000c"), writer.toOctets());
    }

    @Test
    void thereMayBeAsManyProposalsAsTheLimitAndNoMore() throws Exception {
        Proposal proposal = new Proposal(1, ProtocolId.IKE, Octets.EMPTY, List.of());
        List<Proposal> proposals =
                new ArrayList<>(Collections.nCopies(SaPayload.MAX_PROPOSALS, proposal));
        SaPayload most = new SaPayload(proposals);
        assertEquals(most, SaPayload.decode(encode(most).reader()));
        proposals.add(proposal);
        OctetReader tooMany = encode(new SaPayload(proposals)).reader();
        assertThrows(MalformedMessageException.class, () -> SaPayload.decode(tooMany));
    }

    @Test
    void aProposalHoldsAtMost255Transforms() throws Exception {
        Transform prf = Transform.of(TransformType.PRF, 5);
        SaPayload most = withTransforms(Collections.nCopies(255, prf));
        assertEquals(most, SaPayload.decode(encode(most).reader()));
        SaPayload tooMany = withTransforms(Collections.nCopies(256, prf));
        assertThrows(IllegalArgumentException.class, () -> encode(tooMany));
    }

    private static SaPayload withTransforms(List<Transform> transforms) {
        return new SaPayload(List.of(new Proposal(1, ProtocolId.IKE, Octets.EMPTY, transforms)));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "65536, 0", "12, -1", "12, 65536"})
    void transformsOutOfRangeAreRefused(int id, int keyLengthBits) {
        assertThrows(
                IllegalArgumentException.class,
                () -> Transform.of(TransformType.ENCR, id, keyLengthBits));
    }

    @Test
    void namesComeFromTheRegistryAndUnknownOnesKeepTheirNumber() {
        assertEquals("AES_GCM_16-256", Transform.of(TransformType.ENCR, 20, 256).toString());
        assertEquals("ENCR_1000", Transform.of(TransformType.ENCR, 1000).toString());
        assertEquals("HMAC_SHA2_256_128", Transform.of(TransformType.INTEG, 12).toString());
        assertEquals("ML_KEM_768", Transform.of(new TransformType(6), 36).toString());
        assertEquals("ESN", Transform.of(TransformType.ESN, 1).toString());
        assertEquals("TRANSFORM_TYPE_13_1", Transform.of(new TransformType(13), 1).toString());
    }

    @Test
    @DisplayName("RFC 7296 §3.3.3, RFC 9370 §2.1: transform types 1 to 12 are known")
    void transformTypesAreKnownUpToAddke7() {
        assertFalse(new TransformType(0).isKnown());
        assertTrue(TransformType.ENCR.isKnown());
        assertTrue(new TransformType(12).isKnown());
        assertFalse(new TransformType(13).isKnown());
        assertFalse(new TransformType(241).isKnown());
        assertEquals("ADDKE1", new TransformType(6).toString());
        assertEquals("ADDKE7", new TransformType(12).toString());
    }
}
