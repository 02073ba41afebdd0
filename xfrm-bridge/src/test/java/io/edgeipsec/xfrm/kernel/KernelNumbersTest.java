package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.kernel.KernelNumbers.Rank;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.PortMatch;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class KernelNumbersTest {
    private static Selector selector(String source, String destination) {
        return Selector.between(IpPrefix.parse(source), IpPrefix.parse(destination));
    }

    private static int priority(Rank rank, Selector selector) {
        return KernelNumbers.policyPriority(rank, selector);
    }

    @Test
    void indexesGoInAndComeOut() {
        assertEquals(0x45000001, KernelNumbers.reqid(1));
        assertEquals(0x45ffffff, KernelNumbers.tunnelKey(KernelNumbers.MAX_INDEX));
        assertEquals(OptionalInt.of(77), KernelNumbers.index(KernelNumbers.reqid(77)));
        for (int foreign : new int[] {0, 1, 16384, 0x45000000, 0x44ffffff, 0x46000000, -1}) {
            assertFalse(KernelNumbers.isOurs(foreign));
            assertEquals(OptionalInt.empty(), KernelNumbers.index(foreign));
        }
        for (int bad : new int[] {0, -1, KernelNumbers.MAX_INDEX + 1}) {
            assertThrows(IllegalArgumentException.class, () -> KernelNumbers.reqid(bad));
            assertThrows(IllegalArgumentException.class, () -> KernelNumbers.tunnelName(bad));
        }
    }

    @Test
    void tunnelNamesFitAndAreRead() {
        assertEquals("vpn12", KernelNumbers.tunnelName(12));
        assertTrue(KernelNumbers.tunnelName(KernelNumbers.MAX_INDEX).length() <= 15);
        assertEquals(OptionalInt.of(12), KernelNumbers.tunnelIndex("vpn12"));
        for (String foreign : new String[] {"vpn", "vpn-1", "xvpn1", "vpn1a", "vpn123456789"}) {
            assertEquals(OptionalInt.empty(), KernelNumbers.tunnelIndex(foreign), foreign);
        }
    }

    @Test
    void nexthopsOfTunnelsAndGroupsDoNotMeet() {
        int last = KernelNumbers.MAX_GROUP;
        assertEquals(0x45800001, KernelNumbers.nexthopGroup(1));
        assertEquals(0x45fffffe, KernelNumbers.nexthopGroup(last));
        assertEquals(OptionalInt.of(12), KernelNumbers.tunnelOfNexthop(KernelNumbers.nexthop(12)));
        for (int group : new int[] {1, last}) {
            int id = KernelNumbers.nexthopGroup(group);
            assertTrue(KernelNumbers.isNexthopGroup(id));
            assertEquals(OptionalInt.empty(), KernelNumbers.tunnelOfNexthop(id));
        }
        for (int other :
                new int[] {KernelNumbers.nexthop(12), KernelNumbers.NEXTHOP_BLACKHOLE, 12}) {
            assertFalse(KernelNumbers.isNexthopGroup(other));
        }
        for (int bad : new int[] {0, last + 1}) {
            assertThrows(IllegalArgumentException.class, () -> KernelNumbers.nexthopGroup(bad));
        }
        assertThrows(IllegalArgumentException.class, () -> KernelNumbers.nexthop(0x80_0000));
    }

    /** Lower is stronger. */
    @Test
    void bypassBeatsProtectAndNarrowBeatsWide() {
        Selector all = selector("0.0.0.0/0", "0.0.0.0/0");
        Selector wide = selector("10.0.0.0/8", "10.2.0.0/16");
        Selector narrow = selector("10.1.0.0/16", "10.2.0.0/16");
        Selector host = selector("2001:db8::1/128", "2001:db8::2/128");
        Selector tcp =
                new Selector(
                        narrow.source(),
                        narrow.destination(),
                        6,
                        PortMatch.ANY,
                        PortMatch.exactly(443),
                        0);
        assertTrue(priority(Rank.PROTECT, wide) < priority(Rank.PROTECT, all));
        assertTrue(priority(Rank.PROTECT, narrow) < priority(Rank.PROTECT, wide));
        assertTrue(priority(Rank.PROTECT, tcp) < priority(Rank.PROTECT, narrow));
        assertTrue(
                priority(Rank.PROTECT, selector("10.1.0.0/17", "10.2.0.0/16"))
                        < priority(Rank.PROTECT, tcp));
        assertTrue(priority(Rank.BYPASS, all) < priority(Rank.PROTECT, host));
        assertEquals(priority(Rank.PROTECT, narrow), priority(Rank.PROTECT, narrow.reversed()));
    }

    @Test
    void policiesOfEveryWidthAreKnownAsOurs() {
        Selector widest = selector("0.0.0.0/0", "0.0.0.0/0");
        Selector narrowest =
                new Selector(
                        IpPrefix.parse("2001:db8::1/128"),
                        IpPrefix.parse("2001:db8::2/128"),
                        6,
                        PortMatch.exactly(1),
                        PortMatch.exactly(2),
                        3);
        for (Rank rank : Rank.values()) {
            for (Selector s : new Selector[] {widest, narrowest}) {
                PolicyKey key = new PolicyKey(PolicyDirection.OUT, s, Scope.GLOBAL);
                assertTrue(KernelNumbers.isOurs(PolicyEntry.block(key, priority(rank, s))));
            }
        }
    }

    @Test
    void othersPoliciesAreNotOurs() {
        Selector s = selector("10.1.0.0/16", "10.2.0.0/16");
        PolicyKey key = new PolicyKey(PolicyDirection.OUT, s, Scope.GLOBAL);
        for (int priority : new int[] {0, 375_423, 2_080_702, 0x44ffff, 0x460000, -1}) {
            assertFalse(KernelNumbers.isOurs(PolicyEntry.block(key, priority)), "" + priority);
        }
        PolicyTemplate foreign =
                new PolicyTemplate(
                        IpPrefix.parse("192.0.2.1").address(),
                        IpPrefix.parse("192.0.2.2").address(),
                        1);
        assertFalse(
                KernelNumbers.isOurs(PolicyEntry.protect(key, priority(Rank.PROTECT, s), foreign)));
    }

    private static LinkEntry link(String name, String kind, String alias, int key) {
        return new LinkEntry(
                3, name, kind, alias, 1400, true, OperationalState.UP, key, null, null);
    }

    @Test
    void linksAreKnownByAliasOrByNameAndKey() {
        int key = KernelNumbers.tunnelKey(5);
        LinkEntry named = link("vpn5", "vti", KernelNumbers.tunnelAlias("branch-7"), key);
        assertTrue(KernelNumbers.isOurs(named));
        assertEquals("branch-7", KernelNumbers.session(named));
        LinkEntry unnamed = link("vpn5", "xfrm", "", key);
        assertTrue(KernelNumbers.isOurs(unnamed));
        assertEquals("", KernelNumbers.session(unnamed));
        assertFalse(KernelNumbers.isOurs(link("vpn5", "xfrm", "", 42)));
        assertFalse(KernelNumbers.isOurs(link("eth0", "", "edge-ipsec x", 0)));
        assertFalse(KernelNumbers.isOurs(link("ipsec0", "xfrm", "", key)));
    }
}
