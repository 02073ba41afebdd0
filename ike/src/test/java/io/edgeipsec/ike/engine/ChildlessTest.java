package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A peer that makes its IKE SA without a Child SA first (RFC 6023). */
final class ChildlessTest {
    private final TwoGateways net = new TwoGateways(1);
    private final ScriptedPeer peer = new ScriptedPeer(net);

    /** Without the payloads that ask for a Child SA; what B may have started gets lost. */
    private void connectWithoutChild(Policies b) {
        net.b().configure(b.build());
        net.wire().clear();
        peer.init();
        assertEquals(
                "IKE_AUTH response 1 IDr AUTH",
                peer.request(ExchangeType.IKE_AUTH, 1, peer.authPayloads().subList(0, 2))
                        .orElseThrow()
                        .outline());
        assertEquals(1, net.b().ikeSas().size());
        assertEquals(List.of(), net.b().childSas());
        assertTrue(net.b().sad().isEmpty());
    }

    @Test
    void aResponderSaysThatItCan() {
        net.b().configure(Policies.b().build());
        IkeMessage answer =
                peer.sendClear(ScriptedPeer.initHeader(), peer.initPayloads()).orElseThrow();
        assertTrue(answer.notifies(NotifyType.CHILDLESS_IKEV2_SUPPORTED), answer.outline());
    }

    @Test
    void thePeerMakesTheChildSaLater() {
        connectWithoutChild(Policies.b().espGroups());
        List<Payload> create = new ArrayList<>();
        create.add(peer.authPayloads().get(2));
        create.add(new NoncePayload(Octets.wrap(new byte[32])));
        create.addAll(ScriptedPeer.selectors());
        assertEquals(
                "CREATE_CHILD_SA response 2 SA Nonce TSi TSr",
                peer.request(ExchangeType.CREATE_CHILD_SA, 2, create).orElseThrow().outline());
        assertEquals(1, net.b().childSas().size());
        assertEquals(1, net.b().sad().inbound().size());
    }

    @Test
    void anInitiatorMakesWhatThePeerDoesNot() {
        connectWithoutChild(Policies.b().mode(InitiationMode.INITIATOR));
        net.passUntilSomethingIsSaid();
        assertEquals("CREATE_CHILD_SA request 0 SA Nonce KE TSi TSr", peer.heard().outline());
    }
}
