package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.MultiPathGroupStatus.Member;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.status.GroupBoard;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.FakeIpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.OperationalState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Multiple-path groups follow their sessions' tunnels, and drop what none can carry. */
class MultiPathGroupsTest {
    private static final int ONE = KernelNumbers.nexthopGroup(1);
    private static final int TWO = KernelNumbers.nexthopGroup(2);

    private final Appliance box = new Appliance();

    private static SessionBuilder session(int number) {
        return SessionBuilder.routeBased("s" + number, number, "192.168." + number + ".1/30")
                .addresses(SessionBuilder.LOCAL, peer(number))
                .multiPathGroup("g");
    }

    private static String peer(int number) {
        return "203.0.113." + number;
    }

    private Appliance started() {
        box.store.putGroup("g", true);
        return box.start(session(1), session(2));
    }

    private ChildSaLocator up(Appliance appliance, int number) {
        return appliance.establish(
                appliance.reserve(
                        "s" + number,
                        "tunnel",
                        Appliance.path(SessionBuilder.LOCAL, peer(number))));
    }

    private ChildSaLocator up(int number) {
        return up(box, number);
    }

    /** The members of each group in the kernel. */
    private Map<Integer, Set<String>> groups() {
        Map<Integer, Set<String>> groups = new TreeMap<>();
        for (NexthopGroup group : Appliance.value(box.fake.memory().listNexthopGroups())) {
            groups.put(group.id(), group.links());
        }
        return groups;
    }

    private GroupBoard.View view() {
        return box.board.groups().view("g").orElseThrow();
    }

    @Test
    void membersComeAndGoWithTheirTunnels() {
        started();
        assertEquals(Map.of(ONE, Set.of()), groups(), "there from the start, and drops");
        ChildSaLocator first = up(1);
        assertEquals(Map.of(ONE, Set.of("vpn1")), groups());
        ChildSaLocator second = up(2);
        assertEquals(Map.of(ONE, Set.of("vpn1", "vpn2")), groups());
        assertEquals(
                List.of(new Member("s1", "vpn1", true), new Member("s2", "vpn2", true)),
                view().members());
        ChildSaLocator rekeyed = up(1);
        box.fake.forgetRequests();
        box.remove(first);
        assertEquals(List.of(), box.requests("putNexthopGroup"), "a rekeyed tunnel stays");
        box.remove(rekeyed);
        assertEquals(Map.of(ONE, Set.of("vpn2")), groups());
        box.remove(second);
        assertEquals(Map.of(ONE, Set.of()), groups());
        assertEquals(0, view().usable());
        assertTrue(view().installed());
    }

    /** With its last member a group of the kernel goes, and with it the routes that name it. */
    @Test
    void interfaceLeavesBeforeItIsRemoved() {
        started();
        up(1);
        box.fake.forgetRequests();
        box.delete("s1");
        assertEquals(
                List.of("putNexthopGroup", "removeLink"),
                box.requests("putNexthopGroup", "removeLink"));
        assertEquals(Map.of(ONE, Set.of()), groups());
        assertEquals(List.of(new Member("s2", "vpn2", false)), view().members());
    }

    /** A VTI becomes an XFRM interface: another interface of the same name. */
    @Test
    void interfaceThatIsMadeAnewIsAMemberAgain() {
        started();
        up(1);
        box.fake.forgetRequests();
        box.put(
                SessionBuilder.routeBased("s3", 3, "192.168.3.1/30")
                        .addresses(SessionBuilder.LOCAL, peer(1))
                        .peerId("other"));
        box.put(session(1).displayName("changed"));
        assertEquals(Map.of(ONE, Set.of("vpn1")), groups());
        List<String> requests = box.requests("putNexthopGroup", "removeLink", "createLink");
        int removal = requests.indexOf("removeLink");
        if (removal >= 0) {
            assertEquals("putNexthopGroup", requests.get(removal - 1));
        }
    }

    @Test
    void disabledSessionOrGroupDoesNotCarry() {
        started();
        up(1);
        up(2);
        box.put(session(1).disabled());
        assertEquals(Map.of(ONE, Set.of("vpn2")), groups());
        box.putGroup("g", false);
        assertEquals(Map.of(ONE, Set.of()), groups(), "it stays, and drops");
        assertEquals(OperationalState.UP, box.link("vpn2").state());
        box.putGroup("g", true);
        assertEquals(Map.of(ONE, Set.of("vpn2")), groups());
    }

    /** The interface's nexthop is one, so it leaves the one group before it joins the other. */
    @Test
    void sessionMovesToAnotherGroup() {
        started();
        up(1);
        box.putGroup("h", true);
        box.fake.forgetRequests();
        box.put(session(1).multiPathGroup("h"));
        assertEquals(Map.of(ONE, Set.of(), TWO, Set.of("vpn1")), groups());
        List<String> puts =
                box.fake.requests().stream().filter(r -> r.startsWith("putNexthopGroup")).toList();
        assertTrue(puts.get(0).contains("[]"), () -> puts.toString());
        box.put(session(1).multiPathGroup(null));
        assertEquals(Map.of(ONE, Set.of(), TWO, Set.of()), groups());
    }

    @Test
    void deletedGroupGoesWhenNoRouteNamesIt() {
        started();
        box.putGroup("h", true);
        box.fake.refuseNext("removeNexthopGroup", Outcome.Kind.IN_USE, "EBUSY", true);
        box.deleteGroup("h");
        assertEquals(Set.of(ONE, TWO), groups().keySet());
        assertEquals(Optional.empty(), box.board.groups().view("h"));
        box.fake.emit(new KernelEvent.RoutesChanged());
        box.pass(Duration.ofSeconds(2));
        assertEquals(Set.of(ONE), groups().keySet());
    }

    @Test
    void refusalIsToldAndTriedAgain() {
        started();
        box.fake.refuseNext("putNexthopGroup", Outcome.Kind.NOT_OURS, "EEXIST", false);
        up(1);
        assertTrue(view().refusal().contains("EEXIST"), () -> view().refusal());
        assertFalse(view().installed());
        box.pass(Duration.ofSeconds(6));
        assertEquals(Map.of(ONE, Set.of("vpn1")), groups());
        assertEquals("", view().refusal());
    }

    @Test
    void whatAnEarlierRunLeftIsAdoptedUntilIkeSaysOtherwise() {
        started();
        up(1);
        up(2);
        box.store.putGroup("later", true);
        box.store.deleteGroup("later");
        Appliance.value(box.fake.kernel().putNexthopGroup(new NexthopGroup(TWO, Set.of())));
        box.fake.memory().removeNexthopGroup(KernelNumbers.nexthopGroup(3));
        Appliance next = box.successor();
        next.start();
        assertEquals(
                Map.of(ONE, Set.of("vpn1", "vpn2")),
                groups(),
                "its SAs still carry; a group that is not stored is gone");
        assertEquals(List.of(), next.requests("putNexthopGroup"));
        next.plane.negotiationFailed("s1");
        next.pass(Duration.ofSeconds(1));
        assertEquals(Map.of(ONE, Set.of("vpn2")), groups());
        up(next, 2);
        next.plane.negotiationFailed("s2");
        next.pass(Duration.ofSeconds(1));
        assertEquals(Map.of(ONE, Set.of("vpn2")), groups(), "it has an SA of this run");
    }

    @Test
    void foreignRemovalIsRepaired() {
        started();
        up(1);
        Appliance.value(box.fake.memory().removeNexthopGroup(ONE));
        box.fake.emit(
                new KernelEvent.ForeignChange(KernelEvent.ForeignChange.Change.NEXTHOP_DELETED));
        box.pass(Duration.ofSeconds(2));
        assertEquals(Map.of(ONE, Set.of("vpn1")), groups());
    }

    @Test
    void stoppedServiceDropsOrClears() {
        started();
        up(1);
        Appliance.value(box.plane.stop(Config.OnStop.BLOCK));
        assertEquals(Map.of(ONE, Set.of()), groups());
        Appliance cleared =
                new Appliance(
                        new FakeIpsecKernel(SessionBuilder.LOCAL + "/24"),
                        new StoredSessions(),
                        Config.TunnelInterface.AUTO);
        cleared.store.putGroup("g", true);
        cleared.start(session(1));
        assertEquals(1, Appliance.value(cleared.plane.stop(Config.OnStop.CLEAR)).nexthopGroups());
    }
}
