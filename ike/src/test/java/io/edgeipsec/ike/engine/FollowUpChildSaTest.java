package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.crypto.KeyExchangeMethod.CURVE25519;
import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ECP256;
import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ML_KEM_1024;
import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ML_KEM_768;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** ML-KEM beside the usual key exchange of a Child SA (RFC 9370 §2.2.4). */
final class FollowUpChildSaTest {
    private static final String REKEY =
            "CREATE_CHILD_SA request %d N(REKEY_SA) SA Nonce KE TSi TSr";
    private static final String HALF =
            "CREATE_CHILD_SA response %d SA Nonce KE TSi TSr N(ADDITIONAL_KEY_EXCHANGE)";
    private static final String FOLLOW_UP =
            "IKE_FOLLOWUP_KE request %d KE N(ADDITIONAL_KEY_EXCHANGE)";
    private static final String REST_OF_IT = "IKE_FOLLOWUP_KE request %d SKF";
    private static final String FOLLOWED_UP = "IKE_FOLLOWUP_KE response %d KE";
    private static final String DELETE = "INFORMATIONAL request %d D";
    private static final String DELETED = "INFORMATIONAL response %d D";

    private static final Duration LONG = Duration.ofDays(1);
    private static final DpdPolicy NO_DPD = new DpdPolicy(DpdPolicy.Mode.DISABLED, LONG, 1);

    private static Policies hybrid(Policies policies) {
        return policies.dpd(NO_DPD).lifetimes(LONG, LONG).espAdditional(true, ML_KEM_768);
    }

    private static TwoGateways connected(long seed) {
        TwoGateways net = TwoGateways.connected(seed, hybrid(Policies.a()), hybrid(Policies.b()));
        net.assertOneTunnel();
        return net;
    }

    /** A has asked for a new Child SA, B has answered; the second half is on the wire. */
    private static Ladder halfWay(TwoGateways net) {
        Ladder ladder = new Ladder(net);
        rekey(net.a());
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(HALF.formatted(2));
        return ladder;
    }

    private static void rekey(Gateway gateway) {
        expire(gateway, false);
    }

    private static void expire(Gateway gateway, boolean hard) {
        ChildSaLocator child = gateway.childSas().get(0);
        gateway.tell(
                new IkeInput.ChildSaExpired(child.session(), child.child(), child.inbound(), hard));
    }

    private static void settles(TwoGateways net) {
        net.pass(Duration.ofMinutes(2), true);
        net.assertOneTunnel();
    }

    /** The keys of every Child SA but the first have come from both key exchanges. */
    private static void assertHybrid(Gateway gateway) {
        List<Optional<KeyExchangeMethod>> additional =
                gateway.events(IkeEvent.ChildSaEstablished.class).stream()
                        .map(each -> each.suite().additionalKeyExchange())
                        .toList();
        assertEquals(Optional.empty(), additional.get(0), "IKE_AUTH has no key exchange");
        assertTrue(additional.size() > 1, "no other one");
        additional.stream().skip(1).forEach(m -> assertEquals(Optional.of(ML_KEM_768), m));
    }

    @Test
    @DisplayName("RFC 9370 §2.2.4: IKE_FOLLOWUP_KE behind CREATE_CHILD_SA")
    void theSecondHalfOfARekey() {
        TwoGateways net = connected(1);
        Ladder ladder = halfWay(net);
        assertEquals(1, net.b().sad().inbound().size(), "it is not made before the second half");
        ladder.fromA(FOLLOW_UP.formatted(3));
        ladder.fromA(REST_OF_IT.formatted(3));
        assertEquals(2, net.b().sad().inbound().size(), "ready before the answer");
        ladder.fromB(FOLLOWED_UP.formatted(3));
        ladder.fromA(DELETE.formatted(4));
        ladder.fromB(DELETED.formatted(4));
        ladder.silence();
        net.assertOneTunnel();
        assertHybrid(net.a());
        assertHybrid(net.b());
    }

    @Test
    void theOriginalResponderRekeysToo() {
        TwoGateways net = connected(2);
        rekey(net.b());
        settles(net);
        assertHybrid(net.a());
        assertHybrid(net.b());
    }

    @Test
    void ofAFurtherChildSa() {
        TwoGateways net = connected(3);
        net.b().configure(two(Policies.b(), 2, 1));
        net.a().configure(two(Policies.a(), 1, 2));
        settles(net);
        assertEquals(2, net.a().childSas().size());
        assertHybrid(net.a());
        assertHybrid(net.b());
    }

    private static PeerPolicy two(Policies policies, int local, int remote) {
        return hybrid(policies)
                .pair("net", "10." + local + ".0.0/16", "10." + remote + ".0.0/16")
                .pair("more", "172.16." + local + ".0/24", "172.16." + remote + ".0/24")
                .build();
    }

    @Test
    void overAndOver() {
        Duration lifetime = Duration.ofMinutes(10);
        TwoGateways net =
                TwoGateways.connected(
                        4,
                        hybrid(Policies.a()).lifetimes(LONG, lifetime),
                        hybrid(Policies.b()).lifetimes(LONG, lifetime));
        net.pass(Duration.ofHours(5), true);
        net.assertOneTunnel();
        assertHybrid(net.a());
        assertTrue(net.a().events(IkeEvent.ChildSaEstablished.class).size() > 25);
        assertEquals(List.of(), net.a().events(IkeEvent.ChildSaFailed.class));
        assertEquals(List.of(), net.b().events(IkeEvent.ChildSaFailed.class));
    }

    @Test
    void ofTheMethodThatBothHave() {
        TwoGateways net =
                TwoGateways.connected(
                        5,
                        hybrid(Policies.a()).espAdditional(true, ML_KEM_1024, ML_KEM_768),
                        hybrid(Policies.b()).espAdditional(true, ML_KEM_768));
        rekey(net.a());
        settles(net);
        assertHybrid(net.b());
    }

    @Test
    void behindAnotherGroupThanTheFirstOne() {
        TwoGateways net =
                TwoGateways.connected(
                        6,
                        hybrid(Policies.a()).espGroups(CURVE25519, ECP256),
                        hybrid(Policies.b()).espGroups(ECP256));
        rekey(net.a());
        Ladder ladder = new Ladder(net);
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB("CREATE_CHILD_SA response 2 N(INVALID_KE_PAYLOAD)");
        ladder.fromA(REKEY.formatted(3));
        ladder.fromB(HALF.formatted(3));
        settles(net);
        assertHybrid(net.a());
    }

    @Test
    void aPeerWithoutItIsAcceptedWhereItMay() {
        TwoGateways net =
                TwoGateways.connected(
                        7,
                        hybrid(Policies.a()).espAdditional(false, ML_KEM_768),
                        Policies.b().dpd(NO_DPD).lifetimes(LONG, LONG));
        rekey(net.a());
        rekey(net.b());
        settles(net);
        net.a()
                .events(IkeEvent.ChildSaEstablished.class)
                .forEach(
                        each ->
                                assertEquals(
                                        Optional.empty(), each.suite().additionalKeyExchange()));
    }

    @Test
    void aPeerWithoutItIsRefusedWhereItMustHaveIt() {
        TwoGateways net =
                TwoGateways.connected(
                        8, hybrid(Policies.a()), Policies.b().dpd(NO_DPD).lifetimes(LONG, LONG));
        rekey(net.a());
        net.deliverAll();
        FailReason reason = net.a().only(IkeEvent.ChildSaFailed.class).reason();
        assertEquals(FailReason.Kind.NO_PROPOSAL_CHOSEN, reason.kind());
        assertTrue(reason.detail().contains("ML_KEM_768"), reason.detail());
        net.assertOneTunnel();
    }

    // Loss.

    @Test
    void whateverMessageGetsLost() {
        for (int lost = 0; lost < 7; lost++) {
            TwoGateways net = connected(9);
            rekey(net.a());
            int index = 0;
            while (!net.wire().isEmpty()) {
                if (index++ == lost) {
                    net.dropOne();
                } else {
                    net.deliverOne();
                }
            }
            settles(net);
            assertHybrid(net.a());
            assertHybrid(net.b());
        }
    }

    @Test
    void aSecondHalfThatComesTooLateIsRefused() {
        TwoGateways net = connected(10);
        Ladder ladder = halfWay(net);
        TwoGateways.InFlight followUp = ladder.lostFromA(FOLLOW_UP.formatted(3));
        TwoGateways.InFlight rest = ladder.lostFromA(REST_OF_IT.formatted(3));
        assertEquals(1, net.b().sad().larval().size());
        net.cutOff(true);
        net.pass(Duration.ofSeconds(31), false);
        net.cutOff(false);
        assertEquals(0, net.b().sad().larval().size(), "the SPI is given back");
        net.deliver(followUp);
        net.deliver(rest);
        ladder.fromB("IKE_FOLLOWUP_KE response 3 N(STATE_NOT_FOUND)");
        settles(net);
        assertHybrid(net.b());
    }

    // Something else in between.

    @Test
    void theOldOneIsDeletedByTheResponderInBetween() {
        TwoGateways net = connected(11);
        Ladder ladder = halfWay(net);
        expire(net.b(), true);
        ladder.fromA(FOLLOW_UP.formatted(3));
        ladder.fromA(REST_OF_IT.formatted(3));
        ladder.fromB(DELETE.formatted(0));
        ladder.fromB("IKE_FOLLOWUP_KE response 3 N(TEMPORARY_FAILURE)");
        settles(net);
    }

    @Test
    void theOldOneIsDeletedByTheInitiatorInBetween() {
        TwoGateways net = connected(12);
        halfWay(net);
        expire(net.a(), true);
        settles(net);
        assertHybrid(net.b());
    }

    @Test
    void itsPolicyIsTakenAwayInBetween() {
        TwoGateways net = connected(13);
        Ladder ladder = halfWay(net);
        net.b().configure(hybrid(Policies.b()).pair("other", "10.4.0.0/16", "10.3.0.0/16").build());
        net.deliverAll();
        ladder.silence();
        net.pass(Duration.ofMinutes(2), true);
        net.assertKernelsAgree();
        assertTrue(net.b().childSas().isEmpty(), net.b().childSas().toString());
    }

    @Test
    void thePolicyOfAFurtherOneIsTakenAwayInBetween() {
        TwoGateways net = connected(16);
        net.b().configure(two(Policies.b(), 2, 1));
        net.a().configure(two(Policies.a(), 1, 2));
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 2 SA Nonce KE TSi TSr");
        ladder.fromB(HALF.formatted(2));
        net.b().configure(hybrid(Policies.b()).pair("net", "10.2.0.0/16", "10.1.0.0/16").build());
        ladder.fromA(FOLLOW_UP.formatted(3));
        ladder.fromA(REST_OF_IT.formatted(3));
        ladder.fromB("IKE_FOLLOWUP_KE response 3 N(TS_UNACCEPTABLE)");
        net.assertKernelsAgree();
        assertEquals(1, net.b().childSas().size());
    }

    @Test
    void itsSessionIsTakenAwayInBetween() {
        for (boolean ofInitiator : new boolean[] {true, false}) {
            TwoGateways net = connected(14);
            halfWay(net);
            Gateway gateway = ofInitiator ? net.a() : net.b();
            String session = ofInitiator ? "session-a" : "session-b";
            gateway.tell(new IkeInput.PeerRemoved(session));
            if (ofInitiator) {
                net.deliverAll(); // its request is answered first, then it says that it goes
                assertEquals(List.of(), net.b().ikeSas());
            }
            net.pass(Duration.ofMinutes(10), true);
            assertTrue(gateway.sad().isEmpty());
            assertFalse(gateway.ikeSas().size() > 0);
        }
    }

    // Both at once (RFC 7296 §2.8.1).

    /** With many a way in which the messages may interleave. */
    @Test
    void collisions() {
        for (long seed = 0; seed < 60; seed++) {
            TwoGateways net = connected(seed);
            rekey(net.a());
            rekey(net.b());
            shuffle(net, new Random(seed));
            settles(net);
            assertHybrid(net.a());
            assertHybrid(net.b());
        }
    }

    @Test
    void ourOneIsDoneBeforeTheSecondHalfOfTheirs() {
        TwoGateways net = connected(15);
        Ladder ladder = new Ladder(net);
        rekey(net.a());
        rekey(net.b());
        ladder.fromA(REKEY.formatted(2));
        ladder.fromB(REKEY.formatted(0));
        ladder.fromB(HALF.formatted(2));
        ladder.fromA(HALF.formatted(0));
        ladder.fromA(FOLLOW_UP.formatted(3));
        ladder.fromA(REST_OF_IT.formatted(3));
        TwoGateways.InFlight followUp = ladder.lostFromB(FOLLOW_UP.formatted(1));
        TwoGateways.InFlight rest = ladder.lostFromB(REST_OF_IT.formatted(1));
        ladder.fromB(FOLLOWED_UP.formatted(3));
        ladder.fromA(DELETE.formatted(4));
        net.deliver(followUp);
        net.deliver(rest);
        ladder.fromB(DELETED.formatted(4));
        ladder.fromA("IKE_FOLLOWUP_KE response 1 N(TEMPORARY_FAILURE)");
        settles(net);
        assertEquals(2, net.a().events(IkeEvent.ChildSaEstablished.class).size());
    }

    private static void shuffle(TwoGateways net, Random random) {
        for (int step = 0; step < 60 && !net.wire().isEmpty(); step++) {
            int skip = random.nextInt(net.wire().size());
            for (int i = 0; i < skip; i++) {
                net.wire().add(net.dropOne());
            }
            net.deliverOne();
        }
    }
}
