package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges that wait for the kernel or a key exchange, and what happens meanwhile. */
final class ParkedExchangeTest {
    @Test
    void aRepeatedRequestIsDroppedWhileItsFirstCopyIsWorkedOn() {
        TwoGateways net = started(1);
        Ladder ladder = new Ladder(net);
        net.b().stall();
        net.deliverOneTwice();
        ladder.silence();
        assertEquals(List.of(DropReason.IN_PROGRESS), net.b().drops());
        net.b().step();
        ladder.fromB(INIT_RESPONSE);

        net.deliverOneTwice();
        ladder.silence();
        assertEquals(List.of(DropReason.IN_PROGRESS, DropReason.IN_PROGRESS), net.b().drops());
        net.b().resume();
        ladder.fromB(AUTH_RESPONSE);
        ladder.silence();
        net.assertOneTunnel();
        assertEquals(1, net.b().events(IkeEvent.ChildSaEstablished.class).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whatTheKernelDoesForAHandshakeThatTimedOutIsUndone(int stepsInTime) {
        TwoGateways net = started(2);
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        net.b().stall();
        ladder.fromA(AUTH_REQUEST);
        for (int step = 0; step < stepsInTime; step++) {
            net.b().step();
        }
        net.cutOff(true);
        net.pass(Duration.ofMinutes(1), false);
        net.b().resume();
        assertTrue(net.b().sad().isEmpty());
        assertEquals(0, net.b().engine().ikeSaCount());
        assertEquals(List.of(), net.b().childSas());
    }

    /** The waits of an initiator: key exchange (twice), SPI, installation. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void whatIsDoneForASessionThatWasDeletedIsUndone(int stepsInTime) {
        TwoGateways net = new TwoGateways(3);
        net.b().configure(Policies.b().build());
        net.a().stall();
        net.a().configure(Policies.a().build());
        for (int step = 0; step < stepsInTime; step++) {
            net.a().step();
            net.deliverAll();
        }
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        net.a().resume();
        net.pass(Duration.ofMinutes(10), true);
        assertNothingIsUp(net.a());
        assertNothingIsUp(net.b());
        assertEquals(0, net.a().engine().ikeSaCount());
    }

    @Test
    void aSessionThatIsDeletedWhileItsPeerIsLetInLeavesNothing() {
        TwoGateways net = started(4);
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        net.b().stall();
        ladder.fromA(AUTH_REQUEST);
        net.b().tell(new IkeInput.PeerRemoved("session-b"));
        net.b().resume();
        // The peer was authenticated before, so it gets its answer, and the end right behind it.
        ladder.fromB(AUTH_RESPONSE);
        ladder.fromB("INFORMATIONAL request 0 D");
        ladder.fromA("INFORMATIONAL response 0");
        assertNothingIsUp(net.b());
        assertNothingIsUp(net.a());
    }

    @Test
    void aSessionThatIsChangedWhileItsPeerIsLetInTakesItInAnew() {
        TwoGateways net = started(5);
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        net.b().stall();
        ladder.fromA(AUTH_REQUEST);
        net.b().configure(Policies.b().psk("another").build());
        net.b().resume();
        net.deliverAll();
        assertNothingIsUp(net.b());
        net.a().configure(Policies.a().psk("another").build());
        net.deliverAll();
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
    }

    @Test
    void aKernelThatRefusesAtTheResponder() {
        TwoGateways net = started(6);
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        net.b().sad().refuseNext("no such cipher in this kernel");
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB("IKE_AUTH response 1 IDr AUTH N(NO_PROPOSAL_CHOSEN)");
        FailReason reason = net.b().only(IkeEvent.ChildSaFailed.class).reason();
        assertEquals(FailReason.Kind.KERNEL_REFUSED, reason.kind());
        assertTrue(net.a().sad().isEmpty());
        assertTrue(net.b().sad().isEmpty());
        net.pass(Duration.ofSeconds(3), true);
        net.assertOneTunnel();
    }

    @Test
    void aKernelThatRefusesAtTheInitiator() {
        TwoGateways net = started(7);
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        net.a().sad().refuseNext("no such cipher in this kernel");
        ladder.fromB(AUTH_RESPONSE);
        // B has made an SA of it, and has to be told.
        ladder.fromA("INFORMATIONAL request 2 D");
        assertTrue(net.b().sad().isEmpty());
        ladder.fromB("INFORMATIONAL response 2 D");
        ladder.silence();
        assertTrue(net.a().sad().isEmpty());
        net.pass(Duration.ofSeconds(3), true);
        net.assertOneTunnel();
    }

    private static void assertNothingIsUp(Gateway gateway) {
        assertTrue(gateway.sad().isEmpty());
        assertEquals(List.of(), gateway.childSas());
        assertEquals(List.of(), gateway.ikeSas());
    }

    private static TwoGateways started(long seed) {
        TwoGateways net = new TwoGateways(seed);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        return net;
    }
}
