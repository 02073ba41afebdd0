package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.ChildSaTraffic;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.RequestId;
import io.edgeipsec.xfrm.state.SaId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What liveness checks are told of ESP. */
final class MeasureTrafficTest {
    private final Appliance box =
            new Appliance()
                    .start(SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16"));

    private IkeReply measure(ChildSaLocator... childSas) {
        List<IkeReply> replies = new ArrayList<>();
        box.plane
                .childSas()
                .measureTraffic(
                        new IkeEffect.MeasureTraffic(
                                new RequestId(new IkeSpi(1), 99), List.of(childSas)),
                        replies::add);
        return replies.get(0);
    }

    private SaId sa(EspSpi spi) {
        return box.sas().stream()
                .map(sa -> sa.id())
                .filter(id -> id.spi() == spi.value())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tellsWhatEachDirectionHasCarriedAndLeavesOutWhatIsGone() {
        ChildSaLocator one = box.establish("branch", "p1");
        ChildSaLocator removed = box.establish("branch", "p1");
        ChildSaLocator expired = box.establish("branch", "p1");
        box.fake.carry(sa(one.inbound()), 5);
        box.fake.carry(sa(one.outbound()), 2);
        box.fake.carry(sa(one.outbound()), 1);
        box.remove(removed);
        box.fake.memory().removeSa(sa(expired.outbound()));

        IkeReply.TrafficMeasured measured =
                assertInstanceOf(IkeReply.TrafficMeasured.class, measure(one, removed, expired));
        assertEquals(List.of(new ChildSaTraffic(one.inbound(), 5, 3)), measured.childSas());
    }

    @Test
    void aKernelThreadThatTakesNoMoreWorkIsARefusal() {
        ChildSaLocator one = box.establish("branch", "p1");
        box.plane.close();
        assertInstanceOf(IkeReply.KernelRefused.class, measure(one));
    }
}
