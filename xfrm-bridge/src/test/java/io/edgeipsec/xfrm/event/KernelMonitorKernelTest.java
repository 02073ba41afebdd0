package io.edgeipsec.xfrm.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.event.KernelEvent.ForeignChange.Change;
import io.edgeipsec.xfrm.libc.NetlinkSocket;
import io.edgeipsec.xfrm.libc.NetworkNamespace;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.policy.Spd;
import io.edgeipsec.xfrm.state.PortMatch;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.Sad;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the monitor reports of a real kernel; no ESP is needed. */
@Tag("kernel")
class KernelMonitorKernelTest {
    private static final int EVENT_SECONDS = 60;
    private static final InetAddress LOCAL = IpPrefix.parse("192.0.2.1").address();
    private static final InetAddress PEER = IpPrefix.parse("192.0.2.2").address();
    private static final Selector SITES =
            Selector.between(IpPrefix.parse("10.1.0.0/16"), IpPrefix.parse("10.2.0.0/16"));

    private final LinkedBlockingQueue<KernelEvent> events = new LinkedBlockingQueue<>();

    /** What a test does in a namespace with a monitor, on the namespace's thread. */
    @FunctionalInterface
    private interface Body {
        void run(NetworkNamespace namespace, NetlinkChannel xfrm) throws Exception;
    }

    private void monitored(Consumer<KernelEvent> listener, Body body) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.create();
                NetworkNamespace neighbour = NetworkNamespace.create()) {
            namespace.connect("eth0", "192.0.2.1/24", neighbour, "eth0", "192.0.2.2/24");
            NetlinkChannel xfrm = namespace.call(() -> NetlinkChannel.open(NetlinkSocket.XFRM));
            KernelMonitor monitor =
                    namespace.call(
                            () ->
                                    KernelMonitor.start(
                                            new KernelMonitor.Own(xfrm.portId(), 0, 0x45),
                                            listener));
            try (xfrm;
                    monitor) {
                body.run(namespace, xfrm);
            }
        }
    }

    private void monitored(Body body) throws Exception {
        monitored(events::add, body);
    }

    private <E extends KernelEvent> E event(Class<E> kind, Predicate<E> fits) throws Exception {
        for (long end = System.nanoTime() + EVENT_SECONDS * 1_000_000_000L; ; ) {
            KernelEvent e = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (e == null) {
                throw new AssertionError("no " + kind.getSimpleName() + " within " + EVENT_SECONDS);
            }
            if (kind.isInstance(e) && fits.test(kind.cast(e))) {
                return kind.cast(e);
            }
        }
    }

    @Test
    void packetWithoutSaIsAnAcquire() throws Exception {
        monitored(
                (namespace, xfrm) -> {
                    namespace.run("ip", "addr", "add", "10.1.0.1/32", "dev", "lo");
                    namespace.run("ip", "route", "add", "10.2.0.0/16", "via", "192.0.2.2");
                    PolicyKey key = new PolicyKey(PolicyDirection.OUT, SITES, Scope.GLOBAL);
                    namespace.execute(
                            () ->
                                    new Spd(xfrm)
                                            .put(
                                                    PolicyEntry.protect(
                                                            key,
                                                            100,
                                                            new PolicyTemplate(LOCAL, PEER, 7))));
                    int before = namespace.tryRun(ping("10.2.0.5")).status();
                    assertNotEquals(0, before);
                    KernelEvent.Acquire a = event(KernelEvent.Acquire.class, e -> true);
                    assertEquals(LOCAL, a.local());
                    assertEquals(PEER, a.peer());
                    assertEquals(7, a.reqid());
                    assertEquals(Scope.GLOBAL, a.scope());
                    assertEquals(SITES, a.policySelector());
                    assertEquals(PolicyDirection.OUT, a.policyDirection());
                    assertNotEquals(0, a.policyIndex());
                    assertNotEquals(0, a.sequence());
                    assertEquals(IpPrefix.parse("10.1.0.1/32"), a.packet().source());
                    assertEquals(IpPrefix.parse("10.2.0.5/32"), a.packet().destination());
                    assertEquals(1, a.packet().protocol());
                    assertEquals(PortMatch.exactly(8), a.packet().sourcePort(), "ICMP type");

                    // The larval SA holds back repeats. It has no SPI, until somebody asks for one.
                    assertNotEquals(0, namespace.tryRun(ping("10.2.0.6")).status());
                    namespace.execute(
                            () -> {
                                Sad sad = new Sad(xfrm);
                                assertEquals(1, sad.dump().size());
                                assertEquals(0, sad.dump().get(0).id().spi());
                                assertEquals(a.sequence(), sad.dump().get(0).acquireSequence());
                                int spi =
                                        sad.allocateSpi(
                                                larval(a.peer(), a.local(), 7, a.sequence()));
                                assertEquals(1, sad.dump().size(), "it is the same SA");
                                sad.delete(new SaId(PEER, spi, Scope.GLOBAL));
                                assertEquals(List.of(), sad.dump());
                            });
                    assertNotEquals(0, namespace.tryRun(ping("10.2.0.7")).status());
                    KernelEvent.Acquire again = event(KernelEvent.Acquire.class, e -> true);
                    assertEquals(IpPrefix.parse("10.2.0.7/32"), again.packet().destination());
                    assertNotEquals(a.sequence(), again.sequence());
                });
    }

    private static String[] ping(String destination) {
        return new String[] {"ping", "-n", "-c", "1", "-W", "1", "-I", "10.1.0.1", destination};
    }

    private static SpiRequest larval(
            InetAddress destination, InetAddress source, int reqid, int sequence) {
        return new SpiRequest(destination, source, reqid, Scope.GLOBAL, sequence);
    }

    @Test
    void larvalSaThatNobodyFillsExpiresHard() throws Exception {
        monitored(
                (namespace, xfrm) -> {
                    namespace.run("sysctl", "-qw", "net.core.xfrm_acq_expires=1");
                    Scope scope = Scope.mark(0x45000009);
                    int spi =
                            namespace.call(
                                    () ->
                                            new Sad(xfrm)
                                                    .allocateSpi(
                                                            new SpiRequest(
                                                                    LOCAL, PEER, 9, scope, 0)));
                    KernelEvent.Expire e = event(KernelEvent.Expire.class, x -> true);
                    assertEquals(new SaId(LOCAL, spi, scope), e.id());
                    assertEquals(PEER, e.source());
                    assertEquals(9, e.reqid());
                    assertTrue(e.hard());
                });
    }

    @Test
    void othersRemovalsAreReportedOursAreNot() throws Exception {
        monitored(
                (namespace, xfrm) -> {
                    PolicyKey key = new PolicyKey(PolicyDirection.OUT, SITES, Scope.GLOBAL);
                    namespace.execute(
                            () -> {
                                Spd spd = new Spd(xfrm);
                                spd.put(PolicyEntry.block(key, 100));
                                spd.delete(key);
                                Sad sad = new Sad(xfrm);
                                int spi = sad.allocateSpi(larval(LOCAL, PEER, 9, 0));
                                sad.delete(new SaId(LOCAL, spi, Scope.GLOBAL));
                                spd.put(PolicyEntry.block(key, 100));
                            });
                    namespace.run("ip", "xfrm", "policy", "flush");
                    KernelEvent.ForeignChange first =
                            event(KernelEvent.ForeignChange.class, x -> true);
                    assertEquals(Change.POLICIES_FLUSHED, first.change());
                    namespace.execute(() -> new Spd(xfrm).put(PolicyEntry.block(key, 100)));
                    namespace.run(
                            "ip",
                            "xfrm",
                            "policy",
                            "delete",
                            "src",
                            "10.1.0.0/16",
                            "dst",
                            "10.2.0.0/16",
                            "dir",
                            "out");
                    assertEquals(
                            Change.POLICY_DELETED,
                            event(KernelEvent.ForeignChange.class, x -> true).change());
                    namespace.execute(() -> new Sad(xfrm).allocateSpi(larval(LOCAL, PEER, 9, 0)));
                    namespace.run("ip", "xfrm", "state", "flush");
                    assertEquals(
                            Change.SAS_FLUSHED,
                            event(KernelEvent.ForeignChange.class, x -> true).change());
                });
    }

    @Test
    void linksAddressesAndRoutesAreReported() throws Exception {
        monitored(
                (namespace, xfrm) -> {
                    namespace.run("ip", "link", "add", "v0", "type", "veth", "peer", "v1");
                    KernelEvent.LinkChanged added =
                            event(KernelEvent.LinkChanged.class, e -> e.link().name().equals("v0"));
                    assertEquals("veth", added.link().kind());
                    assertFalse(added.link().up());
                    namespace.run("ip", "link", "set", "v0", "mtu", "1400", "up");
                    event(
                            KernelEvent.LinkChanged.class,
                            e ->
                                    e.link().name().equals("v0")
                                            && e.link().up()
                                            && e.link().mtu() == 1400);
                    IpPrefix address = IpPrefix.parse("10.7.0.1/24");
                    namespace.run("ip", "addr", "add", address.toString(), "dev", "v0");
                    KernelEvent.AddressAdded there =
                            event(
                                    KernelEvent.AddressAdded.class,
                                    e -> e.address().address().equals(address));
                    assertEquals(added.link().index(), there.address().linkIndex());
                    namespace.run("ip", "link", "set", "v1", "up");
                    namespace.run("ip", "route", "add", "10.8.0.0/16", "dev", "v0");
                    event(KernelEvent.RoutesChanged.class, e -> true);
                    namespace.run("ip", "addr", "del", address.toString(), "dev", "v0");
                    event(
                            KernelEvent.AddressRemoved.class,
                            e -> e.address().address().equals(address));
                    namespace.run("ip", "link", "del", "v0");
                    event(KernelEvent.LinkRemoved.class, e -> e.link().name().equals("v0"));
                });
    }

    /** The listener stands still until the kernel had to drop something. */
    @Test
    void lostEventsAreAResync() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        monitored(
                e -> {
                    try {
                        go.await();
                    } catch (InterruptedException x) {
                        Thread.currentThread().interrupt();
                    }
                    events.add(e);
                },
                (namespace, xfrm) -> {
                    PolicyKey key = new PolicyKey(PolicyDirection.OUT, SITES, Scope.GLOBAL);
                    namespace.run("ip", "addr", "add", "10.7.0.1/24", "dev", "lo");
                    namespace.execute(
                            () -> {
                                Spd spd = new Spd(xfrm);
                                for (int i = 0; i < 20_000; i++) {
                                    spd.put(PolicyEntry.block(key, 100 + i % 7));
                                }
                            });
                    go.countDown();
                    KernelEvent.Resync resync = event(KernelEvent.Resync.class, e -> true);
                    assertEquals(KernelEvent.Resync.Subject.POLICIES, resync.subject());
                    namespace.run("ip", "xfrm", "policy", "flush");
                    event(
                            KernelEvent.ForeignChange.class,
                            e -> e.change() == Change.POLICIES_FLUSHED);
                });
    }

    /** With them go the routes of whoever named them; the sooner they are back, the better. */
    @Test
    void removalOfOurNexthopsByOthersIsReported() throws Exception {
        monitored(
                events::add,
                (namespace, xfrm) -> {
                    namespace.run("ip", "nexthop", "add", "id", "9", "blackhole");
                    namespace.run("ip", "nexthop", "del", "id", "9");
                    namespace.run("ip", "addr", "add", "10.8.0.1/24", "dev", "lo");
                    event(
                            KernelEvent.AddressAdded.class,
                            e -> e.address().address().equals(IpPrefix.parse("10.8.0.1/24")));
                    namespace.run("ip", "addr", "del", "10.8.0.1/24", "dev", "lo");
                    // What is reported at the end of a turn comes before the next turn.
                    event(KernelEvent.AddressRemoved.class, e -> true);
                    assertTrue(
                            events.stream().noneMatch(KernelEvent.ForeignChange.class::isInstance),
                            "static nexthops are not ours");
                    namespace.run("ip", "nexthop", "add", "id", "9", "blackhole", "protocol", "69");
                    namespace.run("ip", "nexthop", "del", "id", "9");
                    event(
                            KernelEvent.ForeignChange.class,
                            e -> e.change() == Change.NEXTHOP_DELETED);
                });
    }

    @Test
    void closedMonitorIsSilentAndItsListenerCannotCloseIt() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            KernelMonitor[] monitor = new KernelMonitor[1];
            LinkedBlockingQueue<String> refusals = new LinkedBlockingQueue<>();
            monitor[0] =
                    namespace.call(
                            () ->
                                    KernelMonitor.start(
                                            new KernelMonitor.Own(0, 0, 0x45),
                                            e -> {
                                                IllegalStateException x =
                                                        assertThrows(
                                                                IllegalStateException.class,
                                                                () -> monitor[0].close());
                                                refusals.add(String.valueOf(x.getMessage()));
                                                events.add(e);
                                            }));
            namespace.run("ip", "addr", "add", "10.7.0.1/24", "dev", "lo");
            event(KernelEvent.AddressAdded.class, e -> true);
            assertEquals(
                    "the listener cannot close its own monitor",
                    refusals.poll(EVENT_SECONDS, TimeUnit.SECONDS));
            monitor[0].close();
            monitor[0].close();
            events.clear();
            namespace.run("ip", "addr", "add", "10.7.0.2/24", "dev", "lo");
            assertEquals(List.of(), List.copyOf(events));
        }
    }
}
