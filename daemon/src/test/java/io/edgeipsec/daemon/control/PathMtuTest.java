package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Routes that change change what fits through the tunnels. */
final class PathMtuTest {
    private static final Duration A_BURST = Duration.ofSeconds(1);

    private static Appliance up() {
        Appliance box =
                new Appliance().start(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        box.establish("hq", "tunnel");
        // 1500 less 20 IPv4, 8 ESP, 8 IV, 16 ICV and 2 of trailer.
        assertEquals(1446, box.link("vpn3").mtu());
        return box;
    }

    private static RouteAnswer route(int mtu) {
        return new RouteAnswer(
                RouteAnswer.Reach.REACHABLE,
                2,
                IpPrefix.parse(SessionBuilder.LOCAL).address(),
                null,
                mtu);
    }

    @Test
    void theTunnelsMtuFollowsTheRoutes() {
        Appliance box = up();
        box.fake.answerRoutes(route(1400));
        box.fake.emit(new KernelEvent.RoutesChanged());
        box.pass(A_BURST);
        // Down to what the cipher's blocks of 4 leave.
        assertEquals(1346, box.link("vpn3").mtu());
        box.fake.answerRoutes(route(9000));
        box.fake.emit(new KernelEvent.RoutesChanged());
        box.pass(A_BURST);
        assertEquals(8946, box.link("vpn3").mtu());
    }

    @Test
    void aBurstLeadsToOneLook() {
        Appliance box = up();
        box.fake.forgetRequests();
        for (int i = 0; i < 100; i++) {
            box.fake.emit(new KernelEvent.RoutesChanged());
        }
        assertEquals(0, box.requests("lookUpRoute").size());
        box.pass(A_BURST);
        assertEquals(1, box.requests("lookUpRoute").size());
        box.fake.emit(new KernelEvent.RoutesChanged());
        box.pass(A_BURST);
        assertEquals(2, box.requests("lookUpRoute").size(), "the next burst is seen too");
        assertEquals(0, box.requests("setLinkMtu").size(), "nothing was different");
    }

    @Test
    void whereThereIsNoRouteTheMtuStays() {
        Appliance box = up();
        box.fake.answerRoutes(RouteAnswer.noRoute());
        box.fake.emit(new KernelEvent.RoutesChanged());
        box.pass(A_BURST);
        assertEquals(1446, box.link("vpn3").mtu());
    }

    /** Before the first Child SA nobody knows the cipher; then the new path counts. */
    @Test
    void aPathThatChangesBeforeTheTunnelIsUpCountsThen() {
        Appliance box =
                new Appliance().start(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        box.fake.answerRoutes(route(1400));
        box.fake.emit(new KernelEvent.RoutesChanged());
        box.pass(A_BURST);
        box.establish("hq", "tunnel");
        assertEquals(1346, box.link("vpn3").mtu());
    }
}
