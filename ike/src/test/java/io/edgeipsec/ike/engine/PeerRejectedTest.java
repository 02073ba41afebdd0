package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A responder's operator is told who tried, and why it was no use. */
class PeerRejectedTest {
    private final TwoGateways net = new TwoGateways(1);

    private List<IkeEvent.PeerRejected> atB() {
        return net.b().events(IkeEvent.PeerRejected.class);
    }

    @Test
    void offerThatNoSessionTakesIsTold() {
        net.b().configure(Policies.b().ikeGroups(KeyExchangeMethod.ECP384).build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        IkeEvent.PeerRejected event = atB().get(0);
        assertEquals("session-b", event.session());
        assertEquals(FailReason.Kind.NO_PROPOSAL_CHOSEN, event.reason().kind());
        assertTrue(event.reason().toString().contains("allowed"), event.reason()::toString);
    }

    @Test
    void tellsOfAFewASecondWhateverComes() {
        net.b().configure(Policies.b().ikeGroups(KeyExchangeMethod.ECP384).build());
        net.a().configure(Policies.a().build());
        TwoGateways.InFlight first = net.dropOne();
        for (int i = 0; i < 100; i++) {
            byte[] other = first.datagram().toByteArray();
            other[7] = (byte) i;
            net.deliver(new TwoGateways.InFlight(first.path(), Octets.wrap(other)));
        }
        assertEquals(EngineLimits.defaults().rejectionsPerSecond(), atB().size());
        net.pass(Duration.ofSeconds(1), false);
        net.deliver(first);
        assertEquals(EngineLimits.defaults().rejectionsPerSecond() + 1, atB().size());
    }
}
