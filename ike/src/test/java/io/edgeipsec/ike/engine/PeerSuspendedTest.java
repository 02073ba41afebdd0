package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A session whose messages could not leave. */
final class PeerSuspendedTest {
    private static final FailReason REASON =
            new FailReason(FailReason.Kind.LOCAL_ADDRESS_MISSING, "local address 192.0.2.1");

    private final TwoGateways net = new TwoGateways(31);

    private void suspendA() {
        net.a().tell(new IkeInput.PeerSuspended("session-a", REASON));
    }

    @Test
    void everythingEndsWithTheReasonAndWithoutAWord() {
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        suspendA();
        assertTrue(net.a().sad().isEmpty());
        assertEquals(REASON, net.a().events(IkeEvent.ChildSaClosed.class).get(0).reason());
        assertEquals(REASON, net.a().events(IkeEvent.IkeSaClosed.class).get(0).reason());
        net.pass(Duration.ofSeconds(30), false);
        assertTrue(net.wire().isEmpty(), "nothing is sent, now or later");
    }

    @Test
    void aNegotiationEndsToo() {
        net.a().configure(Policies.a().build());
        net.wire().clear();
        suspendA();
        net.pass(Duration.ofHours(1), false);
        assertTrue(net.wire().isEmpty());
        assertEquals(0, net.a().engine().ikeSaCount());
    }

    @Test
    void configuredAgainItComesBack() {
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        suspendA();
        net.pass(Duration.ofSeconds(1), false);
        net.a().configure(Policies.a().build());
        net.deliverAll();
        // INITIAL_CONTACT has told B that the earlier IKE SA is no more (RFC 7296 §2.4).
        net.assertKernelsAgree();
        assertEquals(1, net.a().sad().inbound().size());
    }

    @Test
    void whatIsNotThereCannotBeSuspended() {
        suspendA();
        assertTrue(net.wire().isEmpty());
    }
}
