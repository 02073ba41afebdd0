package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.negotiation.Proposals;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Both sides replace the same IKE SA at once (RFC 7296 §2.8.2, §2.25.2). A has made the old one and
 * has used its message ids 0 and 1; B has used none. A's request is always the older one.
 */
final class IkeSaRekeyCollisionTest {
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Duration LONG = Duration.ofDays(1);
    private static final DpdPolicy NO_DPD = new DpdPolicy(DpdPolicy.Mode.DISABLED, LONG, 1);
    private static final String REKEY = "CREATE_CHILD_SA request %d SA Nonce KE";
    private static final String REKEYED = "CREATE_CHILD_SA response %d SA Nonce KE";
    private static final String LATER = "CREATE_CHILD_SA response %d N(TEMPORARY_FAILURE)";
    private static final String DELETE = "INFORMATIONAL request %d D";
    private static final String DELETED = "INFORMATIONAL response %d";
    private static final String REKEY_CHILD =
            "CREATE_CHILD_SA request %d N(REKEY_SA) SA Nonce KE TSi TSr";
    private static final String REKEYED_CHILD = "CREATE_CHILD_SA response %d SA Nonce KE TSi TSr";

    private static final NotifyPayload OTHER_GROUP =
            NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, Octets.ofHex("0014"));

    /** Lifetimes are drawn; with these they end so close to each other that requests cross. */
    private static final List<Long> SEEDS =
            LongStream.range(0, 100_000)
                    .filter(seed -> cross(connected(seed)))
                    .limit(8)
                    .boxed()
                    .toList();

    private static TwoGateways connected(long seed) {
        return TwoGateways.connected(
                seed,
                Policies.a().dpd(NO_DPD).lifetimes(LIFETIME, LONG),
                Policies.b().dpd(NO_DPD).lifetimes(LIFETIME, LONG));
    }

    private static boolean cross(TwoGateways net) {
        net.passUntilSomethingIsSaid();
        boolean fromA = !net.isFromB(net.wire().element());
        net.pass(Duration.ofMillis(1_700), false);
        return fromA && net.wire().size() == 2;
    }

    /** Two gateways whose requests are on the wire, and what was before. */
    private static final class Collision {
        final TwoGateways net;
        final Ladder ladder;
        final IkeSaId old;
        final Set<EspSpi> tunnel;

        Collision(long seed) {
            net = connected(seed);
            ladder = new Ladder(net);
            old = net.a().ikeSas().get(0);
            tunnel = Set.copyOf(net.a().sad().inbound().keySet());
            cross(net);
        }

        /** Whether the message belongs to the old IKE SA. */
        boolean isUnderOld(IkeMessage message) {
            return message.header().initiatorSpi().equals(old.initiator())
                    && message.header().responderSpi().equals(old.responder());
        }

        /** Everything that is delivered from now on leads to one IKE SA with the same Child SA. */
        void settles() {
            net.pass(Duration.ofMinutes(2), true);
            net.assertOneTunnel();
            assertNotEquals(old, net.a().ikeSas().get(0));
            assertEquals(tunnel, net.a().sad().inbound().keySet(), "the Child SA is inherited");
            for (Gateway gateway : List.of(net.a(), net.b())) {
                assertEquals(1, gateway.childSas().size());
                assertEquals(1, gateway.engine().ikeSaCount(), "none left over");
                assertEquals(
                        2,
                        gateway.events(IkeEvent.IkeSaEstablished.class).size(),
                        "one takes over, and the Child SAs move once");
                assertEquals(
                        FailReason.Kind.REPLACED,
                        gateway.only(IkeEvent.IkeSaClosed.class).reason().kind());
            }
            // And it works.
            rekeyChild(net.a());
            net.deliverAll();
            rekeyChild(net.b());
            net.deliverAll();
            net.assertOneTunnel();
            assertEquals(3, net.a().events(IkeEvent.ChildSaEstablished.class).size());
        }

        boolean isOfA() {
            List<IkeEvent.IkeSaEstablished> made = net.a().events(IkeEvent.IkeSaEstablished.class);
            return made.get(made.size() - 1).initiator();
        }
    }

    private static void rekeyChild(Gateway gateway) {
        var child = gateway.childSas().get(0);
        gateway.tell(new IkeInput.ChildSaExpired(child.session(), "net", child.inbound(), false));
    }

    /** Some of which A wins, and some B. */
    private static void forEachCollision(Consumer<Collision> test) {
        for (long seed : SEEDS) {
            try {
                test.accept(new Collision(seed));
            } catch (AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    private static Octets nonce(IkeMessage message) {
        return message.first(NoncePayload.class).orElseThrow().nonce();
    }

    private static boolean isLowest(Octets nonce, Octets other, Octets third, Octets fourth) {
        return nonce.compareTo(other) < 0
                && nonce.compareTo(third) < 0
                && nonce.compareTo(fourth) < 0;
    }

    /** Whether the exchange of A has the lowest of the four nonces. */
    private static boolean aLoses(
            IkeMessage requestOfA, IkeMessage requestOfB, IkeMessage toA, IkeMessage toB) {
        return isLowest(nonce(requestOfA), nonce(requestOfB), nonce(toA), nonce(toB))
                || isLowest(nonce(toA), nonce(requestOfA), nonce(requestOfB), nonce(toB));
    }

    @Test
    void collisionRegular() {
        Set<Boolean> losers = new HashSet<>();
        forEachCollision(
                c -> {
                    // A: HDR, SK {SA, Ni1, KEi1} -->   <-- B: HDR, SK {SA, Ni2, KEi2}
                    IkeMessage requestOfA = c.ladder.fromA(REKEY.formatted(2));
                    IkeMessage requestOfB = c.ladder.fromB(REKEY.formatted(0));
                    // <-- B: HDR, SK {SA, Nr1, KEr1}   A: HDR, SK {SA, Nr2, KEr2} -->
                    IkeMessage toA = c.ladder.fromB(REKEYED.formatted(2));
                    assertTrue(
                            c.net.b().only(IkeEvent.IkeSaEstablished.class).ikeSa().equals(c.old),
                            "B waits for its answer");
                    IkeMessage toB = c.ladder.fromA(REKEYED.formatted(0));

                    // The side that began the exchange with the lowest nonce deletes the IKE SA
                    // that came of it, under its own keys and as message 0. The other side deletes
                    // the old one.
                    boolean aLoses = aLoses(requestOfA, requestOfB, toA, toB);
                    losers.add(aLoses);
                    int byA = aLoses ? 0 : 3;
                    int byB = aLoses ? 1 : 0;
                    IkeMessage ofA = c.ladder.fromA(DELETE.formatted(byA));
                    assertEquals(!aLoses, c.isUnderOld(ofA));
                    IkeMessage ofB = c.ladder.fromB(DELETE.formatted(byB));
                    assertEquals(aLoses, c.isUnderOld(ofB));
                    c.ladder.fromB(DELETED.formatted(byA));
                    c.ladder.fromA(DELETED.formatted(byB));
                    c.ladder.silence();
                    c.net.assertOneTunnel();
                    assertEquals(!aLoses, c.isOfA());
                    c.settles();
                });
        assertEquals(2, losers.size(), "either side may lose");
    }

    /** B has its answer, and does not make a second new IKE SA (RFC 7296 §2.8.2). */
    @Test
    void collisionWithDelayedRequest() {
        forEachCollision(
                c -> {
                    TwoGateways.InFlight request = c.ladder.lostFromA(REKEY.formatted(2));
                    c.ladder.fromB(REKEY.formatted(0));
                    c.ladder.fromA(REKEYED.formatted(0));
                    c.net.deliver(request);
                    c.ladder.fromB(DELETE.formatted(1));
                    c.net.assertOneTunnel();
                    c.ladder.fromB(LATER.formatted(2));
                    c.ladder.fromA(DELETED.formatted(1));
                    c.ladder.silence();
                    c.settles();
                });
    }

    /** The same, but A hears of the refusal first. */
    @Test
    void collisionWithDelayedRequestAndDelete() {
        Collision c = new Collision(SEEDS.get(0));
        TwoGateways.InFlight request = c.ladder.lostFromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        c.ladder.fromA(REKEYED.formatted(0));
        TwoGateways.InFlight delete = c.ladder.lostFromB(DELETE.formatted(1));
        c.net.deliver(request);
        c.ladder.fromB(LATER.formatted(2));
        assertEquals(2, c.net.a().events(IkeEvent.IkeSaEstablished.class).size());
        c.net.deliver(delete);
        c.ladder.fromA(DELETED.formatted(1));
        c.ladder.silence();
        c.settles();
    }

    @Test
    void collisionWithDroppedRequest() {
        Collision c = new Collision(SEEDS.get(0));
        c.ladder.lostFromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        c.ladder.fromA(REKEYED.formatted(0));
        // B does not know of A's request; A sees that by the deletion and drops it.
        c.ladder.fromB(DELETE.formatted(1));
        c.net.assertOneTunnel();
        c.ladder.fromA(DELETED.formatted(1));
        c.ladder.silence();
        c.settles();
    }

    @Test
    void collisionWithDelayedResponse() {
        forEachCollision(
                c -> {
                    TwoGateways.InFlight response = withoutResponseToA(c);
                    c.net.deliver(response);
                    c.settles();
                });
    }

    @Test
    void collisionWithDroppedResponse() {
        forEachCollision(
                c -> {
                    withoutResponseToA(c);
                    c.settles();
                });
    }

    /** Both requests are answered, but A does not get its answer. */
    private static TwoGateways.InFlight withoutResponseToA(Collision c) {
        c.ladder.fromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        TwoGateways.InFlight response = c.ladder.lostFromB(REKEYED.formatted(2));
        c.ladder.fromA(REKEYED.formatted(0));
        c.net.deliverAll();
        return response;
    }

    @Test
    void collisionWithBothResponsesDropped() {
        forEachCollision(
                c -> {
                    c.ladder.fromA(REKEY.formatted(2));
                    c.ladder.fromB(REKEY.formatted(0));
                    c.ladder.lostFromB(REKEYED.formatted(2));
                    c.ladder.lostFromA(REKEYED.formatted(0));
                    c.settles();
                });
    }

    /** B is done with its rekey, old IKE SA and all, when A's request comes. */
    @Test
    void collisionWithDeleteInBetween() {
        Collision c = new Collision(SEEDS.get(0));
        TwoGateways.InFlight request = c.ladder.lostFromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        c.ladder.fromA(REKEYED.formatted(0));
        c.ladder.fromB(DELETE.formatted(1));
        c.ladder.fromA(DELETED.formatted(1));
        c.net.deliver(request);
        c.ladder.silence();
        c.settles();
    }

    // The peer says more about its choice than by its DELETE.

    /** B goes on with the new IKE SA while its DELETE of the old one is lost. */
    @Test
    void whatThePeerUsesHasTakenOver() {
        Collision c = new Collision(SEEDS.get(0));
        c.ladder.lostFromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        c.ladder.fromA(REKEYED.formatted(0));
        c.ladder.lostFromB(DELETE.formatted(1));
        rekeyChild(c.net.b());
        c.ladder.fromB(REKEY_CHILD.formatted(0));
        c.ladder.fromA(REKEYED_CHILD.formatted(0));
        c.net.pass(Duration.ofMinutes(2), true);
        c.net.assertOneTunnel();
        assertEquals(1, c.net.a().engine().ikeSaCount());
        assertEquals(1, c.net.b().engine().ikeSaCount());
    }

    /** The same, with A's request answered: what comes of that is redundant, and A says so. */
    @Test
    void whatComesOfOurRequestAfterwardsIsDeleted() {
        int tried = 0;
        for (long seed : SEEDS) {
            Collision c = new Collision(seed);
            c.ladder.fromA(REKEY.formatted(2));
            c.ladder.fromB(REKEY.formatted(0));
            TwoGateways.InFlight response = c.ladder.lostFromB(REKEYED.formatted(2));
            c.ladder.fromA(REKEYED.formatted(0));
            if (!c.net.b().ikeSas().contains(c.old)) {
                tried++;
                c.ladder.lostFromB(DELETE.formatted(1));
                rekeyChild(c.net.b());
                c.ladder.fromB(REKEY_CHILD.formatted(0));
                c.ladder.fromA(REKEYED_CHILD.formatted(0));
                c.net.deliver(response);
                // Of the old Child SA, and of A's new IKE SA.
                c.ladder.fromB(DELETE.formatted(1));
                c.ladder.fromA(DELETE.formatted(0));
                // Long before B would have done so.
                c.net.pass(Duration.ofSeconds(20), true);
                c.net.assertOneTunnel();
                assertEquals(1, c.net.a().engine().ikeSaCount());
                assertEquals(1, c.net.b().engine().ikeSaCount());
            }
        }
        assertTrue(tried > 0);
    }

    /** B has given up to say that it deletes the old IKE SA, which is news to A. */
    @Test
    void whatThePeerHasForgottenIsReplaced() {
        Collision c = new Collision(SEEDS.get(0));
        c.ladder.lostFromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        c.ladder.fromA(REKEYED.formatted(0));
        c.ladder.lostFromB(DELETE.formatted(1));
        c.net.cutOff(true);
        c.net.pass(Duration.ofSeconds(40), false);
        c.net.cutOff(false);
        c.settles();
    }

    /** A has forgotten everything, so there is nothing that could take over. */
    @Test
    void whatThePeerHasForgottenTooIsGivenUp() {
        Collision c = new Collision(SEEDS.get(0));
        c.ladder.fromA(REKEY.formatted(2));
        c.net.wire().clear();
        c.net.restartA(1);
        c.net.pass(Duration.ofMinutes(5), true);
        assertNothingIsLeft(c.net.b());
    }

    // What happens meanwhile.

    @Test
    void aSessionThatIsRemovedTakesTheCandidateWithIt() {
        Collision c = new Collision(SEEDS.get(0));
        c.ladder.lostFromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        c.net.a().tell(new IkeInput.PeerRemoved("session-a"));
        c.net.b().tell(new IkeInput.PeerRemoved("session-b"));
        c.net.pass(Duration.ofMinutes(2), true);
        assertNothingIsLeft(c.net.a());
        assertNothingIsLeft(c.net.b());
    }

    @Test
    void aSessionThatIsSuspendedTakesTheCandidateWithIt() {
        Collision c = new Collision(SEEDS.get(0));
        c.ladder.lostFromA(REKEY.formatted(2));
        c.ladder.fromB(REKEY.formatted(0));
        c.net.wire().clear();
        FailReason reason = new FailReason(FailReason.Kind.LOCAL_ADDRESS_MISSING, "192.0.2.1");
        c.net.a().tell(new IkeInput.PeerSuspended("session-a", reason));
        assertTrue(c.net.wire().isEmpty(), "without a word");
        c.net.pass(Duration.ofMinutes(2), false);
        assertNothingIsLeft(c.net.a());
    }

    private static void assertNothingIsLeft(Gateway gateway) {
        assertEquals(List.of(), gateway.ikeSas());
        assertTrue(gateway.sad().isEmpty());
        assertEquals(0, gateway.engine().ikeSaCount());
    }

    /** Key exchanges take a while: A has its answer before it has answered B. */
    @Test
    void theAnswerOvertakesOurOwn() {
        forEachCollision(
                c -> {
                    c.net.deliverOne();
                    c.net.a().stall();
                    c.net.deliver(c.net.wire().removeLast());
                    c.net.deliverOne();
                    c.net.a().resume();
                    c.settles();
                });
    }

    /** The other way round, and B's key exchanges take a while too. */
    @Test
    void answersCrossKeyExchanges() {
        forEachCollision(
                c -> {
                    c.net.a().stall();
                    c.net.b().stall();
                    c.net.deliverOne();
                    c.net.deliverOne();
                    c.net.b().step();
                    c.net.deliverOne();
                    c.net.a().step();
                    c.net.deliverOne();
                    c.net.b().resume();
                    c.net.a().resume();
                    c.settles();
                });
    }

    // A peer that wants another group (RFC 7296 §1.3). Between two of ours it does not come to
    // that:
    // each begins with the group of the old IKE SA, which a changed policy has ended.

    /** The peer has refused, so its own new IKE SA is the only one. */
    @Test
    void collisionWithInvalidKeInBetween() {
        TwoGateways net = new TwoGateways(1);
        ScriptedPeer peer = rekeyed(net);
        assertEquals(REKEYED.formatted(2), answer(peer, 2, ikeSa(31, 32)));
        assertEquals(Optional.empty(), peer.send(refusal(peer, 0, OTHER_GROUP)));
        assertTookOver(net, peer, 3);
    }

    @Test
    void collisionWithInvalidKeBefore() {
        TwoGateways net = new TwoGateways(2);
        ScriptedPeer peer = rekeyed(net);
        Octets again = peer.send(refusal(peer, 0, OTHER_GROUP)).orElseThrow();
        assertEquals(REKEY.formatted(1), peer.open(again).outline());
        assertEquals(REKEYED.formatted(2), answer(peer, 2, ikeSa(31, 32)));
        NotifyPayload later = NotifyPayload.of(NotifyType.TEMPORARY_FAILURE);
        assertEquals(Optional.empty(), peer.send(refusal(peer, 1, later)));
        assertTookOver(net, peer, 3);
    }

    /** And the other way round: we want another group than the peer. */
    @Test
    void collisionWithInvalidKeOfOurs() {
        TwoGateways net = new TwoGateways(3);
        ScriptedPeer peer = rekeyed(net);
        assertEquals(
                "CREATE_CHILD_SA response 2 N(INVALID_KE_PAYLOAD)", answer(peer, 2, ikeSa(19, 64)));
        assertEquals(REKEYED.formatted(3), answer(peer, 3, ikeSa(31, 32)));
        assertTookOver(net, peer, 4);
    }

    /** B asks whether the peer is alive, which is no change of anything (RFC 7296 §2.25). */
    @Test
    void aProbeIsNoReasonToPutARekeyOff() {
        TwoGateways net = new TwoGateways(6);
        DpdPolicy dpd = new DpdPolicy(DpdPolicy.Mode.PERIODIC, Duration.ofHours(1), 20);
        net.b().configure(Policies.b().dpd(dpd).lifetimes(LONG, LONG).build());
        ScriptedPeer peer = new ScriptedPeer(net).connect();
        net.passUntilSomethingIsSaid();
        assertEquals("INFORMATIONAL request 0", peer.heard().outline());
        assertEquals(REKEYED.formatted(2), answer(peer, 2, ikeSa(31, 32)));
        assertEquals(
                Optional.empty(),
                peer.send(peer.seal(ExchangeType.INFORMATIONAL, true, 0, List.of())));
        assertTookOver(net, peer, 3);
    }

    /** One candidate is enough, and Child SAs are about to move. */
    @Test
    void nothingElseIsMadeMeanwhile() {
        TwoGateways net = new TwoGateways(4);
        ScriptedPeer peer = rekeyed(net);
        assertEquals(REKEYED.formatted(2), answer(peer, 2, ikeSa(31, 32)));
        assertEquals(LATER.formatted(3), answer(peer, 3, ikeSa(31, 32)));
        List<Payload> child =
                new ArrayList<>(
                        List.of(
                                new SaPayload(
                                        Proposals.ofEsp(
                                                Policies.a().build().children().get(0).proposals(),
                                                ScriptedPeer.CHILD.toOctets(),
                                                false)),
                                new NoncePayload(Octets.wrap(new byte[32]))));
        child.addAll(ScriptedPeer.selectors());
        assertEquals(LATER.formatted(4), answer(peer, 4, child));
        assertTookOver(net, peer, 5);
    }

    /** What the peer has made of our request we cannot have, and it may hold the Child SAs. */
    @Test
    void anAnswerThatCannotBeUsedEndsAllThree() {
        TwoGateways net = new TwoGateways(5);
        ScriptedPeer peer = rekeyed(net);
        assertEquals(REKEYED.formatted(2), answer(peer, 2, ikeSa(31, 32)));
        Octets useless = peer.seal(ExchangeType.CREATE_CHILD_SA, true, 0, ikeSa(19, 64));
        Path path = new Path(new Endpoint(TwoGateways.B, 500), new Endpoint(TwoGateways.A, 500));
        net.b().receive(path, useless);
        assertEquals(2, net.wire().size(), "two IKE SAs that the peer is to delete");
        net.pass(Duration.ofMinutes(1), false);
        assertNothingIsLeft(net.b());
    }

    /** A peer that has B's request, with the id 0, and has not answered it. */
    private static ScriptedPeer rekeyed(TwoGateways net) {
        ScriptedPeer peer = new ScriptedPeer(net);
        net.b()
                .configure(
                        Policies.b()
                                .dpd(NO_DPD)
                                .lifetimes(LIFETIME, LONG)
                                .ikeGroups(KeyExchangeMethod.CURVE25519, KeyExchangeMethod.ECP384)
                                .build());
        peer.connect();
        net.passUntilSomethingIsSaid();
        assertEquals(REKEY.formatted(0), peer.heard().outline());
        return peer;
    }

    private static List<Payload> ikeSa(int method, int length) {
        byte[] value = new byte[length];
        value[0] = 9;
        return List.of(
                new SaPayload(
                        Proposals.ofIke(
                                Policies.a().build().proposals(), new IkeSpi(99).toOctets())),
                new NoncePayload(Octets.wrap(new byte[32])),
                new KeyExchangePayload(method, Octets.wrap(value)));
    }

    private static String answer(ScriptedPeer peer, long id, List<Payload> payloads) {
        return peer.request(ExchangeType.CREATE_CHILD_SA, id, payloads).orElseThrow().outline();
    }

    private static Octets refusal(ScriptedPeer peer, long id, NotifyPayload error) {
        return peer.seal(ExchangeType.CREATE_CHILD_SA, true, id, List.of(error));
    }

    /** The peer deletes the old IKE SA. */
    private static void assertTookOver(TwoGateways net, ScriptedPeer peer, long id) {
        List<Payload> delete = List.of(DeletePayload.ofIkeSa());
        assertEquals(
                DELETED.formatted(id),
                peer.request(ExchangeType.INFORMATIONAL, id, delete).orElseThrow().outline());
        net.pass(Duration.ofMinutes(1), false);
        assertEquals(1, net.b().engine().ikeSaCount());
        assertEquals(1, net.b().ikeSas().size());
        assertEquals(new IkeSpi(99), net.b().ikeSas().get(0).initiator());
        assertEquals(1, net.b().childSas().size());
        assertEquals(2, net.b().events(IkeEvent.IkeSaEstablished.class).size());
    }
}
