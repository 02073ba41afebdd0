package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.SigningKeyType;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.OpaquePayload;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.OwnCertificate;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerTrust;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a gateway makes of bad input before its sender is authenticated: a counted drop, or an
 * answer that costs little and leaves no state (RFC 7296 §2.21.1).
 */
final class StrangersInputTest {
    private static final int VERSION = 17;
    private static final int FLAGS = 19;
    private static final PayloadType UNKNOWN = new PayloadType(200);
    private static final NotifyType UNKNOWN_ERROR = new NotifyType(8_000);
    private static final NotifyType UNKNOWN_STATUS = new NotifyType(40_000);

    private final TwoGateways net = new TwoGateways(1);
    private final ScriptedPeer peer = new ScriptedPeer(net);

    @BeforeEach
    void configure() {
        net.b().configure(Policies.b().build());
    }

    private static Octets encode(IkeHeader header, List<Payload> payloads) {
        return MessageCodec.encode(new IkeMessage(header, payloads));
    }

    private Octets init() {
        return encode(ScriptedPeer.initHeader(), peer.initPayloads());
    }

    private void assertDropped(Octets datagram, DropReason reason) {
        assertEquals(Optional.empty(), peer.send(datagram));
        assertEquals(List.of(reason), net.b().drops());
        assertEquals(0, net.b().engine().ikeSaCount());
    }

    // Headers.

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 27})
    void shorterThanAHeader(int length) {
        assertDropped(init().slice(0, length), DropReason.LENGTH);
    }

    @Test
    void longerOrShorterThanItsLengthField() {
        Octets init = init();
        assertDropped(init.slice(0, init.length() - 1), DropReason.LENGTH);
        peer.send(Octets.concat(init, Octets.ofHex("00")));
        assertEquals(List.of(DropReason.LENGTH, DropReason.LENGTH), net.b().drops());
    }

    @Test
    void noInitiatorSpi() {
        IkeHeader header =
                IkeHeader.of(IkeSpi.ZERO, IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, false, 0);
        assertDropped(encode(header, peer.initPayloads()), DropReason.ZERO_SPI);
    }

    @Test
    void aNewerVersionIsToldOurs() {
        Octets answer = peer.send(TwoGateways.patched(init(), VERSION, 0x30)).orElseThrow();
        assertEquals(0x20, answer.at(VERSION));
        IkeMessage message = ScriptedPeer.clear(answer);
        assertTrue(message.notifies(NotifyType.INVALID_MAJOR_VERSION));
        assertTrue(message.header().response());
        assertEquals(ScriptedPeer.SPI, message.header().initiatorSpi());
        assertEquals(List.of(DropReason.VERSION), net.b().drops());
        assertEquals(0, net.b().engine().ikeSaCount());
    }

    @Test
    void aResponseOfANewerVersionIsDropped() {
        Octets response = TwoGateways.patched(init(), FLAGS, 0x28);
        assertDropped(TwoGateways.patched(response, VERSION, 0x30), DropReason.VERSION);
    }

    @Test
    void anOlderVersionIsDropped() {
        assertDropped(TwoGateways.patched(init(), VERSION, 0x10), DropReason.VERSION);
    }

    @Test
    void minorVersionAndReservedFlagsAreIgnored() {
        Octets odd = TwoGateways.patched(init(), VERSION, 0x2f);
        Octets answer = peer.send(TwoGateways.patched(odd, FLAGS, 0xdf)).orElseThrow();
        assertFalse(ScriptedPeer.clear(answer).error().isPresent());
    }

    @ParameterizedTest
    @MethodSource("impossibleFirstMessages")
    void aFirstMessageThatCannotBeOne(IkeHeader header, DropReason reason) {
        assertDropped(encode(header, peer.initPayloads()), reason);
    }

    static List<Arguments> impossibleFirstMessages() {
        IkeSpi i = ScriptedPeer.SPI;
        IkeSpi r = new IkeSpi(5);
        ExchangeType init = ExchangeType.IKE_SA_INIT;
        return List.of(
                Arguments.of(IkeHeader.of(i, r, init, true, false, 0), DropReason.FLAGS),
                Arguments.of(IkeHeader.of(i, IkeSpi.ZERO, init, true, false, 1), DropReason.FLAGS),
                Arguments.of(IkeHeader.of(i, IkeSpi.ZERO, init, false, false, 0), DropReason.FLAGS),
                Arguments.of(
                        IkeHeader.of(i, IkeSpi.ZERO, init, true, true, 0), DropReason.UNKNOWN_SPI));
    }

    // Unknown IKE SAs.

    @ParameterizedTest
    @ValueSource(ints = {35, 36, 37, 44})
    void aRequestForAnIkeSaThatIsNotThere(int exchange) {
        IkeHeader header =
                IkeHeader.of(
                        ScriptedPeer.SPI,
                        new IkeSpi(5),
                        new ExchangeType(exchange),
                        true,
                        false,
                        3);
        Octets answer = peer.send(encode(header, List.of())).orElseThrow();
        IkeHeader answered = ScriptedPeer.header(answer);
        assertEquals(header.initiatorSpi(), answered.initiatorSpi());
        assertEquals(header.responderSpi(), answered.responderSpi());
        assertEquals(header.exchange(), answered.exchange());
        assertEquals(header.messageId(), answered.messageId());
        assertTrue(answered.response());
        assertFalse(answered.fromOriginalInitiator());
        int notifyType = answer.at(34) << 8 | answer.at(35);
        assertEquals(NotifyType.INVALID_IKE_SPI.value(), notifyType);
        assertEquals(List.of(DropReason.UNKNOWN_SPI), net.b().drops());
    }

    @Test
    void aResponseForAnIkeSaThatIsNotThere() {
        IkeHeader header =
                IkeHeader.of(
                        ScriptedPeer.SPI, new IkeSpi(5), ExchangeType.INFORMATIONAL, true, true, 3);
        assertDropped(encode(header, List.of()), DropReason.UNKNOWN_SPI);
    }

    @Test
    void answersToStrangersAreLimited() {
        IkeHeader header =
                IkeHeader.of(
                        ScriptedPeer.SPI,
                        new IkeSpi(5),
                        ExchangeType.INFORMATIONAL,
                        true,
                        false,
                        0);
        Octets request = encode(header, List.of());
        int limit = EngineLimits.defaults().answersPerSecond();
        for (int i = 0; i < limit; i++) {
            assertTrue(peer.send(request).isPresent());
        }
        assertEquals(Optional.empty(), peer.send(request));
        assertTrue(net.b().drops().contains(DropReason.ANSWER_LIMIT));
        net.pass(Duration.ofSeconds(1), false);
        assertTrue(peer.send(request).isPresent());
    }

    // The contents of IKE_SA_INIT.

    @ParameterizedTest(name = "{0}")
    @MethodSource("badContents")
    void aFirstMessageThatDoesNotParse(String what, UnaryOperator<List<Payload>> change) {
        Octets bad =
                encode(
                        ScriptedPeer.initHeader(),
                        change.apply(new ArrayList<>(peer.initPayloads())));
        assertDropped(bad, DropReason.MALFORMED);
    }

    static Stream<Arguments> badContents() {
        return Stream.of(
                bad("no SA", payloads -> without(payloads, 0)),
                bad("no KE", payloads -> without(payloads, 1)),
                bad("no nonce", payloads -> without(payloads, 2)),
                bad("two SAs", payloads -> with(payloads, payloads.get(0))),
                bad("two KEs", payloads -> with(payloads, payloads.get(1))),
                bad("two nonces", payloads -> with(payloads, payloads.get(2))),
                bad("a nonce of 15 octets", p -> with(without(p, 2), nonce(15))),
                bad("a nonce of 257 octets", p -> with(without(p, 2), nonce(257))),
                bad("an empty SA", p -> with(without(p, 0), opaque(PayloadType.SA, Octets.EMPTY))),
                bad(
                        "a notification cut off",
                        p -> with(p, opaque(PayloadType.NOTIFY, Octets.ofHex("00ff4000")))));
    }

    private static Arguments bad(String what, UnaryOperator<List<Payload>> change) {
        return Arguments.of(what, change);
    }

    private static List<Payload> without(List<Payload> payloads, int index) {
        payloads.remove(index);
        return payloads;
    }

    private static List<Payload> with(List<Payload> payloads, Payload more) {
        payloads.add(more);
        return payloads;
    }

    private static Payload nonce(int length) {
        return opaque(PayloadType.NONCE, Octets.wrap(new byte[length]));
    }

    private static Payload opaque(PayloadType type, Octets content) {
        return new OpaquePayload(type, false, content);
    }

    @Test
    void aPayloadThatRunsOutOfTheMessage() {
        Octets init = init();
        assertDropped(TwoGateways.patched(init, 30, 0xff), DropReason.MALFORMED);
    }

    @Test
    void anUnknownCriticalPayloadIsNamed() {
        List<Payload> payloads =
                with(
                        new ArrayList<>(peer.initPayloads()),
                        new OpaquePayload(UNKNOWN, true, Octets.EMPTY));
        IkeMessage answer = peer.sendClear(ScriptedPeer.initHeader(), payloads).orElseThrow();
        NotifyPayload error = answer.error().orElseThrow();
        assertEquals(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, error.notifyType());
        assertEquals(Octets.ofHex("c8"), error.data());
        assertEquals(List.of(DropReason.MALFORMED), net.b().drops());
        assertEquals(0, net.b().engine().ikeSaCount());
    }

    @Test
    void whatIsUnknownAndNotCriticalIsPassedOver() {
        List<Payload> payloads = new ArrayList<>(peer.initPayloads());
        payloads.add(opaque(UNKNOWN, Octets.ofHex("010203")));
        payloads.add(opaque(PayloadType.VENDOR_ID, Octets.ofHex("0a0b0c0d")));
        payloads.add(NotifyPayload.of(UNKNOWN_ERROR));
        payloads.add(NotifyPayload.of(UNKNOWN_STATUS));
        IkeMessage answer = peer.sendClear(ScriptedPeer.initHeader(), payloads).orElseThrow();
        assertEquals(Optional.empty(), answer.error());
        assertEquals(List.of(), net.b().drops());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 32, 33})
    void aBadKeyExchangeValueLeavesNoState(int length) {
        // Of 32 octets, zeros are a point of small order.
        KeyExchangePayload ke = new KeyExchangePayload(31, Octets.wrap(new byte[length]));
        List<Payload> payloads = with(without(new ArrayList<>(peer.initPayloads()), 1), ke);
        IkeMessage answer = peer.sendClear(ScriptedPeer.initHeader(), payloads).orElseThrow();
        assertEquals(NotifyType.INVALID_SYNTAX, answer.error().orElseThrow().notifyType());
        assertEquals(0, net.b().engine().ikeSaCount());
        assertEquals(0, net.b().engine().halfOpenCount());
    }

    // Limits.

    @Test
    void anIpv6SourceIsANetworkOf64Bits() {
        TwoGateways few =
                new TwoGateways(2, IkeSettings.defaults(), new EngineLimits(64, 100, 1, 50, 5));
        Endpoint here = new Endpoint(IpAddress.parse("2001:db8::1"), 500);
        for (String host : List.of("2001:db8:1::1", "2001:db8:1::2", "2001:db8:1:1::1")) {
            IpAddress there = IpAddress.parse(host);
            few.b()
                    .configure(
                            Policies.b().session(host).local(here.address()).remote(there).build());
            few.b().receive(new Path(here, new Endpoint(there, 500)), init());
        }
        assertEquals(List.of(DropReason.HALF_OPEN_LIMIT), few.b().drops());
        assertEquals(2, few.wire().size());
        assertEquals(2, few.b().engine().halfOpenCount());
    }

    @Test
    void theAnswerToAStrangerIsNotMuchLargerThanItsRequest() {
        List<Octets> authorities =
                IntStream.range(0, 100)
                        .mapToObj(i -> new OctetWriter(20).u32(i).octets(init().slice(0, 16)))
                        .map(OctetWriter::toOctets)
                        .toList();
        net.b()
                .configure(
                        Policies.b()
                                .certificates(
                                        new Authentication.Certificates(
                                                new OwnCertificate(
                                                        "ours",
                                                        SigningKeyType.ECDSA_P256,
                                                        List.of(Octets.ofHex("30"))),
                                                new PeerTrust(List.of(), authorities, List.of())))
                                .build());
        List<Payload> shortest = with(without(new ArrayList<>(peer.initPayloads()), 2), nonce(16));
        Octets request = encode(ScriptedPeer.initHeader(), shortest);
        Octets answer = peer.send(request).orElseThrow();
        assertTrue(ScriptedPeer.clear(answer).outline().contains("CERTREQ"));
        assertTrue(answer.length() <= 3.5 * request.length(), answer.length() + " octets");
    }

    @Test
    void oneFirstMessageIsNotAnsweredWithoutEnd() {
        for (int i = 0; i < 16; i++) {
            assertTrue(peer.send(init()).isPresent());
        }
        assertEquals(Optional.empty(), peer.send(init()));
        assertEquals(List.of(DropReason.ANSWER_LIMIT), net.b().drops());
    }

    // Repetitions.

    @Test
    void theSameFirstMessageGetsTheSameAnswerAndAnotherOneAnIkeSaOfItsOwn() {
        Octets first = peer.send(init()).orElseThrow();
        assertEquals(first, peer.send(init()).orElseThrow());
        assertEquals(1, net.b().engine().ikeSaCount());

        Octets elsewhere = peer.sendFrom(TwoGateways.A, 501, init()).orElseThrow();
        assertNotEquals(first, elsewhere);
        List<Payload> others = with(without(new ArrayList<>(peer.initPayloads()), 2), nonce(20));
        Octets another = peer.send(encode(ScriptedPeer.initHeader(), others)).orElseThrow();
        assertNotEquals(
                ScriptedPeer.header(first).responderSpi(),
                ScriptedPeer.header(another).responderSpi());
        assertEquals(3, net.b().engine().ikeSaCount());

        net.pass(Duration.ofMinutes(1), false);
        assertEquals(0, net.b().engine().ikeSaCount());
        assertEquals(0, net.b().engine().halfOpenCount());
    }
}
