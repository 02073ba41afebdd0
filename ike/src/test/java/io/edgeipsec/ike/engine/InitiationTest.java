package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who starts a tunnel, when, how often, and what comes of two who start at once. */
final class InitiationTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void respondOnlyNeverStarts() {
        TwoGateways net = new TwoGateways(1);
        net.b().configure(Policies.b().build());
        net.b().tell(new IkeInput.TrafficWaits("session-b", "net"));
        net.pass(HOUR, false);
        new Ladder(net).silence();
        assertTrue(net.b().events().isEmpty());
    }

    @Test
    void respondOnlyDoesNotStartAgainEither() {
        TwoGateways net = TwoGateways.connected(2);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        net.deliverAll();
        net.b().tell(new IkeInput.TrafficWaits("session-b", "net"));
        net.pass(HOUR, false);
        new Ladder(net).silence();
        assertTrue(net.b().sad().isEmpty());
    }

    @Test
    void onDemandStartsWithTheFirstPacket() {
        TwoGateways net = new TwoGateways(3);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().mode(InitiationMode.ON_DEMAND).build());
        net.pass(HOUR, false);
        ladder.silence();

        net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        ladder.fromA(INIT_REQUEST);
        // Another packet while the first one waits changes nothing.
        net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        ladder.silence();
        net.assertOneTunnel();
    }

    @Test
    void onDemandGivesUpUntilTheNextPacket() {
        TwoGateways net = new TwoGateways(4);
        net.a().configure(Policies.a().mode(InitiationMode.ON_DEMAND).build());
        net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        net.pass(HOUR, false);
        IkeEvent.NegotiationFailed failed = net.a().only(IkeEvent.NegotiationFailed.class);
        assertTrue(failed.retryIn().isEmpty());
        assertEquals(FailReason.Kind.PEER_NEVER_ANSWERED, failed.reason().kind());
        assertEquals(8, net.wire().size(), "one transmission and seven repetitions");

        net.wire().clear();
        net.b().configure(Policies.b().build());
        net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void anInitiatorTriesForEverWithGrowingButCappedWaits() {
        TwoGateways net = new TwoGateways(5);
        net.a().configure(Policies.a().build());
        net.pass(Duration.ofDays(1), false);

        var failures = net.a().events(IkeEvent.NegotiationFailed.class);
        // Each attempt lasts about 46 s, and at most 60 s pass between two of them.
        assertTrue(failures.size() > 24 * 3600 / 110, failures.size() + " attempts in a day");
        Set<Duration> waits = new HashSet<>();
        for (IkeEvent.NegotiationFailed failure : failures) {
            Duration wait = failure.retryIn().orElseThrow();
            assertTrue(wait.compareTo(Duration.ofMinutes(1)) <= 0, wait.toString());
            waits.add(wait);
        }
        assertTrue(failures.get(0).retryIn().orElseThrow().toMillis() <= 2_000);
        assertTrue(waits.size() > failures.size() / 2, "waits are drawn anew");

        net.wire().clear();
        net.b().configure(Policies.b().build());
        net.pass(Duration.ofMinutes(2), true);
        net.assertOneTunnel();
    }

    @Test
    void twoInitiatorsEndUpWithOneIkeSa() {
        Set<Boolean> winners = new HashSet<>();
        for (int seed = 0; seed < 16; seed++) {
            TwoGateways net =
                    TwoGateways.connected(
                            seed, Policies.a(), Policies.b().mode(InitiationMode.INITIATOR));
            net.pass(Duration.ofSeconds(30), true);
            net.assertOneTunnel();
            winners.add(isInitiator(net.a()));
        }
        assertEquals(2, winners.size(), "the nonces decide");
    }

    private static boolean isInitiator(Gateway gateway) {
        return gateway.events(IkeEvent.IkeSaEstablished.class).stream()
                .filter(event -> gateway.ikeSas().contains(event.ikeSa()))
                .allMatch(IkeEvent.IkeSaEstablished::initiator);
    }

    @Test
    void theFasterOfTwoInitiatorsWins() {
        TwoGateways net = new TwoGateways(6);
        Ladder ladder = new Ladder(net);
        net.a().configure(Policies.a().build());
        ladder.lostFromA(INIT_REQUEST);
        net.b().configure(Policies.b().mode(InitiationMode.INITIATOR).build());
        ladder.fromB(INIT_REQUEST);
        ladder.fromA(INIT_RESPONSE);
        ladder.fromB(AUTH_REQUEST);
        ladder.fromA(AUTH_RESPONSE);
        net.pass(Duration.ofMinutes(5), true);
        net.assertOneTunnel();
        assertEquals(1, net.a().events(IkeEvent.IkeSaEstablished.class).size());
    }

    @Test
    void initialContactEndsWhatThePeerHasForgotten() {
        TwoGateways net = TwoGateways.connected(7);
        net.pass(Duration.ofSeconds(1), true);
        net.restartA(8);
        net.a().configure(Policies.a().build());
        net.deliverAll();
        net.assertOneTunnel();
        IkeEvent.IkeSaClosed closed = net.b().only(IkeEvent.IkeSaClosed.class);
        assertEquals(FailReason.Kind.REPLACED, closed.reason().kind());
    }

    @Test
    void initialContactIsNotSaidWhereSessionsShareTheirIdentities() {
        TwoGateways net = new TwoGateways(9);
        Ladder ladder = new Ladder(net);
        net.a().configure(Policies.a().mode(InitiationMode.RESPOND_ONLY).session("other").build());
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST.replace(" N(INITIAL_CONTACT)", ""));
        ladder.fromB(AUTH_RESPONSE);
        net.assertOneTunnel();
    }
}
