package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.daemon.simulation.Relation.Flow;
import io.edgeipsec.daemon.simulation.Relation.Side;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FragmentationPolicy;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.Path;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Some gateways, what lies between them, and their operators: first chaos, then peace in which all
 * has to come up, then a long time in which nothing may break, and the end, which leaves nothing.
 */
final class World {
    private static final List<String> ADDRESSES =
            List.of("192.0.2.1", "198.51.100.1", "203.0.113.1");
    private static final String BEHIND_NAT = "10.99.0.1";

    /**
     * Within which everything comes up again: a peer is given up after two and a quarter minutes, a
     * refused kernel request is tried again within five and a half, and all is audited every ten.
     */
    private static final Duration PATIENCE = Duration.ofMinutes(25);

    /** What was changed last is under way for a moment. */
    private static final Duration CALM = Duration.ofSeconds(20);

    /** Farewells, and answers that are kept for their repetition. */
    private static final Duration AFTERMATH = Duration.ofMinutes(4);

    private static final Duration TICK = Duration.ofSeconds(1);

    private final Scenario scenario;
    private final Timeline timeline = new Timeline();
    private final Trace trace = new Trace(timeline);
    private final Probes probes = new Probes();
    private final List<Gateway> gateways = new ArrayList<>();
    private final WireCheck wire = new WireCheck();
    private final MessageWatch messages = new MessageWatch(probes);
    private final Network network;
    private final List<Relation> relations;
    private final SaCheck sas;
    private final Continuity continuity;
    private final Random random;
    private int starts;
    private boolean changed;

    World(Scenario scenario) {
        this.scenario = scenario;
        this.random = scenario.random("world");
        sas = new SaCheck(timeline, scenario, gateways);
        network = new Network(timeline, trace, probes, scenario.random("network"), gateways, wire);
        int count = scenario.has(Hazard.THREE_GATEWAYS) ? 3 : 2;
        for (int index = 0; index < count; index++) {
            gateways.add(gateway(index));
        }
        relations = new Setup(scenario).relations(gateways);
        continuity = new Continuity(scenario, relations, trace);
    }

    private Gateway gateway(int index) {
        String name = String.valueOf((char) ('A' + index));
        boolean behindNat = index == 0 && scenario.has(Hazard.NAT);
        IpAddress outside = IpAddress.parse(ADDRESSES.get(index));
        ClearTextCheck clearText = new ClearTextCheck(name, timeline);
        Watcher watcher = new Watcher(clearText);
        SimulatedKernel kernel =
                new SimulatedKernel(
                        name, timeline, trace, probes, scenario.random("kernel " + name), watcher);
        SimulatedStore store = new SimulatedStore(timeline, scenario.random("store " + name));
        if (scenario.has(Hazard.SLOW_STORE)) {
            store.slow(Duration.ofMillis(800), 0.1);
        }
        Gateway gateway =
                new Gateway(
                        name,
                        behindNat ? IpAddress.parse(BEHIND_NAT) : outside,
                        kernel,
                        store,
                        behindNat ? new Nat(outside) : null,
                        clearText);
        watcher.gateway = gateway;
        giveAddress(gateway);
        return gateway;
    }

    /** Looks on whenever something in a kernel has changed. */
    private final class Watcher implements SimulatedKernel.Watcher {
        private final ClearTextCheck clearText;
        private @org.jspecify.annotations.Nullable Gateway gateway;

        Watcher(ClearTextCheck clearText) {
            this.clearText = clearText;
        }

        @Override
        public void policiesChanged() {
            if (gateway != null) {
                clearText.check(gateway.kernel, "a change of policies");
            }
        }

        @Override
        public void installed(SimulatedSas.Sa sa) {
            if (gateway != null) {
                sas.installed(gateway, sa);
            }
        }

        @Override
        public void sasChanged() {
            continuity.check();
        }
    }

    Scenario scenario() {
        return scenario;
    }

    Timeline timeline() {
        return timeline;
    }

    Trace trace() {
        return trace;
    }

    Probes probes() {
        return probes;
    }

    Network network() {
        return network;
    }

    List<Gateway> gateways() {
        return gateways;
    }

    List<Relation> relations() {
        return relations;
    }

    void note(String what) {
        trace.add("**", what);
    }

    // ---- what can be done to it

    void giveAddress(Gateway gateway) {
        gateway.kernel.setAddresses(List.of(gateway.address + "/24"));
    }

    void start(Gateway gateway) {
        SimulatedDaemon before = gateway.daemon;
        if (before != null && !before.isDead()) {
            return;
        }
        note(gateway.name + " starts");
        SimulatedDaemon daemon =
                new SimulatedDaemon(
                        timeline,
                        gateway.kernel,
                        gateway.store,
                        settings(),
                        scenario.random("daemon " + gateway.name + starts++),
                        pace(),
                        new Outside(gateway));
        gateway.daemon = daemon;
        daemon.start();
    }

    private IkeSettings settings() {
        return scenario.has(Hazard.SMALL_FRAGMENTS)
                ? IkeSettings.defaults()
                        .withFragmentation(new FragmentationPolicy(List.of(300, 200), 2))
                : IkeSettings.defaults();
    }

    private SimulatedDaemon.Pace pace() {
        return new SimulatedDaemon.Pace(
                scenario.has(Hazard.SLOW_KERNEL) ? Duration.ofMillis(400) : Duration.ofMillis(1),
                scenario.has(Hazard.SLOW_CRYPTOGRAPHY)
                        ? Duration.ofMillis(900)
                        : Duration.ofMillis(2));
    }

    /** What a daemon says gets to the network, and what it tells to the checks. */
    private final class Outside implements SimulatedDaemon.Surroundings {
        private final Gateway gateway;

        Outside(Gateway gateway) {
            this.gateway = gateway;
        }

        @Override
        public void send(Path path, Octets datagram) {
            network.send(gateway, path, datagram);
        }

        @Override
        public void keepalive(Path path) {
            network.seen(gateway, path.local().port());
        }

        @Override
        public void happened(SimulatedDaemon daemon, IkeEvent event) {
            World.this.happened(gateway, daemon, event);
        }
    }

    private void happened(Gateway gateway, SimulatedDaemon daemon, IkeEvent event) {
        messages.happened(gateway.name, event);
        if (event instanceof IkeEvent.MessageExchanged exchanged) {
            trace.add(
                    gateway.name,
                    (exchanged.sent() ? "-> " : "<- ")
                            + Long.toHexString(
                                    exchanged.message().header().initiatorSpi().value() >>> 48)
                            + " "
                            + exchanged.message().outline());
            if (!exchanged.sent()) {
                daemon.opening()
                        .ifPresent(octets -> wire.opened(gateway, octets, exchanged.message()));
            }
        } else if (event instanceof IkeEvent.DefectContained defect) {
            throw new Violation("defect", gateway.name + ": " + defect, defect.defect());
        } else {
            trace.add(gateway.name, "   " + event);
        }
        sas.happened(gateway, event);
        continuity.happened(gateway, event);
    }

    /** Whether there was something to crash. */
    boolean crash(Gateway gateway) {
        SimulatedDaemon daemon = gateway.daemon;
        if (daemon == null || daemon.isDead()) {
            return false;
        }
        note(gateway.name + " crashes");
        daemon.kill();
        gateway.kernel.orphaned();
        sas.crashed(gateway);
        return true;
    }

    void stop(Gateway gateway, Runnable then) {
        SimulatedDaemon daemon = gateway.daemon;
        if (daemon != null && daemon.isListening() && !daemon.isStalled()) {
            note(gateway.name + " is stopped");
            daemon.stop(
                    () -> {
                        note(gateway.name + " has stopped");
                        sas.crashed(gateway);
                        then.run();
                    });
        }
    }

    /** What the operator stores; nothing while there is no daemon to tell. */
    boolean put(Gateway gateway, SessionEnd session) {
        SimulatedDaemon daemon = gateway.daemon;
        if (daemon == null || !daemon.isListening() || daemon.isStalled()) {
            return false;
        }
        note("PUT at " + gateway.name + " " + session);
        boolean there = gateway.store.find(session.id()) != null;
        gateway.store.put(session);
        gateway.clearText.wants(gateway.store.all(), gateway.kernel);
        daemon.changed(
                session.id(),
                there ? ConfigurationChange.Type.REPLACED : ConfigurationChange.Type.CREATED);
        return true;
    }

    boolean delete(Gateway gateway, String session) {
        SimulatedDaemon daemon = gateway.daemon;
        if (daemon == null
                || !daemon.isListening()
                || daemon.isStalled()
                || gateway.store.find(session) == null) {
            return false;
        }
        note("DELETE at " + gateway.name + " " + session);
        gateway.store.delete(session);
        gateway.clearText.wants(gateway.store.all(), gateway.kernel);
        daemon.changed(session, ConfigurationChange.Type.DELETED);
        return true;
    }

    // ---- its life

    /** From beginning to end. */
    void live() {
        Random lengths = scenario.random("lengths");
        Duration chaotic = Duration.ofSeconds(60 + lengths.nextInt(540));
        Duration steady = Duration.ofSeconds(120 + lengths.nextInt(1_080));
        begin();
        Chaos chaos = new Chaos(this, scenario, timeline);
        chaos.start();
        pass(chaotic);
        chaos.heal();
        settle("after chaos");
        note("steady");
        continuity.begin();
        Chaos usual = new Chaos(this, scenario, timeline);
        usual.usual();
        pass(steady);
        usual.heal();
        settle("after the steady time");
        pass(Duration.ofSeconds(60));
        continuity.end();
        end();
    }

    private void begin() {
        for (Relation relation : relations) {
            for (Side side : relation.sides()) {
                if (random.nextBoolean()) {
                    side.gateway().store.put(side.wanted());
                    side.gateway()
                            .clearText
                            .wants(side.gateway().store.all(), side.gateway().kernel);
                } else {
                    timeline.after(
                            Duration.ofMillis(random.nextInt(10_000)),
                            () -> put(side.gateway(), side.wanted()));
                }
            }
        }
        for (Gateway gateway : gateways) {
            timeline.after(Duration.ofMillis(random.nextInt(2_000)), () -> start(gateway));
        }
        timeline.after(TICK, this::tick);
        for (Relation relation : relations) {
            for (Flow flow : relation.flows()) {
                traffic(relation, flow);
            }
        }
    }

    private void pass(Duration time) {
        timeline.pass(time);
    }

    private void tick() {
        sas.tick();
        continuity.tick();
        timeline.after(TICK, this::tick);
    }

    private void traffic(Relation relation, Flow flow) {
        timeline.after(
                Duration.ofMillis(500 + random.nextInt(5_000)),
                () -> {
                    packet(relation, flow);
                    traffic(relation, flow);
                });
    }

    private void packet(Relation relation, Flow flow) {
        SessionEnd stored = flow.from().store.find(flow.sender().id());
        if (stored == null
                || !stored.enabled()
                || !flow.from().kernel.hasAddress(flow.from().inet())) {
            return;
        }
        Optional<SimulatedKernel.Packet> packet = Relation.packet(flow);
        if (packet.isEmpty()) {
            return;
        }
        SimulatedKernel.Output output = flow.from().kernel.output(packet.get());
        probes.hit("packet " + output.fate());
        SimulatedKernel.Esp esp = output.esp();
        if (esp == null) {
            continuity.missing(relation, flow, "had nothing to be sent by");
            return;
        }
        Endpoint source = network.seen(flow.from(), esp.sourcePort());
        InetAddress from = Conversions.toInet(source.address());
        timeline.after(
                Network.FASTEST,
                () -> {
                    if (network.isCut(flow.from(), flow.to())) {
                        return;
                    }
                    if (!flow.to().kernel.input(arrived(esp, flow.to()), from, source.port())) {
                        continuity.missing(relation, flow, "was not taken: " + esp.id());
                    }
                });
    }

    /** What the NAT before the receiver makes of it. */
    private static SimulatedKernel.Esp arrived(SimulatedKernel.Esp esp, Gateway to) {
        return new SimulatedKernel.Esp(
                new io.edgeipsec.xfrm.state.SaId(to.inet(), esp.id().spi(), esp.id().scope()),
                esp.source(),
                esp.sourcePort(),
                esp.cryptography(),
                esp.inner());
    }

    /** In peace everything comes up, within a time; then nothing is there that should not be. */
    private void settle(String when) {
        long deadline = timeline.now() + PATIENCE.toNanos();
        Optional<String> flaw = Optional.of("nothing has passed");
        long changedAt = timeline.now();
        while (timeline.now() < deadline
                && (flaw.isPresent() || timeline.now() - changedAt < CALM.toNanos())) {
            pass(TICK);
            flaw = restore();
            changedAt = changed ? timeline.now() : changedAt;
        }
        if (flaw.isPresent()) {
            throw new Violation("convergence", when + ": " + flaw.get());
        }
        sas.noOrphans();
    }

    /** The gateways run, and are configured as they are meant to be. */
    private Optional<String> restore() {
        Optional<String> flaw = Optional.empty();
        changed = false;
        for (Gateway gateway : gateways) {
            start(gateway);
            if (!gateway.isUp()) {
                flaw = Optional.of(gateway.name + " is not up");
            } else if (!gateway.clearText.uncovered().isEmpty()) {
                flaw = Optional.of("unprotected: " + gateway.clearText.uncovered());
            }
        }
        for (Relation relation : relations) {
            for (Side side : relation.sides()) {
                if (!side.wanted().equals(side.gateway().store.find(side.session()))) {
                    changed = true;
                    if (!put(side.gateway(), side.wanted())) {
                        flaw = Optional.of(side.gateway().name + " takes no changes");
                    }
                }
            }
        }
        for (Relation relation : relations) {
            if (flaw.isEmpty() && !relation.neverStarts()) {
                flaw = relation.flaw();
            }
        }
        return flaw;
    }

    /** The operators delete everything. */
    private void end() {
        note("the end");
        for (Relation relation : relations) {
            for (Side side : relation.sides()) {
                timeline.after(
                        Duration.ofMillis(random.nextInt(5_000)),
                        () -> delete(side.gateway(), side.session()));
            }
        }
        pass(AFTERMATH);
        for (Gateway gateway : gateways) {
            SimulatedDaemon daemon = java.util.Objects.requireNonNull(gateway.daemon);
            String left =
                    (gateway.store.all().isEmpty() ? "" : "sessions ")
                            + (daemon.live().isEmpty() ? "" : "live SAs ")
                            + (daemon.engine().ikeSaCount() == 0 ? "" : "IKE SAs ")
                            + (daemon.engine().halfOpenCount() == 0 ? "" : "half-open ")
                            + (gateway.kernel.sas().list().isEmpty()
                                    ? ""
                                    : gateway.kernel.sas().list() + " ")
                            + (gateway.kernel.policies().isEmpty()
                                    ? ""
                                    : gateway.kernel.policies() + " ")
                            + (gateway.kernel.links().isEmpty() ? "" : "links");
            if (!left.isEmpty()) {
                throw new Violation("leftovers", gateway.name + " still has " + left);
            }
        }
    }
}
