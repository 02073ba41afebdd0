package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ML_KEM_1024;
import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ML_KEM_768;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
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

/** ML-KEM beside the usual key exchange when an IKE SA is rekeyed (RFC 9370 §2.2.4). */
final class FollowUpKeyExchangeTest {
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Duration LONG = Duration.ofDays(1);
    private static final DpdPolicy NO_DPD = new DpdPolicy(DpdPolicy.Mode.DISABLED, LONG, 1);

    /** A replaces the IKE SA, B waits. */
    private static TwoGateways connected(long seed) {
        return connected(seed, LONG);
    }

    private static TwoGateways connected(long seed, Duration lifetimeOfB) {
        TwoGateways net =
                TwoGateways.connected(
                        seed,
                        Policies.a()
                                .dpd(NO_DPD)
                                .additional(true, ML_KEM_768)
                                .lifetimes(LIFETIME, LONG),
                        Policies.b()
                                .dpd(NO_DPD)
                                .additional(true, ML_KEM_768)
                                .lifetimes(lifetimeOfB, LONG));
        net.assertOneTunnel();
        return net;
    }

    private static void assertHybrid(Gateway gateway) {
        List<IkeEvent.IkeSaEstablished> made = gateway.events(IkeEvent.IkeSaEstablished.class);
        assertTrue(made.size() > 1);
        made.forEach(
                each ->
                        assertEquals(
                                Optional.of(ML_KEM_768), each.suite().additionalKeyExchange()));
    }

    private static void settles(TwoGateways net) {
        net.pass(Duration.ofMinutes(2), true);
        net.assertOneTunnel();
        assertEquals(1, net.a().engine().ikeSaCount());
        assertEquals(1, net.b().engine().ikeSaCount());
    }

    @Test
    @DisplayName("RFC 9370 §2.2.4: IKE_FOLLOWUP_KE behind CREATE_CHILD_SA")
    void theSecondHalfOfARekey() {
        TwoGateways net = connected(1);
        net.passUntilSomethingIsSaid();
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 3 SA Nonce KE");
        ladder.fromB("CREATE_CHILD_SA response 3 SA Nonce KE N(ADDITIONAL_KEY_EXCHANGE)");
        assertEquals(1, net.b().ikeSas().size(), "it is not made before the second half");
        ladder.fromA("IKE_FOLLOWUP_KE request 4 KE N(ADDITIONAL_KEY_EXCHANGE)");
        ladder.fromA("IKE_FOLLOWUP_KE request 4 SKF");
        ladder.fromB("IKE_FOLLOWUP_KE response 4 KE");
        ladder.fromA("INFORMATIONAL request 5 D");
        ladder.fromB("INFORMATIONAL response 5");
        ladder.silence();
        settles(net);
        assertHybrid(net.a());
        assertHybrid(net.b());
    }

    @Test
    void overAndOver() {
        TwoGateways net = connected(2);
        net.pass(Duration.ofHours(5), true);
        net.assertOneTunnel();
        assertHybrid(net.a());
        assertTrue(net.a().events(IkeEvent.IkeSaEstablished.class).size() > 25);
    }

    @Test
    void whateverMessageGetsLost() {
        for (int lost = 0; lost < 6; lost++) {
            TwoGateways net = connected(3);
            net.passUntilSomethingIsSaid();
            int index = 0;
            while (!net.wire().isEmpty()) {
                if (index++ == lost) {
                    net.dropOne();
                } else {
                    net.deliverOne();
                }
            }
            settles(net);
            assertHybrid(net.b());
        }
    }

    @Test
    void aSecondHalfThatComesTooLateIsRefused() {
        TwoGateways net = connected(4);
        net.passUntilSomethingIsSaid();
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 3 SA Nonce KE");
        ladder.fromB("CREATE_CHILD_SA response 3 SA Nonce KE N(ADDITIONAL_KEY_EXCHANGE)");
        TwoGateways.InFlight followUp =
                ladder.lostFromA("IKE_FOLLOWUP_KE request 4 KE N(ADDITIONAL_KEY_EXCHANGE)");
        TwoGateways.InFlight rest = ladder.lostFromA("IKE_FOLLOWUP_KE request 4 SKF");
        net.cutOff(true);
        net.pass(Duration.ofSeconds(31), false);
        net.cutOff(false);
        net.deliver(followUp);
        net.deliver(rest);
        ladder.fromB("IKE_FOLLOWUP_KE response 4 N(STATE_NOT_FOUND)");
        settles(net);
        assertHybrid(net.b());
    }

    @Test
    void anotherChildSaInBetweenIsPutOffOrMade() {
        TwoGateways net = connected(5);
        net.passUntilSomethingIsSaid();
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 3 SA Nonce KE");
        ladder.fromB("CREATE_CHILD_SA response 3 SA Nonce KE N(ADDITIONAL_KEY_EXCHANGE)");
        net.b()
                .configure(
                        Policies.b()
                                .dpd(NO_DPD)
                                .additional(true, ML_KEM_768)
                                .lifetimes(LONG, LONG)
                                .pair("net", "10.2.0.0/16", "10.1.0.0/16")
                                .pair("more", "10.4.0.0/16", "10.3.0.0/16")
                                .build());
        settles(net);
    }

    /** The old IKE SA's deletion has to wait for the answer under whose message id it cannot go. */
    @Test
    void itsSessionIsTakenAwayInBetween() {
        TwoGateways net = connected(7);
        net.passUntilSomethingIsSaid();
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 3 SA Nonce KE");
        ladder.fromB("CREATE_CHILD_SA response 3 SA Nonce KE N(ADDITIONAL_KEY_EXCHANGE)");
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        net.deliverAll();
        assertEquals(0, net.a().engine().ikeSaCount());
        // B has taken the new one over, and finds out by a probe that A has not.
        net.pass(Duration.ofMinutes(10), true);
        assertEquals(List.of(), net.b().ikeSas());
    }

    @Test
    void ofAnotherMethodThanTheFirstTime() {
        TwoGateways net =
                TwoGateways.connected(
                        6,
                        Policies.a()
                                .dpd(NO_DPD)
                                .additional(true, ML_KEM_768, ML_KEM_1024)
                                .lifetimes(LIFETIME, LONG),
                        Policies.b()
                                .dpd(NO_DPD)
                                .additional(true, ML_KEM_1024, ML_KEM_768)
                                .lifetimes(LONG, LONG));
        net.pass(Duration.ofMinutes(30), true);
        net.assertOneTunnel();
        assertTrue(net.b().events(IkeEvent.IkeSaEstablished.class).size() > 2);
    }

    /**
     * Both sides at once (RFC 7296 §2.8.2), with every way in which the messages may interleave.
     */
    @Test
    void collisions() {
        int crossed = 0;
        for (long seed = 0; crossed < 24; seed++) {
            TwoGateways net = connected(seed, LIFETIME);
            net.passUntilSomethingIsSaid();
            net.pass(Duration.ofMillis(1_700), false);
            if (net.wire().stream().map(net::isFromB).distinct().count() < 2) {
                continue;
            }
            crossed++;
            shuffle(net, seed);
            settles(net);
            assertHybrid(net.a());
            assertHybrid(net.b());
        }
    }

    private static void shuffle(TwoGateways net, long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 60 && !net.wire().isEmpty(); step++) {
            int skip = random.nextInt(net.wire().size());
            for (int i = 0; i < skip; i++) {
                net.wire().add(net.dropOne());
            }
            net.deliverOne();
        }
    }
}
