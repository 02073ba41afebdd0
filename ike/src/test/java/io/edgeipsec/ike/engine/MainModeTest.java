package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import org.junit.jupiter.api.Test;

final class MainModeTest {
    @Test
    void up() {
        TwoGateways net = new TwoGateways(1);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        System.out.println(net.a().ladder());
        net.a().events().forEach(System.out::println);
        assertEquals(1, net.a().events(IkeEvent.ChildSaEstablished.class).size());
        net.assertKernelsAgree();
    }
}
