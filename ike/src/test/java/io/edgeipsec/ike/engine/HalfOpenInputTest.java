package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.OpaquePayload;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bad input between IKE_SA_INIT and IKE_AUTH: keys are agreed on with nobody knows whom. */
final class HalfOpenInputTest {
    private final TwoGateways net = new TwoGateways(1);
    private final ScriptedPeer peer = new ScriptedPeer(net);

    @BeforeEach
    void halfOpen() {
        net.b().configure(Policies.b().build());
        peer.init();
    }

    private void assertDropped(Octets datagram, DropReason reason) {
        assertEquals(Optional.empty(), peer.send(datagram));
        assertEquals(List.of(reason), net.b().drops());
    }

    /** The IKE SA is as it was. */
    private void assertAuthenticates() {
        IkeMessage answer =
                peer.request(ExchangeType.IKE_AUTH, 1, peer.authPayloads()).orElseThrow();
        assertEquals("IKE_AUTH response 1 IDr AUTH SA TSi TSr", answer.outline());
        assertEquals(1, net.b().ikeSas().size());
    }

    @Test
    void theScriptedPeerIsLetIn() {
        assertAuthenticates();
    }

    @Test
    void aChangedOctet() {
        Octets auth = peer.seal(ExchangeType.IKE_AUTH, false, 1, peer.authPayloads());
        for (int position : List.of(29, 40, auth.length() - 20, auth.length() - 1)) {
            Octets changed = TwoGateways.patched(auth, position, auth.at(position) ^ 1);
            assertEquals(Optional.empty(), peer.send(changed));
        }
        assertTrue(
                net.b().drops().stream().allMatch(DropReason.NOT_AUTHENTIC::equals),
                () -> net.b().drops().toString());
        assertEquals(4, net.b().drops().size());
        assertAuthenticates();
    }

    @Test
    void anUnprotectedRequest() {
        IkeMessage clear =
                new IkeMessage(peer.headerOf(ExchangeType.IKE_AUTH, false, 1), peer.authPayloads());
        assertDropped(MessageCodec.encode(clear), DropReason.NOT_AUTHENTIC);
        assertAuthenticates();
    }

    @Test
    void anExchangeThatComesTooEarly() {
        assertDropped(
                peer.seal(ExchangeType.CREATE_CHILD_SA, false, 1, List.of()),
                DropReason.OUT_OF_STATE);
        peer.send(peer.seal(ExchangeType.INFORMATIONAL, false, 1, List.of()));
        peer.send(peer.seal(new ExchangeType(43), false, 1, List.of()));
        assertEquals(3, net.b().drops().size());
        assertEquals(1, net.b().drops().stream().distinct().count());
        assertAuthenticates();
    }

    @Test
    void anIdOutsideTheWindow() {
        assertDropped(
                peer.seal(ExchangeType.IKE_AUTH, false, 2, peer.authPayloads()),
                DropReason.OUTSIDE_WINDOW);
        peer.send(peer.seal(ExchangeType.IKE_AUTH, false, 0, peer.authPayloads()));
        assertEquals(DropReason.OUTSIDE_WINDOW, net.b().drops().get(1));
        assertAuthenticates();
    }

    @Test
    void aResponseThatNobodyWaitsFor() {
        assertDropped(
                peer.seal(ExchangeType.IKE_AUTH, true, 0, List.of()), DropReason.OUTSIDE_WINDOW);
        assertAuthenticates();
    }

    @Test
    void theWrongRole() {
        Octets auth = peer.seal(ExchangeType.IKE_AUTH, false, 1, peer.authPayloads());
        // Without the I flag the SPI that is ours would be the initiator's.
        assertTrue(peer.send(TwoGateways.patched(auth, 19, 0)).isPresent());
        assertEquals(List.of(DropReason.UNKNOWN_SPI), net.b().drops());
        assertAuthenticates();
    }

    @Test
    void noIdentity() {
        List<Payload> payloads = new ArrayList<>(peer.authPayloads());
        payloads.remove(0);
        IkeMessage answer = peer.request(ExchangeType.IKE_AUTH, 1, payloads).orElseThrow();
        assertEquals("IKE_AUTH response 1 N(INVALID_SYNTAX)", answer.outline());
        assertEnded();
    }

    @Test
    void anUnknownCriticalPayload() {
        List<Payload> payloads = new ArrayList<>(peer.authPayloads());
        payloads.add(new OpaquePayload(new PayloadType(201), true, Octets.EMPTY));
        IkeMessage answer = peer.request(ExchangeType.IKE_AUTH, 1, payloads).orElseThrow();
        assertEquals("IKE_AUTH response 1 N(UNSUPPORTED_CRITICAL_PAYLOAD)", answer.outline());
        assertEquals(Octets.ofHex("c9"), answer.error().orElseThrow().data());
        net.pass(Duration.ofMinutes(1), false);
        assertEnded();
    }

    @Test
    void noAuthenticationIsAWishForEap() {
        List<Payload> payloads = new ArrayList<>(peer.authPayloads());
        payloads.remove(1);
        IkeMessage answer = peer.request(ExchangeType.IKE_AUTH, 1, payloads).orElseThrow();
        assertEquals(NotifyType.AUTHENTICATION_FAILED, answer.error().orElseThrow().notifyType());
        assertEnded();
    }

    /** Its answer is kept for a while; so that is bounded as well. */
    @Test
    void aRefusedStrangerCountsUntilItIsForgotten() {
        peer.request(ExchangeType.IKE_AUTH, 1, List.of());
        assertEquals(1, net.b().engine().ikeSaCount());
        assertEquals(1, net.b().engine().halfOpenCount());
        assertEnded();
    }

    private void assertEnded() {
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.b().engine().isQuiet());
        net.pass(IkeSettings.defaults().linger(), false);
        assertEquals(0, net.b().engine().halfOpenCount());
        assertEquals(0, net.b().engine().ikeSaCount());
        assertTrue(net.b().sad().isEmpty());
    }
}
