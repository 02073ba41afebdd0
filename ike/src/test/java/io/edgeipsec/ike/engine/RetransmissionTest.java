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
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests are sent again as the same octets, and so are their answers (RFC 7296 §2.1). */
final class RetransmissionTest {
    private static final Duration FIRST_WAIT = Duration.ofMillis(1_100);

    @Test
    void aLostRequestIsSentAgainOctetByOctet() {
        TwoGateways net = started(1);
        Ladder ladder = new Ladder(net);
        TwoGateways.InFlight init = ladder.lostFromA(INIT_REQUEST);
        net.pass(FIRST_WAIT, false);
        assertEquals(init, net.wire().element());
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        TwoGateways.InFlight auth = ladder.lostFromA(AUTH_REQUEST);
        net.pass(FIRST_WAIT, false);
        assertEquals(auth, net.wire().element());
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        ladder.silence();
        net.assertOneTunnel();
        assertEquals(2, net.a().events(IkeEvent.Retransmitted.class).size());
    }

    @Test
    void aLostAnswerIsSentAgainOctetByOctet() {
        TwoGateways net = started(2);
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        TwoGateways.InFlight init = ladder.lostFromB(INIT_RESPONSE);
        net.pass(FIRST_WAIT, false);
        ladder.fromA(INIT_REQUEST);
        assertEquals(init, net.wire().element());
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        TwoGateways.InFlight auth = ladder.lostFromB(AUTH_RESPONSE);
        net.pass(FIRST_WAIT, false);
        ladder.fromA(AUTH_REQUEST);
        assertEquals(auth, net.wire().element());
        ladder.fromB(AUTH_RESPONSE);
        ladder.silence();
        net.assertOneTunnel();
        assertEquals(1, net.b().events(IkeEvent.ChildSaEstablished.class).size());
        assertEquals(1, net.b().engine().ikeSaCount());
    }

    @Test
    void aDuplicatedRequestIsAnsweredTwiceAndProcessedOnce() {
        TwoGateways net = started(3);
        for (String exchange : List.of("IKE_SA_INIT", "IKE_AUTH")) {
            net.deliverOneTwice();
            assertEquals(2, net.wire().size());
            TwoGateways.InFlight answer = net.dropOne();
            assertEquals(answer, net.wire().element(), exchange);
            net.deliverOne();
        }
        assertEquals(1, net.b().events(IkeEvent.ChildSaEstablished.class).size());
        assertEquals(1, net.b().engine().ikeSaCount());
        net.assertOneTunnel();
    }

    @Test
    void duplicatedAnswersAreDropped() {
        TwoGateways net = started(4);
        net.deliverOne();
        net.deliverOneTwice();
        assertEquals(List.of(DropReason.OUTSIDE_WINDOW), net.a().drops());
        net.deliverOne();
        net.deliverOneTwice();
        assertEquals(
                List.of(DropReason.OUTSIDE_WINDOW, DropReason.OUTSIDE_WINDOW), net.a().drops());
        new Ladder(net).silence();
        net.assertOneTunnel();
    }

    @Test
    void anOldFirstMessageLeavesTheTunnelAlone() {
        TwoGateways net = started(5);
        TwoGateways.InFlight init = net.wire().element();
        net.deliverAll();
        net.deliver(init);
        net.deliverAll();
        net.pass(Duration.ofMinutes(2), true);
        net.assertOneTunnel();
        assertEquals(1, net.b().engine().ikeSaCount());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void anyOneMessageMayBeLost(int lost) {
        TwoGateways net = new TwoGateways(lost);
        net.b()
                .configure(
                        Policies.b()
                                .pair("one", "10.2.1.0/24", "10.1.1.0/24")
                                .pair("two", "10.2.2.0/24", "10.1.2.0/24")
                                .build());
        net.a()
                .configure(
                        Policies.a()
                                .pair("one", "10.1.1.0/24", "10.2.1.0/24")
                                .pair("two", "10.1.2.0/24", "10.2.2.0/24")
                                .build());
        for (int message = 0; message < lost; message++) {
            net.deliverOne();
        }
        net.dropOne();
        net.pass(Duration.ofSeconds(10), true);
        net.assertOneTunnel();
        assertEquals(2, net.b().events(IkeEvent.ChildSaEstablished.class).size());
    }

    @Test
    void aPeerThatFallsSilentDuringAuthenticationIsTriedAnew() {
        TwoGateways net = started(6);
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.lostFromA(AUTH_REQUEST);
        net.cutOff(true);
        net.pass(Duration.ofMinutes(1), true);
        IkeEvent.NegotiationFailed failed = net.a().events(IkeEvent.NegotiationFailed.class).get(0);
        assertEquals(FailReason.Kind.PEER_STOPPED_ANSWERING, failed.reason().kind());
        assertTrue(failed.reason().detail().contains("sent 8 times"), failed.reason().detail());
        assertTrue(net.a().sad().isEmpty(), "its SPI is given back");
        assertEquals(0, net.b().engine().ikeSaCount(), "the half-open IKE SA is gone");

        net.cutOff(false);
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
    }

    @Test
    void anEstablishedIkeSaEndsWhenARequestStaysUnanswered() {
        TwoGateways net = TwoGateways.connected(7);
        Ladder ladder = new Ladder(net);
        net.a()
                .tell(
                        new IkeInput.ChildSaExpired(
                                "session-a", "net", net.a().childSas().get(0).inbound(), false));
        TwoGateways.InFlight rekey =
                ladder.lostFromA("CREATE_CHILD_SA request 2 N(REKEY_SA) SA Nonce KE TSi TSr");
        net.pass(Duration.ofSeconds(55), false);
        net.wire().forEach(again -> assertEquals(rekey, again));
        assertEquals(5, net.wire().size());
        net.wire().clear();
        net.cutOff(true);
        net.pass(Duration.ofMinutes(2), true);
        assertEquals(
                FailReason.Kind.PEER_STOPPED_ANSWERING,
                net.a().only(IkeEvent.IkeSaClosed.class).reason().kind());
        assertTrue(net.a().sad().isEmpty());
    }

    private static TwoGateways started(long seed) {
        TwoGateways net = new TwoGateways(seed);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        return net;
    }
}
