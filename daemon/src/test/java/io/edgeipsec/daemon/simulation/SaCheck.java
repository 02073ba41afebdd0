package io.edgeipsec.daemon.simulation;

import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** SAs: their keys, how long they live, how many they are, and whose. */
final class SaCheck {
    /** Far above what a few sessions have while all of them are replaced. */
    private static final int MOST_IKE_SAS = 60;

    private static final int MOST_SAS = 200;

    /** The control's {@code BACKSTOP}, by which the kernel is later than IKE. */
    private static final long BACKSTOP_SECONDS = 5;

    /** A superseded IKE SA answers for half a minute more, to a peer that has not heard of it. */
    private static final Duration SUPERSEDED = Duration.ofSeconds(30);

    /** Requests to a slow kernel, one after the other. */
    private static final Duration LATE = Duration.ofSeconds(4);

    private final Timeline timeline;
    private final Scenario scenario;
    private final List<Gateway> gateways;
    private final Set<String> usedKeys = new HashSet<>();
    private final Map<String, Long> ikeSaEnds = new HashMap<>();

    SaCheck(Timeline timeline, Scenario scenario, List<Gateway> gateways) {
        this.timeline = timeline;
        this.scenario = scenario;
        this.gateways = gateways;
    }

    /** An SA came into a kernel: with keys of its own, the same as its other end's. */
    void installed(Gateway at, SimulatedSas.Sa sa) {
        if (!usedKeys.add(at.name + " " + sa.cryptography)) {
            throw new Violation("key reuse", at.name + " installs the keys of " + sa.id + " again");
        }
        for (Gateway other : gateways) {
            if (other != at) {
                for (SimulatedSas.Sa there : other.kernel.sas().all()) {
                    if (there.id.spi() == sa.id.spi()
                            && there.inbound != sa.inbound
                            && !there.larval()
                            && !there.cryptography.equals(sa.cryptography)) {
                        throw new Violation(
                                "keys", at.name + " and " + other.name + " differ on " + sa.id);
                    }
                }
            }
        }
    }

    void happened(Gateway at, IkeEvent event) {
        if (event instanceof IkeEvent.IkeSaEstablished established) {
            SessionEnd session = at.store.find(established.session());
            if (session != null) {
                ikeSaEnds.put(
                        key(at, established.ikeSa()), timeline.now() + session.ikeLife().toNanos());
            }
        } else if (event instanceof IkeEvent.IkeSaClosed closed) {
            ikeSaEnds.remove(key(at, closed.ikeSa()));
        }
    }

    private static String key(Gateway at, IkeSaId ikeSa) {
        return at.name + " " + ikeSa;
    }

    /** Whatever IKE SAs it had are gone with it. */
    void crashed(Gateway at) {
        ikeSaEnds.keySet().removeIf(key -> key.startsWith(at.name + " "));
    }

    void tick() {
        for (Gateway gateway : gateways) {
            checkBounds(gateway);
            if (timeline.now() > gateway.lifetimesExcusedUntil) {
                checkLifetimes(gateway);
            }
        }
    }

    private static void checkBounds(Gateway gateway) {
        SimulatedDaemon daemon = gateway.daemon;
        if (daemon != null && daemon.engine().ikeSaCount() > MOST_IKE_SAS) {
            throw new Violation(
                    "bounds", gateway.name + " has " + daemon.engine().ikeSaCount() + " IKE SAs");
        }
        if (gateway.kernel.sas().all().size() > MOST_SAS) {
            throw new Violation(
                    "bounds", gateway.name + " has " + gateway.kernel.sas().all().size() + " SAs");
        }
    }

    private void checkLifetimes(Gateway gateway) {
        for (Map.Entry<String, Long> ikeSa : ikeSaEnds.entrySet()) {
            if (ikeSa.getKey().startsWith(gateway.name + " ")
                    && timeline.now() > ikeSa.getValue() + SUPERSEDED.plus(LATE).toNanos()) {
                throw new Violation("lifetime", "IKE SA " + ikeSa.getKey() + " outlives its own");
            }
        }
        Set<Integer> owned = new HashSet<>();
        SimulatedDaemon daemon = gateway.daemon;
        if (daemon != null && !daemon.isDead()) {
            for (SessionEnd session : gateway.store.all()) {
                for (ChildSaLocator child : daemon.live().childSas(session.id())) {
                    owned.add(child.inbound().value());
                    owned.add(child.outbound().value());
                }
            }
        }
        for (SimulatedSas.Sa sa : gateway.kernel.sas().all()) {
            boolean ours = owned.contains(sa.id.spi());
            long life = sa.hardSeconds - (ours && !sa.larval() ? BACKSTOP_SECONDS : 0);
            long end = sa.installedAt + Duration.ofSeconds(life).plus(LATE).toNanos();
            if (timeline.now() > end && (ours || !scenario.has(Hazard.CLOCK_STEP))) {
                throw new Violation(
                        "lifetime", gateway.name + ": " + sa.id + " outlives its " + life + " s");
            }
        }
    }

    /** In peace every SA in a kernel belongs to a session that is stored. */
    void noOrphans() {
        for (Gateway gateway : gateways) {
            Set<Integer> reqids = new HashSet<>();
            for (SessionEnd session : gateway.store.all()) {
                var numbers = gateway.store.numbers(session.id());
                numbers.pairNumbers().values().forEach(n -> reqids.add(KernelNumbers.reqid(n)));
                numbers.tunnelNumber()
                        .ifPresent(n -> reqids.add(KernelNumbers.reqid(0xfe_0000 | n)));
            }
            for (SimulatedSas.Sa sa : gateway.kernel.sas().all()) {
                if (!reqids.contains(sa.reqid)) {
                    throw new Violation("orphan", gateway.name + ": nobody owns " + sa.id);
                }
            }
        }
    }
}
