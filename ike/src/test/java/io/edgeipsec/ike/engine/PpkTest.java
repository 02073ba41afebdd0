package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Post-quantum pre-shared keys in the keys of an IKE SA (RFC 8784). */
final class PpkTest {
    private static final String KEY = "thirty-two octets of good entropy";

    private static Policies with(Policies policy, boolean required) {
        return policy.ppk("branch-7", KEY, required);
    }

    private static TwoGateways connected(Policies a, Policies b, boolean usesPpk) {
        TwoGateways net = TwoGateways.connected(1, a, b);
        net.assertOneTunnel();
        assertEquals(usesPpk, usesPpk(net.a()));
        assertEquals(usesPpk, usesPpk(net.b()));
        return net;
    }

    private static boolean usesPpk(Gateway gateway) {
        return gateway.only(IkeEvent.IkeSaEstablished.class).usesPpk();
    }

    private static List<IkeMessage> messages(TwoGateways net) {
        return net.a().events(IkeEvent.MessageExchanged.class).stream()
                .map(IkeEvent.MessageExchanged::message)
                .toList();
    }

    @Test
    @DisplayName("RFC 8784 §3: announced, named, confirmed")
    void bothHaveIt() {
        TwoGateways net = connected(with(Policies.a(), true), with(Policies.b(), true), true);
        List<IkeMessage> messages = messages(net);
        assertEquals(4, messages.size());
        assertTrue(messages.get(0).notifies(NotifyType.USE_PPK));
        assertTrue(messages.get(1).notifies(NotifyType.USE_PPK));
        assertEquals(
                Octets.ofHex("026272616e63682d37"), // fixed, "branch-7"
                messages.get(2).notification(NotifyType.PPK_IDENTITY).orElseThrow().data());
        assertFalse(messages.get(2).notifies(NotifyType.NO_PPK_AUTH));
        assertEquals(
                Octets.EMPTY,
                messages.get(3).notification(NotifyType.PPK_IDENTITY).orElseThrow().data());
    }

    @Test
    void itGoesIntoTheKeysOfTheChildSa() {
        TwoGateways without = connected(Policies.a(), Policies.b(), false);
        TwoGateways net = connected(with(Policies.a(), true), with(Policies.b(), true), true);
        assertFalse(
                without.a()
                        .sad()
                        .outbound()
                        .values()
                        .iterator()
                        .next()
                        .encryption()
                        .equals(net.a().sad().outbound().values().iterator().next().encryption()));
    }

    @Test
    void itStaysWhenTheIkeSaIsRekeyed() {
        TwoGateways net =
                TwoGateways.connected(
                        2,
                        with(Policies.a(), true).lifetimes(Duration.ofHours(1), Duration.ofDays(1)),
                        with(Policies.b(), true));
        net.pass(Duration.ofHours(3), true);
        net.assertOneTunnel();
        List<IkeEvent.IkeSaEstablished> made = net.b().events(IkeEvent.IkeSaEstablished.class);
        assertTrue(made.size() >= 3);
        assertTrue(made.stream().allMatch(IkeEvent.IkeSaEstablished::usesPpk));
    }

    @Test
    void besideAnAdditionalKeyExchange() {
        connected(
                with(Policies.a(), true).additional(true, KeyExchangeMethod.ML_KEM_768),
                with(Policies.b(), true).additional(true, KeyExchangeMethod.ML_KEM_768),
                true);
    }

    // One side may do without.

    @Test
    void anOptionalOneIsUsedIfBothHaveIt() {
        connected(with(Policies.a(), false), with(Policies.b(), false), true);
    }

    @Test
    void anInitiatorMayDoWithout() {
        connected(with(Policies.a(), false), Policies.b(), false);
    }

    @Test
    void aResponderMayDoWithout() {
        connected(Policies.a(), with(Policies.b(), false), false);
    }

    @Test
    @DisplayName("RFC 8784 §3: NO_PPK_AUTH proves the initiator to a responder without its PPK")
    void twoThatAreOptionalAndDiffer() {
        connected(with(Policies.a(), false), Policies.b().ppk("other", KEY, false), false);
    }

    // Neither does.

    private static FailReason rejection(Gateway gateway) {
        return gateway.events(IkeEvent.PeerRejected.class).get(0).reason();
    }

    private static TwoGateways failed(Policies a, Policies b) {
        TwoGateways net = TwoGateways.connected(1, a, b);
        net.pass(Duration.ofSeconds(20), true);
        assertEquals(List.of(), net.a().ikeSas());
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.a().sad().isEmpty());
        assertTrue(net.b().sad().isEmpty());
        return net;
    }

    private static void assertReason(FailReason reason, String detail) {
        assertEquals(FailReason.Kind.AUTHENTICATION_FAILED, reason.kind());
        assertTrue(reason.detail().contains(detail), reason.detail());
        assertFalse(reason.detail().contains(KEY));
    }

    private static FailReason failure(Gateway gateway) {
        return gateway.events(IkeEvent.NegotiationFailed.class).get(0).reason();
    }

    @Test
    void anInitiatorThatRequiresItDoesNotGoOnWithout() {
        TwoGateways net = failed(with(Policies.a(), true), Policies.b());
        assertReason(failure(net.a()), "uses no post-quantum pre-shared key");
    }

    @Test
    void aResponderThatRequiresItRefusesAnInitiatorWithout() {
        TwoGateways net = failed(Policies.a(), with(Policies.b(), true));
        assertReason(rejection(net.b()), "does not use the PPK that we require");
    }

    @Test
    void aResponderDoesNotHaveTheOneThatTheInitiatorRequires() {
        TwoGateways net = failed(with(Policies.a(), true), Policies.b().ppk("other", KEY, false));
        assertReason(rejection(net.b()), "requires a PPK that the session does not have");
    }

    @Test
    void theSameNameForAnotherKey() {
        TwoGateways net =
                failed(
                        with(Policies.a(), false),
                        Policies.b().ppk("branch-7", "not the key that the other has", false));
        assertReason(rejection(net.b()), "has another pre-shared key, or another PPK");
    }

    @Test
    void anInitiatorThatRequiresItRefusesAResponderThatOnlySaysSo() {
        // B has a PPK for another session between the two addresses, and so announces its use.
        TwoGateways net = new TwoGateways(5);
        net.b().configure(Policies.b().build());
        net.b()
                .configure(
                        Policies.b()
                                .session("session-c")
                                .remoteId("c.example")
                                .pair("c", "10.7.0.0/16", "10.8.0.0/16")
                                .ppk("c", KEY, true)
                                .build());
        net.a().configure(with(Policies.a(), true).build());
        net.deliverAll();
        assertEquals(List.of(), net.a().ikeSas());
        assertReason(rejection(net.b()), "requires a PPK that the session does not have");
    }

    @Test
    void anotherKeyReplacesTheIkeSa() {
        TwoGateways net = connected(with(Policies.a(), true), with(Policies.b(), true), true);
        Policies changed = Policies.b().ppk("branch-7", "another key by the same name", true);
        net.b().tell(new IkeInput.PeerConfigured(changed.build()));
        net.deliverAll();
        assertEquals(List.of(), net.b().ikeSas());
    }
}
