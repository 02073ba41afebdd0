package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.OpaquePayload;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.message.TrafficSelectorPayload;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.negotiation.Proposals;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gateway makes of bad input by a peer that has proved who it is (RFC 7296 §2.21.3). */
final class PeersInputTest {
    private static final PeerPolicy POLICY = Policies.a().build();
    private static final ExchangeType CREATE = ExchangeType.CREATE_CHILD_SA;
    private static final ExchangeType INFORMATIONAL = ExchangeType.INFORMATIONAL;
    private static final Payload UNKNOWN_CRITICAL =
            new OpaquePayload(new PayloadType(200), true, Octets.EMPTY);
    private static final Payload NONSENSE =
            new OpaquePayload(PayloadType.NOTIFY, false, Octets.ofHex("00ff4000"));

    private final TwoGateways net = new TwoGateways(1);
    private final ScriptedPeer peer = new ScriptedPeer(net);

    @BeforeEach
    void connect() {
        net.b().configure(Policies.b().build());
        peer.connect();
    }

    private String answerTo(ExchangeType type, List<Payload> payloads) {
        return peer.request(type, 2, payloads).orElseThrow().outline();
    }

    private void assertStands() {
        assertEquals(1, net.b().ikeSas().size());
        assertTrue(net.b().childSas().size() >= 1);
        assertEquals(net.b().childSas().size(), net.b().sad().inbound().size());
        assertTrue(net.b().sad().larval().isEmpty());
    }

    private void assertEnded() {
        assertEquals(
                FailReason.Kind.INVALID_MESSAGE,
                net.b().only(IkeEvent.IkeSaClosed.class).reason().kind());
        assertEquals(List.of(), net.b().childSas());
        assertTrue(net.b().sad().isEmpty());
    }

    // Drops.

    @Test
    void whatIsNotAuthenticChangesNothingAndCountsForNoLife() {
        net.pass(Duration.ofSeconds(59), false);
        Octets probe = peer.seal(INFORMATIONAL, false, 2, List.of());
        int last = probe.length() - 1;
        assertEquals(
                Optional.empty(),
                peer.send(TwoGateways.patched(probe, last, probe.at(last) ^ 0x80)));
        assertEquals(List.of(DropReason.NOT_AUTHENTIC), net.b().drops());
        net.pass(Duration.ofSeconds(1), false);
        assertEquals("INFORMATIONAL request 0", peer.heard().outline());
        assertEquals(
                "INFORMATIONAL response 2", peer.open(peer.send(probe).orElseThrow()).outline());
        assertStands();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 4, 0xffffffffL})
    void anIdOutsideTheWindow(long id) {
        assertEquals(Optional.empty(), peer.request(INFORMATIONAL, id, List.of()));
        assertEquals(List.of(DropReason.OUTSIDE_WINDOW), net.b().drops());
        assertStands();
    }

    @Test
    void anotherRequestUnderTheIdOfTheLast() {
        assertEquals(
                Optional.empty(), peer.request(INFORMATIONAL, 1, List.of(DeletePayload.ofIkeSa())));
        assertEquals(List.of(DropReason.OUTSIDE_WINDOW), net.b().drops());
        assertStands();
    }

    @Test
    void aSecondAuthentication() {
        assertEquals(Optional.empty(), peer.request(ExchangeType.IKE_AUTH, 2, peer.authPayloads()));
        assertEquals(List.of(DropReason.OUT_OF_STATE), net.b().drops());
        assertStands();
    }

    @Test
    void aResponseThatNobodyWaitsFor() {
        peer.send(peer.seal(INFORMATIONAL, true, 0, List.of(DeletePayload.ofIkeSa())));
        assertEquals(List.of(DropReason.OUTSIDE_WINDOW), net.b().drops());
        assertStands();
    }

    // Requests that end the IKE SA.

    @ParameterizedTest(name = "{0}")
    @MethodSource("fatalRequests")
    void aRequestThatIsFatalToBothSides(String what, ExchangeType type, List<Payload> payloads) {
        assertEquals(type + " response 2 N(INVALID_SYNTAX)", answerTo(type, payloads));
        assertEnded();
        assertTrue(net.wire().isEmpty(), "no DELETE: both sides know (RFC 7296 §2.21.3)");
    }

    static Stream<Arguments> fatalRequests() {
        return Stream.of(
                fatal("a payload cut off", INFORMATIONAL, List.of(NONSENSE)),
                fatal(
                        "a DELETE of two and a half SPIs",
                        INFORMATIONAL,
                        List.of(
                                new OpaquePayload(
                                        PayloadType.DELETE,
                                        false,
                                        Octets.ofHex("03040003 00000001 00000002 0000")))),
                fatal("no SA", CREATE, without(create(), 0)),
                fatal("no nonce", CREATE, without(create(), 1)),
                fatal("two nonces", CREATE, with(create(), nonce(0x11))),
                fatal("no TSi", CREATE, without(create(), 3)),
                fatal("no TSr", CREATE, without(create(), 4)),
                fatal("a key of 31 octets", CREATE, replaced(create(), 2, ke(31, 31))),
                fatal("a key of small order", CREATE, replaced(create(), 2, ke(31, 32))),
                fatal("an IKE SA without KE", CREATE, without(rekey(), 2)),
                fatal("an IKE SA with a bad key", CREATE, replaced(rekey(), 2, ke(31, 32))));
    }

    private static Arguments fatal(String what, ExchangeType type, List<Payload> payloads) {
        return Arguments.of(what, type, payloads);
    }

    @Test
    void anErrorReportThatIsFatal() {
        assertEquals(
                "INFORMATIONAL response 2",
                answerTo(INFORMATIONAL, List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX))));
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.b().sad().isEmpty());
    }

    // Requests that are refused.

    @Test
    void anUnknownCriticalPayloadIsNotProcessed() {
        IkeMessage answer =
                peer.request(INFORMATIONAL, 2, List.of(DeletePayload.ofIkeSa(), UNKNOWN_CRITICAL))
                        .orElseThrow();
        assertEquals("INFORMATIONAL response 2 N(UNSUPPORTED_CRITICAL_PAYLOAD)", answer.outline());
        assertEquals(Octets.ofHex("c8"), answer.error().orElseThrow().data());
        assertStands();
        assertEquals(
                "INFORMATIONAL response 3",
                peer.request(INFORMATIONAL, 3, List.of()).orElseThrow().outline());
    }

    @Test
    void whatIsUnknownAndNotCriticalIsPassedOver() {
        List<Payload> odd =
                List.of(
                        new OpaquePayload(new PayloadType(200), false, Octets.EMPTY),
                        NotifyPayload.of(new NotifyType(8_000)),
                        NotifyPayload.of(new NotifyType(40_000)),
                        new DeletePayload(ProtocolId.AH, List.of(Octets.ofHex("00001000"))));
        assertEquals("INFORMATIONAL response 2", answerTo(INFORMATIONAL, odd));
        assertStands();
    }

    @Test
    void anotherGroup() {
        IkeMessage answer =
                peer.request(CREATE, 2, replaced(create(), 2, ke(19, 64))).orElseThrow();
        NotifyPayload error = answer.error().orElseThrow();
        assertEquals(NotifyType.INVALID_KE_PAYLOAD, error.notifyType());
        assertEquals(Octets.ofHex("001f"), error.data());
        assertStands();
    }

    @Test
    void aGroupThatIsMissing() {
        assertEquals(
                "CREATE_CHILD_SA response 2 N(INVALID_KE_PAYLOAD)",
                answerTo(CREATE, without(create(), 2)));
        assertStands();
    }

    @Test
    void noCommonProposal() {
        SaPayload weak =
                new SaPayload(
                        Proposals.ofEsp(
                                Policies.a()
                                        .espGroups(KeyExchangeMethod.MODP1024)
                                        .build()
                                        .children()
                                        .get(0)
                                        .proposals(),
                                ScriptedPeer.CHILD.toOctets(),
                                false));
        assertEquals(
                "CREATE_CHILD_SA response 2 N(NO_PROPOSAL_CHOSEN)",
                answerTo(CREATE, replaced(create(), 0, weak)));
        assertStands();
    }

    @Test
    void selectorsThatAreNotOurs() {
        Payload theirs =
                new TrafficSelectorPayload(
                        PayloadType.TS_R, List.of(TrafficSelector.parse("172.16.0.0/12")));
        assertEquals(
                "CREATE_CHILD_SA response 2 N(TS_UNACCEPTABLE)",
                answerTo(CREATE, replaced(create(), 4, theirs)));
        assertStands();
    }

    @Test
    void aRekeyOfWhatIsNotThere() {
        EspSpi unknown = new EspSpi(0x12345678);
        IkeMessage answer =
                peer.request(
                                CREATE,
                                2,
                                with(create(), NotifyPayload.ofChild(NotifyType.REKEY_SA, unknown)))
                        .orElseThrow();
        NotifyPayload error = answer.error().orElseThrow();
        assertEquals(NotifyType.CHILD_SA_NOT_FOUND, error.notifyType());
        assertEquals(ProtocolId.ESP, error.protocol());
        assertEquals(unknown.toOctets(), error.spi());
        assertStands();
    }

    @Test
    void aDeleteOfWhatIsNotThere() {
        DeletePayload delete =
                DeletePayload.ofEsp(List.of(new EspSpi(0x12345678), ScriptedPeer.CHILD));
        IkeMessage answer = peer.request(INFORMATIONAL, 2, List.of(delete)).orElseThrow();
        assertEquals("INFORMATIONAL response 2 D", answer.outline());
        assertEquals(1, answer.first(DeletePayload.class).orElseThrow().espSpis().size());
        assertEquals(1, net.b().ikeSas().size());
        assertTrue(net.b().sad().isEmpty());
    }

    @Test
    void childSasWithoutEnd() {
        String outline = "";
        int asked = 0;
        while (!outline.contains("NO_ADDITIONAL_SAS")) {
            assertTrue(asked < 100, "no limit");
            outline = peer.request(CREATE, 2 + asked, create()).orElseThrow().outline();
            asked++;
        }
        assertEquals(18, asked);
        assertStands();
    }

    // Responses.

    @Test
    void aResponseThatDoesNotParse() {
        askForLife();
        Octets last = peer.send(answer(List.of(NONSENSE))).orElseThrow();
        assertEquals("INFORMATIONAL request 1 N(INVALID_SYNTAX) D", peer.open(last).outline());
        assertEnded();
    }

    @Test
    void aResponseWithAnUnknownCriticalPayload() {
        askForLife();
        Octets last = peer.send(answer(List.of(UNKNOWN_CRITICAL))).orElseThrow();
        assertEquals("INFORMATIONAL request 1 D", peer.open(last).outline());
        assertEnded();
    }

    @Test
    void aResponseThatCallsOurRequestInvalid() {
        askForLife();
        Octets answer = answer(List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)));
        assertEquals(Optional.empty(), peer.send(answer), "fatal to both without a DELETE");
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.b().sad().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 43, 35, 14, 38})
    void anErrorFailsTheExchangeOnly(int error) {
        rekeyChild();
        Payload refusal = NotifyPayload.of(new NotifyType(error));
        peer.send(peer.seal(CREATE, true, 0, List.of(refusal)));
        assertEquals(1, net.b().events(IkeEvent.ChildSaFailed.class).size());
        assertStands();
        assertEquals(1, net.b().childSas().size());
    }

    @Test
    void anAnswerThatChoosesWhatWasNotOffered() {
        rekeyChild();
        List<Payload> answer =
                replaced(
                        replaced(create(), 3, selectors(PayloadType.TS_I, "10.2.0.0/16")),
                        4,
                        selectors(PayloadType.TS_R, "0.0.0.0/0"));
        Octets last = peer.send(peer.seal(CREATE, true, 0, answered(answer))).orElseThrow();
        // The peer has made an SA of it, which it is told to delete.
        assertEquals("INFORMATIONAL request 1 D", peer.open(last).outline());
        assertStands();
        assertEquals(1, net.b().childSas().size());
    }

    private void askForLife() {
        net.pass(Duration.ofMinutes(1), false);
        assertEquals("INFORMATIONAL request 0", peer.heard().outline());
    }

    private Octets answer(List<Payload> payloads) {
        return peer.seal(INFORMATIONAL, true, 0, payloads);
    }

    private void rekeyChild() {
        EspSpi inbound = net.b().childSas().get(0).inbound();
        net.b().tell(new IkeInput.ChildSaExpired("session-b", "net", inbound, false));
        assertEquals(
                "CREATE_CHILD_SA request 0 N(REKEY_SA) SA Nonce KE TSi TSr",
                peer.heard().outline());
    }

    // Payloads.

    /** SA, Nonce, KE, TSi, TSr. */
    private static List<Payload> create() {
        List<Payload> payloads = new ArrayList<>();
        payloads.add(
                new SaPayload(
                        Proposals.ofEsp(
                                POLICY.children().get(0).proposals(),
                                new EspSpi(0x0badcafe).toOctets(),
                                false)));
        payloads.add(nonce(0x22));
        payloads.add(goodKe());
        payloads.addAll(ScriptedPeer.selectors());
        return payloads;
    }

    /** The same as an answer: one transform of a kind. */
    private static List<Payload> answered(List<Payload> payloads) {
        SaPayload offer = (SaPayload) payloads.get(0);
        var proposal = offer.proposals().get(0);
        var transforms = new ArrayList<>(proposal.transforms());
        transforms.remove(transforms.size() - 1);
        return replaced(
                payloads,
                0,
                new SaPayload(
                        List.of(
                                new Proposal(
                                        proposal.number(),
                                        proposal.protocol(),
                                        proposal.spi(),
                                        transforms))));
    }

    /** SA, Nonce, KE. */
    private static List<Payload> rekey() {
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new SaPayload(Proposals.ofIke(POLICY.proposals(), new IkeSpi(99).toOctets())));
        payloads.add(nonce(0x33));
        payloads.add(goodKe());
        return payloads;
    }

    private static Payload goodKe() {
        // The base point is a public value like any other.
        byte[] value = new byte[32];
        value[0] = 9;
        return new KeyExchangePayload(31, Octets.wrap(value));
    }

    private static Payload ke(int method, int length) {
        return new KeyExchangePayload(method, Octets.wrap(new byte[length]));
    }

    private static Payload nonce(int octet) {
        byte[] nonce = new byte[32];
        Arrays.fill(nonce, (byte) octet);
        return new NoncePayload(Octets.wrap(nonce));
    }

    private static Payload selectors(PayloadType type, String subnet) {
        return new TrafficSelectorPayload(type, List.of(TrafficSelector.parse(subnet)));
    }

    private static List<Payload> without(List<Payload> payloads, int index) {
        payloads.remove(index);
        return payloads;
    }

    private static List<Payload> with(List<Payload> payloads, Payload more) {
        payloads.add(more);
        return payloads;
    }

    private static List<Payload> replaced(List<Payload> payloads, int index, Payload other) {
        payloads.set(index, other);
        return payloads;
    }
}
