package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.api.resource.TunnelTraffic;
import io.edgeipsec.daemon.status.TrafficSource;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaStatistics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Counters that outlive the SAs. Each packet of the fake kernel has 100 octets. */
class TrafficTest {
    private final Appliance box = new Appliance();

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24 10.1.1.0/24", "10.7.0.0/16");
    }

    private SaId id(int spi) {
        return box.sas().stream()
                .map(SaEntry::id)
                .filter(id -> id.spi() == spi)
                .findFirst()
                .orElseThrow();
    }

    private void carry(ChildSaLocator locator, long in, long out) {
        box.fake.carry(id(locator.inbound().value()), in);
        box.fake.carry(id(locator.outbound().value()), out);
    }

    private TrafficSource.SessionTraffic traffic() {
        return Appliance.value(box.plane.traffic().traffic("branch"));
    }

    private void assertCarried(long in, long out) {
        TunnelTraffic total = traffic().total();
        assertEquals(List.of(in, out), List.of(total.packetsIn(), total.packetsOut()));
        assertEquals(in * 100, total.bytesIn());
        box.pass(Duration.ofSeconds(1));
        assertEquals(
                in,
                Appliance.value(box.plane.traffic().trafficOfAll())
                        .getOrDefault("branch", TunnelTraffic.NONE)
                        .packetsIn(),
                "and the list of all SAs leads to the same");
    }

    @Test
    void aRekeyLosesNothing() {
        box.start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        carry(old, 10, 20);
        assertCarried(10, 20);
        ChildSaLocator next = box.establish("branch", "p1");
        carry(next, 1, 2);
        assertCarried(11, 22);
        carry(old, 100, 200); // after the last reading
        box.remove(old);
        assertCarried(111, 222);
        carry(next, 1, 1);
        box.remove(next);
        assertCarried(112, 223);
    }

    @Test
    void whatIsNotSentByAnyMoreStaysCounted() {
        box.start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaLocator next = box.establish("branch", "p1");
        carry(old, 10, 20);
        box.stopSending(old, /* deletedByPeer= */ false);
        box.fake.carry(id(old.inbound().value()), 1);
        carry(next, 2, 3);
        assertCarried(13, 23);
        box.remove(old);
        assertCarried(13, 23);
    }

    @Test
    void tunnelsAreToldApart() {
        box.start(branch());
        carry(box.establish("branch", "p1"), 10, 20);
        ChildSaLocator second = box.establish("branch", "p2");
        carry(second, 1, 2);
        box.remove(second);
        TrafficSource.SessionTraffic traffic = traffic();
        Map<String, Long> packetsIn = new HashMap<>();
        traffic.children()
                .forEach(
                        (pair, child) ->
                                packetsIn.put(
                                        pair.source().toString(),
                                        Objects.requireNonNull(traffic.tunnels().get(child))
                                                .packetsIn()));
        assertEquals(Map.of("10.1.0.0/24", 10L, "10.1.1.0/24", 1L), packetsIn);
    }

    @Test
    void whatAnSaRefusesIsCounted() {
        box.start(branch());
        ChildSaLocator locator = box.establish("branch", "p1");
        box.fake.refusePackets(id(locator.inbound().value()), new SaStatistics(1, 2, 4));
        assertEquals(3, traffic().total().replays());
        box.remove(locator);
        assertEquals(4, traffic().total().integrityFailures());
    }

    @Test
    void theKernelTellsWhatAnSaHadWhenItDropsIt() {
        box.start(branch());
        ChildSaLocator locator = box.establish("branch", "p1");
        carry(locator, 10, 20);
        assertCarried(10, 20);
        SaId inbound = id(locator.inbound().value());
        box.fake.memory().removeSa(inbound);
        box.fake.emit(
                new KernelEvent.Expire(
                        inbound,
                        inbound.destination(),
                        KernelNumbers.reqid(1),
                        true,
                        new LifetimeCurrent(1500, 15, 0, 0),
                        SaStatistics.NONE));
        box.remove(locator);
        assertCarried(15, 20);
    }

    @Test
    void whatOthersRemoveCountsAsItWasLastRead() {
        box.start(branch());
        ChildSaLocator locator = box.establish("branch", "p1");
        carry(locator, 10, 20);
        assertCarried(10, 20);
        box.fake.memory().removeSa(id(locator.inbound().value()));
        box.fake.memory().removeSa(id(locator.outbound().value()));
        box.remove(locator);
        assertEquals(10, traffic().total().packetsIn());
    }

    @Test
    void resetBeginsAtZero() {
        box.start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        carry(old, 10, 20);
        box.remove(old);
        ChildSaLocator locator = box.establish("branch", "p1");
        carry(locator, 1, 1);
        Appliance.value(box.plane.traffic().resetTraffic("branch"));
        assertCarried(0, 0);
        carry(locator, 5, 6);
        assertCarried(5, 6);
        box.remove(locator);
        assertCarried(5, 6);
    }

    @Test
    void aRemovedRuleStaysInTheTotalAndADeletedSessionLeavesNothing() {
        box.start(branch());
        ChildSaLocator locator = box.establish("branch", "p2");
        carry(locator, 10, 20);
        box.remove(locator);
        box.put(SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16"));
        assertCarried(10, 20);
        assertEquals(1, traffic().tunnels().size());
        box.delete("branch");
        assertEquals(TunnelTraffic.NONE, traffic().total());
        box.put(branch());
        assertCarried(0, 0);
    }

    @Test
    void allSessionsCostOneListAndAnIdleSecondNothing() {
        box.start(branch());
        box.establish("branch", "p1");
        box.fake.forgetRequests();
        for (int i = 0; i < 5; i++) {
            Appliance.value(box.plane.traffic().trafficOfAll());
        }
        assertEquals(List.of("listSas"), box.requests("listSas", "readSa"));
        box.pass(Duration.ofMinutes(5));
        assertEquals(List.of("listSas"), box.requests("listSas", "readSa"));
        Appliance.value(box.plane.traffic().trafficOfAll());
        assertEquals(2, box.requests("listSas", "readSa").size());
    }

    @Test
    void aListThatTheKernelRefusesIsNoZero() {
        box.start(branch());
        box.fake.refuseNext("listSas", Outcome.Kind.OTHER, "ENOBUFS", true);
        assertEquals(
                true,
                box.plane
                        .traffic()
                        .trafficOfAll()
                        .toCompletableFuture()
                        .isCompletedExceptionally());
        Appliance.value(box.plane.traffic().trafficOfAll());
    }
}
