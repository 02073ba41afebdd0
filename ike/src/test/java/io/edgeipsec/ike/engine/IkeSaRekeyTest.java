package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.negotiation.Proposals;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** New IKE SAs for old ones, by either side (RFC 7296 §2.18, §2.25.2). */
final class IkeSaRekeyTest {
    static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Duration LONG = Duration.ofDays(1);
    private static final DpdPolicy NO_DPD =
            new DpdPolicy(DpdPolicy.Mode.DISABLED, Duration.ofMinutes(1), 1);
    private static final String REKEY = "CREATE_CHILD_SA request %d SA Nonce KE";
    private static final String REKEYED = "CREATE_CHILD_SA response %d SA Nonce KE";

    @Test
    void theInitiatorReplacesItsIkeSa() {
        TwoGateways net = TwoGateways.connected(1, shortAtA(), longAtB());
        Ladder ladder = new Ladder(net);
        IkeSaId old = net.a().ikeSas().get(0);
        Set<EspSpi> tunnel = Set.copyOf(net.a().sad().inbound().keySet());
        net.passUntilSomethingIsSaid();

        // HDR, SK {SA, Ni, KEi} -->  <-- HDR, SK {SA, Nr, KEr}
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEYED.formatted(2));
        // HDR, SK {D} -->  <-- HDR, SK {}: under the old keys still
        ladder.fromA("INFORMATIONAL request 3 D");
        ladder.fromB("INFORMATIONAL response 3");
        ladder.silence();

        net.assertOneTunnel();
        assertNotEquals(old, net.a().ikeSas().get(0));
        assertEquals(tunnel, net.a().sad().inbound().keySet(), "Child SAs are inherited");
        for (Gateway gateway : List.of(net.a(), net.b())) {
            FailReason reason = gateway.only(IkeEvent.IkeSaClosed.class).reason();
            assertEquals(FailReason.Kind.REPLACED, reason.kind());
            List<IkeEvent.IkeSaEstablished> made = gateway.events(IkeEvent.IkeSaEstablished.class);
            assertEquals(Optional.empty(), made.get(0).replaced());
            assertEquals(Optional.of(old), made.get(1).replaced());
        }

        // The new IKE SA counts its messages from 0, under its own keys.
        EspSpi inbound = net.b().childSas().get(0).inbound();
        net.b().tell(new IkeInput.ChildSaExpired("session-b", "net", inbound, false));
        ladder.fromB("CREATE_CHILD_SA request 0 N(REKEY_SA) SA Nonce KE TSi TSr");
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void theResponderReplacesItAndBecomesTheOriginalInitiator() {
        TwoGateways net =
                TwoGateways.connected(
                        2, longAtA(), Policies.b().dpd(NO_DPD).lifetimes(LIFETIME, LONG));
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        ladder.fromB(REKEY.formatted(0));
        ladder.fromA(REKEYED.formatted(0));
        ladder.fromB("INFORMATIONAL request 1 D");
        ladder.fromA("INFORMATIONAL response 1");
        ladder.silence();
        net.assertOneTunnel();
        List<IkeEvent.IkeSaEstablished> atB = net.b().events(IkeEvent.IkeSaEstablished.class);
        assertTrue(atB.get(1).initiator());
        // And the next one.
        net.pass(LIFETIME, true);
        net.assertOneTunnel();
    }

    @Test
    void lifetimesReplaceItOverAndOver() {
        TwoGateways net =
                TwoGateways.connected(
                        3,
                        Policies.a().lifetimes(LIFETIME, Duration.ofMinutes(7)),
                        Policies.b().lifetimes(LIFETIME, Duration.ofMinutes(7)));
        net.pass(Duration.ofHours(10), true);
        net.assertOneTunnel();
        assertEquals(
                1, net.a().events(IkeEvent.NegotiationStarted.class).size(), "never from scratch");
        int made = net.a().events(IkeEvent.IkeSaEstablished.class).size();
        assertTrue(made >= 60 && made <= 72, made + " IKE SAs");
    }

    @Test
    void aLostRequestAndALostAnswerAreRepeated() {
        TwoGateways net = TwoGateways.connected(4, shortAtA(), longAtB());
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        ladder.lostFromA(REKEY.formatted(2));
        net.pass(Duration.ofSeconds(3), false);
        ladder.fromA(REKEY.formatted(2));
        ladder.lostFromB(REKEYED.formatted(2));
        net.pass(Duration.ofSeconds(4), false);
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEYED.formatted(2));
        net.deliverAll();
        net.assertOneTunnel();
        assertEquals(2, net.b().events(IkeEvent.IkeSaEstablished.class).size());
    }

    @Test
    void aPeerThatDoesNotDeleteTheOldIkeSaIsHelped() {
        TwoGateways net = TwoGateways.connected(5, shortAtA(), longAtB());
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEYED.formatted(2));
        ladder.lostFromA("INFORMATIONAL request 3 D");
        net.cutOff(true);
        net.pass(Duration.ofMinutes(1), false);
        net.cutOff(false);
        net.assertOneTunnel();
        assertEquals(1, net.b().engine().ikeSaCount());
    }

    @ParameterizedTest
    @CsvSource({"31, 31, N(INVALID_SYNTAX) D", "31, 32, N(INVALID_SYNTAX) D", "19, 64, D"})
    void anAnswerThatCannotBeUsedEndsBoth(int method, int length, String lastWords) {
        TwoGateways net = new TwoGateways(6);
        ScriptedPeer peer = new ScriptedPeer(net);
        net.b().configure(Policies.b().dpd(NO_DPD).lifetimes(LIFETIME, LONG).build());
        peer.connect();
        net.passUntilSomethingIsSaid();
        assertEquals(REKEY.formatted(0), peer.heard().outline());
        List<Payload> answer = new ArrayList<>();
        answer.add(
                new SaPayload(
                        Proposals.ofIke(
                                Policies.b().build().proposals(), new IkeSpi(99).toOctets())));
        answer.add(new NoncePayload(Octets.wrap(new byte[32])));
        answer.add(new KeyExchangePayload(method, Octets.wrap(new byte[length])));
        Octets last =
                peer.send(peer.seal(ExchangeType.CREATE_CHILD_SA, true, 0, answer)).orElseThrow();
        assertEquals("INFORMATIONAL request 1 " + lastWords, peer.open(last).outline());
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.b().sad().isEmpty());
    }

    /** A begins to replace the Child SA while it works on its answer to B. */
    @Test
    void anExchangeThatHasNotSaidAnythingIsDropped() {
        TwoGateways net =
                TwoGateways.connected(
                        9, longAtA(), Policies.b().dpd(NO_DPD).lifetimes(LIFETIME, LONG));
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        net.a().stall();
        ladder.fromB(REKEY.formatted(0));
        EspSpi inbound = net.a().childSas().get(0).inbound();
        net.a().tell(new IkeInput.ChildSaExpired("session-a", "net", inbound, false));
        net.a().resume();
        ladder.fromA(REKEYED.formatted(0));
        ladder.fromB("INFORMATIONAL request 1 D");
        ladder.fromA("INFORMATIONAL response 1");
        ladder.silence();
        net.assertOneTunnel();
    }

    /** The session goes away at A while its request is under way: it passes over the answer. */
    @Test
    void anIkeSaThatThePeerDoesNotTakeUpIsFoundOutSoon() {
        DpdPolicy seldom = new DpdPolicy(DpdPolicy.Mode.PERIODIC, Duration.ofHours(2), 4);
        TwoGateways net = TwoGateways.connected(10, shortAtA(), longAtB().dpd(seldom));
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEYED.formatted(2));
        ladder.fromA("INFORMATIONAL request 3 D");
        ladder.fromB("INFORMATIONAL response 3");
        assertEquals(1, net.b().ikeSas().size());
        net.pass(Duration.ofMinutes(1), true);
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.b().sad().isEmpty());
    }

    @Test
    void anIkeSaThatThePeerHasMadeIsAskedForOnce() {
        TwoGateways net = replacedByA(11);
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        ladder.fromB("INFORMATIONAL request 0");
        ladder.fromA("INFORMATIONAL response 0");
        net.pass(Duration.ofMinutes(1), false);
        ladder.silence();
    }

    @Test
    void anIkeSaThatThePeerUsesIsNotAskedFor() {
        TwoGateways net = replacedByA(12);
        EspSpi inbound = net.a().childSas().get(0).inbound();
        net.a().tell(new IkeInput.ChildSaExpired("session-a", "net", inbound, false));
        net.deliverAll();
        net.pass(Duration.ofMinutes(1), false);
        assertTrue(net.wire().isEmpty());
    }

    private static TwoGateways replacedByA(long seed) {
        TwoGateways net = TwoGateways.connected(seed, shortAtA(), longAtB());
        net.passUntilSomethingIsSaid();
        net.deliverAll();
        assertEquals(2, net.b().events(IkeEvent.IkeSaEstablished.class).size());
        return net;
    }

    /** RFC 7296 §2.25.2: Child SAs are not touched while their IKE SA is being replaced. */
    @Test
    void ikeRekeyCrossesChildRekey() {
        TwoGateways net = TwoGateways.connected(7, shortAtA(), longAtB());
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        EspSpi inbound = net.b().childSas().get(0).inbound();
        net.b().tell(new IkeInput.ChildSaExpired("session-b", "net", inbound, false));
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB("CREATE_CHILD_SA request 0 N(REKEY_SA) SA Nonce KE TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 2 N(TEMPORARY_FAILURE)");
        ladder.fromA("CREATE_CHILD_SA response 0 N(TEMPORARY_FAILURE)");
        ladder.silence();
        // Both try again some seconds later, not in step.
        net.pass(Duration.ofSeconds(20), true);
        net.assertOneTunnel();
        assertEquals(1, net.a().events(IkeEvent.IkeSaClosed.class).size());
        assertNotEquals(inbound, net.b().childSas().get(0).inbound());
    }

    /** The same, where less time is left than passes until the usual next attempt. */
    @Test
    void aRekeyThatIsPutOffIsTriedAgainInTime() {
        for (int seed = 0; seed < 8; seed++) {
            TwoGateways net =
                    TwoGateways.connected(
                            seed,
                            Policies.a().dpd(NO_DPD).lifetimes(Duration.ofSeconds(30), LONG),
                            longAtB());
            net.passUntilSomethingIsSaid();
            EspSpi inbound = net.b().childSas().get(0).inbound();
            net.b().tell(new IkeInput.ChildSaExpired("session-b", "net", inbound, false));
            net.pass(Duration.ofSeconds(20), true);
            net.assertOneTunnel();
            assertEquals(
                    FailReason.Kind.REPLACED,
                    net.a().only(IkeEvent.IkeSaClosed.class).reason().kind());
        }
    }

    @Test
    void ikeRekeyCrossesDelete() {
        TwoGateways net = TwoGateways.connected(8, shortAtA(), longAtB());
        Ladder ladder = new Ladder(net);
        net.passUntilSomethingIsSaid();
        net.b().tell(new IkeInput.PeerRemoved("session-b"));
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB("INFORMATIONAL request 0 D");
        ladder.fromB("CREATE_CHILD_SA response 2 N(TEMPORARY_FAILURE)");
        ladder.fromA("INFORMATIONAL response 0");
        assertEquals(List.of(), net.a().ikeSas());
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.a().sad().isEmpty());
    }

    private static Policies shortAtA() {
        return Policies.a().dpd(NO_DPD).lifetimes(LIFETIME, LONG);
    }

    private static Policies longAtA() {
        return Policies.a().dpd(NO_DPD).lifetimes(LONG, LONG);
    }

    private static Policies longAtB() {
        return Policies.b().dpd(NO_DPD).lifetimes(LONG, LONG);
    }
}
