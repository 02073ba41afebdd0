package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the kernel counts, we do not: SAs at the end of their sequence numbers (RFC 4303 §3.3.3).
 */
final class ChildSaExpiryTest {
    private final TwoGateways net = new TwoGateways(11);
    private EspSpi inboundOfA = EspSpi.ZERO;
    private EspSpi inboundOfB = EspSpi.ZERO;

    @BeforeEach
    void up() {
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        inboundOfA = net.a().sad().inbound().keySet().iterator().next();
        inboundOfB = net.b().sad().inbound().keySet().iterator().next();
    }

    private static void expire(Gateway gateway, String session, EspSpi inbound, boolean hard) {
        gateway.tell(new IkeInput.ChildSaExpired(session, "net", inbound, hard));
    }

    private void assertReplaced() {
        net.assertKernelsAgree();
        assertEquals(1, net.a().sad().inbound().size());
        assertFalse(net.a().sad().inbound().containsKey(inboundOfA), "it is another one");
    }

    @Test
    void softLimitReplacesTheSaBeforeItIsGone() {
        expire(net.a(), "session-a", inboundOfA, false);
        assertTrue(net.a().sad().inbound().containsKey(inboundOfA), "it works on meanwhile");
        net.deliverAll();
        assertReplaced();
        assertEquals(
                FailReason.Kind.REPLACED,
                net.a().events(IkeEvent.ChildSaClosed.class).get(0).reason().kind());
    }

    @Test
    void theSideThatNeverStartsReplacesItToo() {
        expire(net.b(), "session-b", inboundOfB, false);
        net.deliverAll();
        assertReplaced();
    }

    /** Both directions may reach their limits in one moment, on either side. */
    @Test
    void severalReportsOfOneChildSaLeadToOneReplacement() {
        expire(net.a(), "session-a", inboundOfA, false);
        expire(net.a(), "session-a", inboundOfA, false);
        expire(net.b(), "session-b", inboundOfB, false);
        net.deliverAll();
        // Where both sides wait for each other they try again within seconds (RFC 7296 §2.25).
        net.pass(Duration.ofMinutes(1), true);
        assertReplaced();
        int established = net.a().events(IkeEvent.ChildSaEstablished.class).size();
        expire(net.a(), "session-a", inboundOfA, false);
        net.pass(Duration.ofMinutes(1), true);
        assertEquals(established, net.a().events(IkeEvent.ChildSaEstablished.class).size());
    }

    @Test
    void hardLimitDeletesItAtThePeerAndMakesAnother() {
        expire(net.a(), "session-a", inboundOfA, true);
        assertTrue(net.a().sad().outbound().isEmpty(), "nothing is sent under it any more");
        net.deliverAll();
        assertReplaced();
        assertEquals(
                FailReason.Kind.EXPIRED,
                net.a().events(IkeEvent.ChildSaClosed.class).get(0).reason().kind());
        assertEquals(1, net.a().events(IkeEvent.IkeSaEstablished.class).size());
    }

    @Test
    void hardLimitDoesNotDisturbTheReplacementUnderWay() {
        expire(net.a(), "session-a", inboundOfA, false);
        expire(net.a(), "session-a", inboundOfA, true);
        net.deliverAll();
        assertReplaced();
        assertEquals(2, net.a().events(IkeEvent.ChildSaEstablished.class).size());
    }

    /** The peer's refusal leaves the old SA in use, but for this one there is no use any more. */
    @Test
    void hardLimitEndsAnSaWhoseReplacementFails() {
        expire(net.a(), "session-a", inboundOfA, false);
        expire(net.a(), "session-a", inboundOfA, true);
        net.b().sad().refuseNext("no more memory");
        net.deliverAll();
        assertTrue(net.a().sad().inbound().containsKey(inboundOfA));
        net.pass(Duration.ofMinutes(1), true);
        assertReplaced();
    }
}
