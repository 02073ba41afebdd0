package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.DpdPolicy.Mode;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Liveness checks (RFC 7296 §2.4): A looks for a dead B, which itself never probes. */
final class DeadPeerDetectionTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration MORE_THAN_THE_REST = Duration.ofMinutes(2);
    private static final int RETRIES = 3;

    private final TwoGateways net = new TwoGateways(7);

    private void up(Mode mode, InitiationMode initiation) {
        net.b().configure(Policies.b().dpd(new DpdPolicy(Mode.DISABLED, INTERVAL, 1)).build());
        net.a()
                .configure(
                        Policies.a()
                                .mode(initiation)
                                .dpd(new DpdPolicy(mode, INTERVAL, RETRIES))
                                .build());
        if (initiation == InitiationMode.ON_DEMAND) {
            net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        }
        net.deliverAll();
        assertEquals(1, net.a().events(IkeEvent.ChildSaEstablished.class).size());
    }

    private void up(Mode mode) {
        up(mode, InitiationMode.INITIATOR);
    }

    private long sent(ExchangeType exchange) {
        return net.wire().stream().filter(d -> exchangeOf(d).equals(exchange)).count();
    }

    private static ExchangeType exchangeOf(TwoGateways.InFlight datagram) {
        try {
            return IkeHeader.decode(datagram.datagram().reader()).exchange();
        } catch (MalformedMessageException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private boolean probed() {
        boolean probed = sent(ExchangeType.INFORMATIONAL) > 0;
        net.wire().clear();
        return probed;
    }

    @Test
    void periodicProbesASilentPeerOncePerInterval() {
        up(Mode.PERIODIC);
        net.pass(INTERVAL.minusMillis(1), false);
        assertFalse(probed());
        net.pass(Duration.ofMillis(1), false);
        assertEquals(1, sent(ExchangeType.INFORMATIONAL));
        net.deliverAll();
        // The answer is a sign of life: the next probe is an interval away.
        net.pass(INTERVAL.minusMillis(1), false);
        assertFalse(probed());
        net.pass(Duration.ofMillis(1), false);
        assertTrue(probed());
    }

    @Test
    void espFromThePeerMakesAProbeUnnecessary() {
        up(Mode.PERIODIC);
        for (int interval = 0; interval < 2; interval++) {
            net.a().sad().carry(1, 0);
            net.pass(INTERVAL, false);
            assertFalse(probed(), "in interval " + interval);
        }
        assertEquals(2, net.a().measurements(), "one look per interval");
        net.pass(INTERVAL, false);
        assertTrue(probed());
    }

    /** Its kernel goes on with the SAs; IKE may have been restarted, and not know of them. */
    @Test
    void espAloneSpeaksForAPeerOnlySoLong() {
        up(Mode.PERIODIC);
        int probes = 0;
        for (int interval = 0; interval < 9; interval++) {
            net.a().sad().carry(1, 0);
            net.pass(INTERVAL, false);
            probes += sent(ExchangeType.INFORMATIONAL) > 0 ? 1 : 0;
            net.deliverAll();
        }
        assertEquals(3, probes, "one in three intervals");
    }

    @Test
    void espThatWeSendIsNoSignOfLife() {
        up(Mode.PERIODIC);
        net.a().sad().carry(0, 5);
        net.pass(INTERVAL, false);
        assertTrue(probed());
    }

    @Test
    void ikeFromThePeerSavesTheLookToo() {
        up(Mode.PERIODIC);
        net.pass(INTERVAL.dividedBy(2), false);
        net.b().tell(expired(net.b().sad().inbound().keySet().iterator().next(), "session-b"));
        net.deliverAll();
        net.pass(INTERVAL.dividedBy(2), false);
        assertFalse(probed());
        assertEquals(0, net.a().measurements());
    }

    private static IkeInput expired(EspSpi inbound, String session) {
        return new IkeInput.ChildSaExpired(session, "net", inbound, false);
    }

    @Test
    void onDemandLeavesAnIdlePeerAlone() {
        up(Mode.ON_DEMAND);
        net.pass(INTERVAL.multipliedBy(30), false);
        assertFalse(probed());
        assertEquals(30, net.a().measurements(), "one look per interval");
    }

    @Test
    void onDemandProbesWhenOnlyWeSend() {
        up(Mode.ON_DEMAND);
        net.a().sad().carry(1, 1);
        net.pass(INTERVAL, false);
        assertFalse(probed(), "it was heard");
        net.a().sad().carry(0, 1);
        net.pass(INTERVAL, false);
        assertEquals(1, sent(ExchangeType.INFORMATIONAL));
        net.deliverAll();
        net.pass(INTERVAL.multipliedBy(3), false);
        assertFalse(probed(), "nothing was sent since");
    }

    @Test
    void aDeadPeerIsGivenUpAfterTheRetriesAndTriedAgainForEver() {
        up(Mode.PERIODIC);
        net.pass(INTERVAL, false);
        net.wire().clear();
        net.pass(MORE_THAN_THE_REST, false);

        List<IkeEvent.IkeSaClosed> closed = net.a().events(IkeEvent.IkeSaClosed.class);
        assertEquals(1, closed.size());
        FailReason reason = closed.get(0).reason();
        assertEquals(FailReason.Kind.PEER_STOPPED_ANSWERING, reason.kind());
        assertTrue(reason.toString().contains("did not answer 4 messages"), reason.toString());
        assertEquals(RETRIES, sent(ExchangeType.INFORMATIONAL));
        assertTrue(net.a().sad().isEmpty());

        net.pass(Duration.ofHours(5), false);
        int attempts = net.a().events(IkeEvent.NegotiationStarted.class).size();
        assertTrue(attempts > 100, attempts + " attempts in five hours");
        net.wire().clear();
        net.pass(Duration.ofMinutes(3), true);
        net.assertKernelsAgree();
        assertFalse(net.a().sad().isEmpty(), "up again once the peer answers");
    }

    @Test
    void onDemandSessionWaitsForTheNextPacketOnceThePeerIsDead() {
        up(Mode.ON_DEMAND, InitiationMode.ON_DEMAND);
        net.a().sad().carry(0, 1);
        net.pass(INTERVAL.plus(MORE_THAN_THE_REST), false);
        assertEquals(1, net.a().events(IkeEvent.IkeSaClosed.class).size());
        assertTrue(net.a().sad().isEmpty());
        net.wire().clear();

        net.pass(Duration.ofMinutes(20), false);
        assertTrue(net.wire().isEmpty(), "nobody sends");
        net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        assertEquals(1, sent(ExchangeType.IKE_SA_INIT));
        net.deliverAll();
        net.pass(Duration.ofMinutes(1), true);
        net.assertKernelsAgree();
        assertFalse(net.a().sad().isEmpty());
    }

    @Test
    void whatTheSasCarriedBeforeAnIkeRekeyIsNoNewsAfterIt() {
        net.b().configure(Policies.b().dpd(new DpdPolicy(Mode.DISABLED, INTERVAL, 1)).build());
        net.a()
                .configure(
                        Policies.a()
                                .lifetimes(Duration.ofSeconds(100), Duration.ofHours(1))
                                .dpd(new DpdPolicy(Mode.PERIODIC, INTERVAL, RETRIES))
                                .build());
        net.deliverAll();
        net.a().sad().carry(9, 9);
        while (net.a().events(IkeEvent.IkeSaEstablished.class).size() < 2) {
            net.pass(Duration.ofSeconds(1), true);
        }
        net.pass(INTERVAL, false);
        assertTrue(probed());
    }

    @Test
    void aPeerIsAskedWhereTheKernelDoesNotAnswer() {
        up(Mode.ON_DEMAND);
        net.a().stall();
        net.pass(INTERVAL, false);
        assertFalse(probed());
        net.pass(INTERVAL, false);
        assertTrue(probed());
    }

    @Test
    void aPeerIsAskedWhereTheKernelRefuses() {
        up(Mode.ON_DEMAND);
        net.a().sad().refuseNext("no more memory");
        net.pass(INTERVAL, false);
        assertTrue(probed());
    }

    @Test
    void anAnswerOfTheKernelThatComesTooLateIsForgotten() {
        up(Mode.PERIODIC);
        net.a().stall();
        net.pass(INTERVAL, false);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        net.deliverAll();
        net.a().resume();
        assertTrue(net.wire().isEmpty());
        assertTrue(net.a().sad().isEmpty());
    }

    @Test
    void aPeerThatWasFasterThanTheKernelIsNotProbed() {
        up(Mode.PERIODIC);
        net.a().stall();
        net.pass(INTERVAL, false);
        net.b().tell(expired(net.b().sad().inbound().keySet().iterator().next(), "session-b"));
        net.deliverAll();
        net.a().resume();
        assertEquals(1, sent(ExchangeType.CREATE_CHILD_SA), "A's answer to the rekey");
        assertFalse(probed());
    }
}
