package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.message.TrafficSelectorPayload;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.negotiation.Proposals;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** New Child SAs for old ones, by either side and by both (RFC 7296 §2.8, §2.8.1, §2.25.1). */
final class ChildSaRekeyTest {
    private static final String REKEY =
            "CREATE_CHILD_SA request %d N(REKEY_SA) SA Nonce KE TSi TSr";
    private static final String REKEYED = "CREATE_CHILD_SA response %d SA Nonce KE TSi TSr";
    private static final String DELETE = "INFORMATIONAL request %d D";
    private static final String DELETED = "INFORMATIONAL response %d D";

    private static final DpdPolicy NO_DPD =
            new DpdPolicy(DpdPolicy.Mode.DISABLED, Duration.ofMinutes(1), 1);

    @Test
    void theInitiatorReplacesItsChildSa() {
        TwoGateways net = TwoGateways.connected(1);
        Ladder ladder = new Ladder(net);
        EspSpi old = inbound(net.a());
        rekey(net.a());

        // HDR, SK {N(REKEY_SA), SA, Ni, KEi, TSi, TSr} -->
        ladder.fromA(REKEY.formatted(2));
        assertEquals(2, net.b().sad().inbound().size(), "ready before the answer");
        // <-- HDR, SK {SA, Nr, KEr, TSi, TSr}
        ladder.fromB(REKEYED.formatted(2));
        assertEquals(2, net.a().sad().inbound().size(), "the old one still receives");
        assertEquals(1, net.a().sad().outbound().size(), "and is not sent by");
        // HDR, SK {D} -->  <-- HDR, SK {D}
        ladder.fromA(DELETE.formatted(3));
        ladder.fromB(DELETED.formatted(3));
        ladder.silence();

        net.assertOneTunnel();
        assertNotEquals(old, inbound(net.a()));
        assertEquals(
                FailReason.Kind.REPLACED,
                net.a().only(IkeEvent.ChildSaClosed.class).reason().kind());
    }

    @Test
    void theResponderReplacesItToo() {
        TwoGateways net = TwoGateways.connected(2);
        Ladder ladder = new Ladder(net);
        rekey(net.b());
        ladder.fromB(REKEY.formatted(0));
        ladder.fromA(REKEYED.formatted(0));
        ladder.fromB(DELETE.formatted(1));
        ladder.fromA(DELETED.formatted(1));
        ladder.silence();
        net.assertOneTunnel();
    }

    @Test
    void lifetimesReplaceItOverAndOver() {
        TwoGateways net =
                TwoGateways.connected(
                        3,
                        Policies.a().lifetimes(Duration.ofDays(1), Duration.ofMinutes(10)),
                        Policies.b().lifetimes(Duration.ofDays(1), Duration.ofMinutes(10)));
        net.pass(Duration.ofHours(10), true);
        net.assertOneTunnel();
        int made = net.a().events(IkeEvent.ChildSaEstablished.class).size();
        assertTrue(made >= 60 && made <= 72, made + " Child SAs");
        assertEquals(List.of(), net.a().events(IkeEvent.ChildSaFailed.class));
    }

    @Test
    void anSaThatTheKernelDroppedIsMadeAnew() {
        TwoGateways net = TwoGateways.connected(4);
        net.a().tell(new IkeInput.ChildSaExpired("session-a", "net", inbound(net.a()), true));
        net.deliverAll();
        net.assertOneTunnel();
        assertEquals(2, net.b().events(IkeEvent.ChildSaEstablished.class).size());
    }

    /** The peer takes what it receives by until it has our answer, and not any longer. */
    @Test
    void deletionIsAnsweredOnceNothingIsSentByTheSa() {
        TwoGateways net = TwoGateways.connected(8);
        Ladder ladder = new Ladder(net);
        ChildSaLocator old = net.b().childSas().get(0);
        rekey(net.a());
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEYED.formatted(2));
        net.b().stall();
        ladder.fromA(DELETE.formatted(3));
        ladder.silence();
        assertTrue(net.b().sad().outbound().containsKey(old.outbound()), "the kernel is slow");
        net.b().step();
        assertFalse(net.b().sad().outbound().containsKey(old.outbound()));
        ladder.fromB(DELETED.formatted(3));
        net.b().resume();
        net.assertOneTunnel();
    }

    /** What a refusal puts off must not outlive the SA. */
    @Test
    void aRekeyThatIsPutOffDoesNotPutOffTheEnd() {
        Duration lifetime = Duration.ofSeconds(60);
        for (int seed = 0; seed < 8; seed++) {
            TwoGateways net =
                    TwoGateways.connected(
                            seed,
                            Policies.a().lifetimes(Duration.ofDays(1), lifetime),
                            Policies.b().lifetimes(Duration.ofDays(1), Duration.ofDays(1)));
            EspSpi old = inbound(net.a());
            for (int attempt = 0; attempt < 4; attempt++) {
                net.b().sad().refuseNext("no more memory");
            }
            net.pass(lifetime, true);
            assertFalse(net.a().sad().inbound().containsKey(old), "seed " + seed);
        }
    }

    /** Lifetimes may leave less time for a rekey than passes until the usual next attempt. */
    @Test
    void aRekeyThatIsPutOffIsTriedAgainInTime() {
        for (int seed = 0; seed < 8; seed++) {
            TwoGateways net =
                    TwoGateways.connected(
                            seed,
                            Policies.a().lifetimes(Duration.ofDays(1), Duration.ofSeconds(30)),
                            Policies.b().lifetimes(Duration.ofDays(1), Duration.ofDays(1)));
            net.b().sad().refuseNext("no more memory");
            net.pass(Duration.ofSeconds(30), true);
            net.assertOneTunnel();
            assertEquals(1, net.a().events(IkeEvent.ChildSaFailed.class).size());
            assertEquals(
                    FailReason.Kind.REPLACED,
                    net.a().only(IkeEvent.ChildSaClosed.class).reason().kind());
        }
    }

    @Test
    void whatCannotBeReplacedIsDeletedInTime() {
        Duration lifetime = Duration.ofMinutes(10);
        TwoGateways net =
                TwoGateways.connected(
                        5,
                        Policies.a().lifetimes(Duration.ofDays(1), lifetime),
                        Policies.b().lifetimes(Duration.ofDays(1), Duration.ofDays(1)));
        net.b().configure(Policies.b().pair("net", "10.9.0.0/16", "10.1.0.0/16").build());
        net.pass(lifetime, true);
        assertTrue(net.a().sad().isEmpty());
        assertTrue(net.b().sad().isEmpty());
        assertEquals(1, net.a().ikeSas().size());
    }

    // Two for the same traffic, since the peer has asked for another one.

    @Test
    void ofTwinsTheOlderOneIsDeletedAndNotReplaced() {
        TwoGateways net = new TwoGateways(6);
        ScriptedPeer peer = withTwo(net, "10.1.0.0/16");
        ChildSaLocator older = net.b().childSas().get(0);
        ChildSaLocator younger = net.b().childSas().get(1);
        rekey(net.b(), 0);
        IkeMessage delete = peer.heard();
        assertEquals(DELETE.formatted(0), delete.outline());
        assertEquals(Set.of(older.inbound()), deletedIn(delete));
        Payload theirs = DeletePayload.ofEsp(List.of(ScriptedPeer.CHILD));
        peer.send(peer.seal(ExchangeType.INFORMATIONAL, true, 0, List.of(theirs)));
        assertEquals(List.of(younger), net.b().childSas());
        assertEquals(1, net.b().sad().inbound().size());

        rekey(net.b(), 0);
        assertReplaces(younger, peer.heard());
    }

    @Test
    void ofTwinsTheYoungerOneIsReplaced() {
        TwoGateways net = new TwoGateways(7);
        ScriptedPeer peer = withTwo(net, "10.1.0.0/16");
        rekey(net.b(), 1);
        assertReplaces(net.b().childSas().get(1), peer.heard());
    }

    @Test
    void whatCarriesOtherTrafficIsNoTwin() {
        TwoGateways net = new TwoGateways(8);
        ScriptedPeer peer = withTwo(net, "10.1.7.0/24");
        rekey(net.b(), 0);
        assertReplaces(net.b().childSas().get(0), peer.heard());
    }

    private static ScriptedPeer withTwo(TwoGateways net, String behindPeer) {
        net.b().configure(Policies.b().espGroups().build());
        ScriptedPeer peer = new ScriptedPeer(net).connect();
        List<Payload> another =
                List.of(
                        new SaPayload(
                                Proposals.ofEsp(
                                        Policies.a().build().children().get(0).proposals(),
                                        new EspSpi(0xc0ffee02).toOctets(),
                                        true)),
                        new NoncePayload(Octets.wrap(new byte[32])),
                        new TrafficSelectorPayload(
                                PayloadType.TS_I, List.of(TrafficSelector.parse(behindPeer))),
                        ScriptedPeer.selectors().get(1));
        peer.request(ExchangeType.CREATE_CHILD_SA, 2, another);
        assertEquals(2, net.b().childSas().size());
        return peer;
    }

    private static void assertReplaces(ChildSaLocator old, IkeMessage request) {
        NotifyPayload rekey = request.notification(NotifyType.REKEY_SA).orElseThrow();
        assertEquals(old.inbound().toOctets(), rekey.spi());
    }

    // Both at once (RFC 7296 §2.8.1).

    @Test
    void collisionRegular() {
        Set<Boolean> winners = new HashSet<>();
        for (int seed = 0; seed < 16; seed++) {
            TwoGateways net = bothRekeying(seed);
            Ladder ladder = new Ladder(net);
            EspSpi old = inbound(net.a());
            ladder.fromA(REKEY.formatted(2));
            ladder.fromB(REKEY.formatted(0));
            ladder.fromB(REKEYED.formatted(2));
            ladder.fromA(REKEYED.formatted(0));

            // One side deletes the old SA, the other its own new one.
            Set<EspSpi> deletedByA = deletedIn(ladder.fromA(DELETE.formatted(3)));
            // Behind the first one and what B's exchange made.
            ChildSaLocator ofA = net.a().events(IkeEvent.ChildSaEstablished.class).get(2).locator();
            assertEquals(
                    deletedByA.contains(old),
                    net.a().sad().outbound().containsKey(ofA.outbound()),
                    "nothing is sent by what the peer is told to delete");
            ladder.fromB(DELETE.formatted(1));
            ladder.fromB(DELETED.formatted(3));
            ladder.fromA(DELETED.formatted(1));
            ladder.silence();
            net.assertOneTunnel();
            winners.add(deletedByA.contains(old));
            assertEquals(List.of(), net.a().events(IkeEvent.ChildSaFailed.class));
        }
        assertEquals(2, winners.size(), "either side may win");
    }

    @Test
    void collisionWithAnAnswerThatTakesLongerThanTheOtherExchange() {
        for (int seed = 0; seed < 16; seed++) {
            TwoGateways net = answeringLast(seed);
            net.deliverAll();
            net.assertOneTunnel();
            assertEquals(List.of(), net.a().events(IkeEvent.ChildSaFailed.class));
        }
    }

    /** B replaces its new SA at once, before A's DELETE of a redundant one comes. */
    @Test
    void theRedundantOneOfACollisionIsNoTwin() {
        for (int seed = 0; seed < 16; seed++) {
            TwoGateways net = answeringLast(seed);
            rekey(net.b(), 1); // behind the old one
            net.deliverAll();
            net.assertOneTunnel();
        }
    }

    /** B's own exchange ends while it works on its answer to A's request. */
    private static TwoGateways answeringLast(long seed) {
        TwoGateways net = bothRekeying(seed);
        Ladder ladder = new Ladder(net);
        TwoGateways.InFlight request = ladder.lostFromA(REKEY.formatted(2));
        ladder.fromB(REKEY.formatted(0));
        net.b().stall();
        ladder.fromA(REKEYED.formatted(0));
        net.deliver(request);
        net.b().resume();
        return net;
    }

    /** RFC 7296 §2.8.1: A's request is late, B knows of no collision. */
    @Test
    void collisionWithDroppedRequestAndDelayedDelete() {
        TwoGateways net = bothRekeying(20);
        Ladder ladder = new Ladder(net);
        ladder.lostFromA(REKEY.formatted(2));
        ladder.fromB(REKEY.formatted(0));
        ladder.fromA(REKEYED.formatted(0));
        // B deletes the old SA while A asks to replace it once more.
        TwoGateways.InFlight delete = ladder.lostFromB(DELETE.formatted(1));
        net.pass(Duration.ofSeconds(3), false);
        net.wire().removeIf(net::isFromB);
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB("CREATE_CHILD_SA response 2 N(TEMPORARY_FAILURE)");
        net.deliver(delete);
        ladder.fromA(DELETED.formatted(1));
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
    }

    /** The same, with B's DELETE before A's request (RFC 7296 §2.25.1). */
    @Test
    void collisionWithDroppedRequest() {
        TwoGateways net = bothRekeying(21);
        Ladder ladder = new Ladder(net);
        ladder.lostFromA(REKEY.formatted(2));
        ladder.fromB(REKEY.formatted(0));
        ladder.fromA(REKEYED.formatted(0));
        ladder.fromB(DELETE.formatted(1));
        ladder.fromA(DELETED.formatted(1));
        ladder.silence();
        net.pass(Duration.ofSeconds(3), false);
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB("CREATE_CHILD_SA response 2 N(CHILD_SA_NOT_FOUND)");
        net.deliverAll();
        net.assertOneTunnel();
        assertEquals(1, net.a().childSas().size());
    }

    /** RFC 7296 §2.25.1: A closes what B replaces. */
    @Test
    void rekeyCrossesDelete() {
        TwoGateways net = TwoGateways.connected(22);
        Ladder ladder = new Ladder(net);
        rekey(net.b());
        net.a().configure(Policies.a().pair("other", "10.3.0.0/16", "10.4.0.0/16").build());
        ladder.fromB(REKEY.formatted(0));
        net.deliverAll();
        net.assertKernelsAgree();
        assertTrue(net.a().sad().isEmpty());
    }

    /** B does not know of A's request when it deletes the old SA (RFC 7296 §2.25.1). */
    @Test
    void collisionWithDelayedRequest() {
        TwoGateways net = bothRekeying(24);
        Ladder ladder = new Ladder(net);
        TwoGateways.InFlight request = ladder.lostFromA(REKEY.formatted(2));
        ladder.fromB(REKEY.formatted(0));
        ladder.fromA(REKEYED.formatted(0));
        net.deliver(request);
        ladder.fromB(DELETE.formatted(1));
        ladder.fromB("CREATE_CHILD_SA response 2 N(TEMPORARY_FAILURE)");
        ladder.fromA(DELETED.formatted(1));
        settles(net);
    }

    @Test
    void collisionWithDelayedResponse() {
        for (int seed = 0; seed < 16; seed++) {
            TwoGateways net = bothRekeying(seed);
            TwoGateways.InFlight response = withoutResponseToA(net);
            net.deliver(response);
            settles(net);
        }
    }

    @Test
    void collisionWithDroppedResponse() {
        for (int seed = 0; seed < 16; seed++) {
            TwoGateways net = bothRekeying(seed);
            withoutResponseToA(net);
            settles(net);
        }
    }

    /** B is done with its rekey before A's request comes (RFC 7296 §2.25.1). */
    @Test
    void collisionWithDeleteInBetween() {
        TwoGateways net = bothRekeying(25);
        Ladder ladder = new Ladder(net);
        TwoGateways.InFlight request = ladder.lostFromA(REKEY.formatted(2));
        ladder.fromB(REKEY.formatted(0));
        ladder.fromA(REKEYED.formatted(0));
        ladder.fromB(DELETE.formatted(1));
        ladder.fromA(DELETED.formatted(1));
        net.deliver(request);
        ladder.fromB("CREATE_CHILD_SA response 2 N(CHILD_SA_NOT_FOUND)");
        settles(net);
    }

    /** A has to ask once more in another group, while B's exchange goes on (RFC 7296 §1.3). */
    @Test
    void collisionWithInvalidKeInBetween() {
        for (int seed = 0; seed < 16; seed++) {
            TwoGateways net =
                    TwoGateways.connected(
                            seed,
                            Policies.a()
                                    .espGroups(
                                            KeyExchangeMethod.CURVE25519, KeyExchangeMethod.ECP384),
                            Policies.b().espGroups(KeyExchangeMethod.ECP384));
            rekey(net.a());
            rekey(net.b());
            Ladder ladder = new Ladder(net);
            ladder.fromA(REKEY.formatted(2));
            ladder.fromB(REKEY.formatted(0));
            ladder.fromB("CREATE_CHILD_SA response 2 N(INVALID_KE_PAYLOAD)");
            ladder.fromA(REKEYED.formatted(0));
            settles(net);
        }
    }

    /** B has answered, A is still busy with its answer, and B replaces the new one at once. */
    @Test
    void aRekeyOfTheOneThatIsBeingMadeIsPutOff() {
        TwoGateways net = TwoGateways.connected(26);
        Ladder ladder = new Ladder(net);
        rekey(net.a());
        ladder.fromA(REKEY.formatted(2));
        net.a().stall();
        ladder.fromB(REKEYED.formatted(2));
        rekey(net.b(), 1);
        ladder.fromB(REKEY.formatted(0));
        ladder.fromA("CREATE_CHILD_SA response 0 N(TEMPORARY_FAILURE)");
        net.a().resume();
        settles(net);
    }

    /** Both requests are answered and B goes on, but A does not get its response. */
    private static TwoGateways.InFlight withoutResponseToA(TwoGateways net) {
        Ladder ladder = new Ladder(net);
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEY.formatted(0));
        TwoGateways.InFlight response = ladder.lostFromB(REKEYED.formatted(2));
        ladder.fromA(REKEYED.formatted(0));
        ladder.fromB(DELETE.formatted(1));
        ladder.fromA(DELETED.formatted(1));
        ladder.silence();
        return response;
    }

    private static void settles(TwoGateways net) {
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
        assertEquals(1, net.a().childSas().size());
        assertEquals(1, net.b().childSas().size());
        assertEquals(1, net.a().engine().ikeSaCount());
        assertEquals(1, net.b().engine().ikeSaCount());
    }

    @Test
    void aPeerThatDoesNotDeleteTheOldSaIsNotWaitedForForEver() {
        Duration lifetime = Duration.ofMinutes(10);
        TwoGateways net =
                TwoGateways.connected(
                        23,
                        Policies.a().lifetimes(Duration.ofDays(1), Duration.ofHours(2)).dpd(NO_DPD),
                        Policies.b().lifetimes(Duration.ofDays(1), lifetime).dpd(NO_DPD));
        net.pass(lifetime.dividedBy(2), true);
        Ladder ladder = new Ladder(net);
        rekey(net.a());
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEYED.formatted(2));
        // A falls silent before its DELETE, and B's old SA ends by itself.
        net.cutOff(true);
        net.wire().clear();
        net.pass(lifetime.dividedBy(2), false);
        assertEquals(1, net.b().childSas().size());
        assertEquals(
                FailReason.Kind.EXPIRED,
                net.b().only(IkeEvent.ChildSaClosed.class).reason().kind());
    }

    private static TwoGateways bothRekeying(long seed) {
        TwoGateways net = TwoGateways.connected(seed);
        rekey(net.a());
        rekey(net.b());
        return net;
    }

    private static void rekey(Gateway gateway) {
        rekey(gateway, 0);
    }

    private static void rekey(Gateway gateway, int index) {
        ChildSaLocator child = gateway.childSas().get(index);
        gateway.tell(new IkeInput.ChildSaExpired(child.session(), "net", child.inbound(), false));
    }

    private static EspSpi inbound(Gateway gateway) {
        return gateway.childSas().get(0).inbound();
    }

    private static Set<EspSpi> deletedIn(IkeMessage message) {
        return Set.copyOf(message.first(DeletePayload.class).orElseThrow().espSpis());
    }
}
