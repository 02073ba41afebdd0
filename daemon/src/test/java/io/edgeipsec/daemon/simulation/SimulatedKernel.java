package io.edgeipsec.daemon.simulation;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.FlushReport;
import io.edgeipsec.xfrm.kernel.HostNetwork;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelFeatures;
import io.edgeipsec.xfrm.kernel.MemoryIpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.kernel.Outcome.Nothing;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.RouteEntry;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.KeyReader;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that packets go through: SAs have keys and end by the wall clock, packets without one
 * cause an ACQUIRE and wait, events come late or not at all, and requests may be refused. It stays
 * when the daemon on it dies. What is not about SAs and policies is {@link MemoryIpsecKernel}'s.
 */
final class SimulatedKernel implements IpsecKernel {
    /** net.core.xfrm_acq_expires as the daemon sets it. */
    private static final Duration LARVAL_LIFE = Duration.ofSeconds(165);

    /** Told of everything at once, before anything else happens. */
    interface Watcher {
        void policiesChanged();

        void installed(SimulatedSas.Sa sa);

        void sasChanged();
    }

    /** What became of a packet on its way out. */
    enum Fate {
        CLEAR,
        BLOCKED,
        WAITS,
        PROTECTED
    }

    record Packet(InetAddress source, InetAddress destination, Scope scope) {}

    /** A packet under way between two kernels. */
    record Esp(SaId id, InetAddress source, int sourcePort, String cryptography, Packet inner) {}

    record Output(Fate fate, @Nullable Esp esp) {}

    private final Timeline timeline;
    private final Trace trace;
    private final Probes probes;
    private final String name;
    private final Random random;
    private final List<AddressEntry> addresses = new ArrayList<>();
    private final MemoryIpsecKernel rest = new MemoryIpsecKernel(new Host());
    private final Map<PolicyKey, PolicyEntry> policies = new LinkedHashMap<>();
    private final SimulatedSas sas = new SimulatedSas();
    private final Watcher watcher;
    private @Nullable Consumer<KernelEvent> listener;
    private int acquires;

    /** The wall clock's lead over the world's, in nanoseconds. */
    private long clockStep;

    private double refusals;
    private double losses;
    private Duration eventDelay = Duration.ofMillis(1);

    private final class Host implements HostNetwork {
        @Override
        public List<AddressEntry> addresses() {
            return List.copyOf(addresses);
        }

        @Override
        public RouteAnswer route(InetAddress destination, Optional<InetAddress> source) {
            return addresses.isEmpty()
                    ? RouteAnswer.noRoute()
                    : new RouteAnswer(
                            RouteAnswer.Reach.REACHABLE,
                            addresses.get(0).linkIndex(),
                            source.orElse(addresses.get(0).address().address()),
                            null,
                            1500);
        }
    }

    SimulatedKernel(
            String name,
            Timeline timeline,
            Trace trace,
            Probes probes,
            Random random,
            Watcher watcher) {
        this.name = name;
        this.timeline = timeline;
        this.trace = trace;
        this.probes = probes;
        this.random = random;
        this.watcher = watcher;
    }

    // ---- what the world does to it

    /** From now on this share of the requests is refused. */
    void refuse(double share) {
        refusals = share;
    }

    /** From now on this share of the events gets lost; that they did is told. */
    void loseEvents(double share) {
        losses = share;
    }

    void eventDelay(Duration delay) {
        eventDelay = delay;
    }

    void stepClock(Duration step) {
        clockStep += step.toNanos();
    }

    void setAddresses(List<String> host) {
        List<AddressEntry> before = List.copyOf(addresses);
        addresses.clear();
        host.forEach(address -> addresses.add(new AddressEntry(2, IpPrefix.parse(address))));
        before.stream()
                .filter(address -> !addresses.contains(address))
                .forEach(address -> emit(new KernelEvent.AddressRemoved(address)));
        addresses.stream()
                .filter(address -> !before.contains(address))
                .forEach(address -> emit(new KernelEvent.AddressAdded(address)));
    }

    boolean hasAddress(InetAddress address) {
        return addresses.stream().anyMatch(entry -> entry.address().address().equals(address));
    }

    /** Another process deletes all SAs. */
    void flushSas() {
        for (SimulatedSas.Sa sa : List.copyOf(sas.all())) {
            sas.remove(sa.id);
        }
        watcher.sasChanged();
        emit(new KernelEvent.ForeignChange(KernelEvent.ForeignChange.Change.SAS_FLUSHED));
    }

    /** Another process deletes all policies; nobody can keep a promise then. */
    void flushPolicies() {
        policies.clear();
        emit(new KernelEvent.ForeignChange(KernelEvent.ForeignChange.Change.POLICIES_FLUSHED));
    }

    /** The SAs of these reqids have carried so much that they are to be replaced. */
    void reachSoftLimits(List<Integer> reqids) {
        for (SimulatedSas.Sa sa : List.copyOf(sas.all())) {
            if (!sa.larval() && reqids.contains(sa.reqid)) {
                emit(sa.expire(false));
            }
        }
    }

    SimulatedSas sas() {
        return sas;
    }

    Collection<PolicyEntry> policies() {
        return policies.values();
    }

    List<LinkEntry> links() {
        return rest.listTunnelLinks().toOptional().orElseThrow();
    }

    /** The daemon is gone, and its sockets with it. */
    void orphaned() {
        listener = null;
    }

    private long wallSeconds() {
        return Math.floorDiv(timeline.now() + clockStep, 1_000_000_000L) + 1_700_000_000L;
    }

    private void emit(KernelEvent event) {
        Consumer<KernelEvent> to = listener;
        if (to == null) {
            return;
        }
        boolean lost = losses > 0 && random.nextDouble() < losses;
        probes.hit(lost ? "kernel event lost" : "kernel event " + event.getClass().getSimpleName());
        KernelEvent told =
                lost ? new KernelEvent.Resync(subject(event), "events were lost") : event;
        timeline.after(
                eventDelay,
                () -> {
                    if (listener == to) {
                        trace.add(name, "kernel: " + told);
                        to.accept(told);
                    }
                });
    }

    private static KernelEvent.Resync.Subject subject(KernelEvent event) {
        return event instanceof KernelEvent.AddressAdded
                        || event instanceof KernelEvent.AddressRemoved
                ? KernelEvent.Resync.Subject.LINKS_AND_ADDRESSES
                : event instanceof KernelEvent.ForeignChange
                        ? KernelEvent.Resync.Subject.POLICIES
                        : KernelEvent.Resync.Subject.SECURITY_ASSOCIATIONS;
    }

    private boolean refuses(String request) {
        if (refusals > 0 && random.nextDouble() < refusals) {
            trace.add(name, "kernel: refuses " + request);
            probes.hit("kernel refuses " + request);
            return true;
        }
        return false;
    }

    private static <T> Outcome<T> busy(Object request) {
        return new Outcome.Refused<>(
                Outcome.Kind.OTHER, "ENOMEM", request.toString(), "simulated", true);
    }

    private static <T> Outcome<T> refused(Outcome.Kind kind, String errno, Object request) {
        return new Outcome.Refused<>(kind, errno, request.toString(), "", false);
    }

    // ---- packets

    /** The policy that a packet meets. */
    Optional<PolicyEntry> policyOf(PolicyDirection direction, Packet packet) {
        PolicyEntry best = null;
        for (PolicyEntry policy : policies.values()) {
            PolicyKey key = policy.key();
            boolean fits =
                    key.direction() == direction
                            && sees(key.scope(), packet.scope())
                            && covers(key.selector().source(), packet.source())
                            && covers(key.selector().destination(), packet.destination());
            if (fits && (best == null || policy.priority() < best.priority())) {
                best = policy;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean sees(Scope of, Scope packet) {
        return of.interfaceId() == packet.interfaceId()
                && (packet.mark() & of.markMask()) == of.mark();
    }

    private static boolean covers(IpPrefix prefix, InetAddress address) {
        return new IpPrefix(address, prefix.length()).network().equals(prefix.network());
    }

    /** What a packet would be sent by now, without sending it. */
    Optional<SimulatedSas.Sa> carrierOf(Packet packet) {
        Optional<PolicyEntry> policy = policyOf(PolicyDirection.OUT, packet);
        return policy.flatMap(PolicyEntry::protection)
                .flatMap(template -> sas.carrier(template, policy.get().key().scope()));
    }

    /** Sends a packet. */
    Output output(Packet packet) {
        Optional<PolicyEntry> policy = policyOf(PolicyDirection.OUT, packet);
        if (policy.isEmpty()) {
            return new Output(Fate.CLEAR, null);
        }
        Optional<PolicyTemplate> template = policy.get().protection();
        if (template.isEmpty()) {
            return new Output(Fate.BLOCKED, null);
        }
        Scope scope = policy.get().key().scope();
        Optional<SimulatedSas.Sa> carrier = sas.carrier(template.get(), scope);
        if (carrier.isEmpty()) {
            acquire(policy.get(), template.get(), packet);
            return new Output(Fate.WAITS, null);
        }
        SimulatedSas.Sa sa = carrier.get();
        sa.packets++;
        sa.sequence++;
        int port = sa.encapsulation == null ? 0 : sa.encapsulation.sourcePort();
        return new Output(Fate.PROTECTED, new Esp(sa.id, sa.source, port, sa.cryptography, packet));
    }

    private void acquire(PolicyEntry policy, PolicyTemplate template, Packet packet) {
        if (sas.waiting().containsKey(template.reqid())) {
            return;
        }
        Selector inner =
                Selector.between(
                        IpPrefix.host(packet.source()), IpPrefix.host(packet.destination()));
        KernelEvent.Acquire acquire =
                new KernelEvent.Acquire(
                        template.source(),
                        template.destination(),
                        template.reqid(),
                        policy.key().scope(),
                        inner,
                        policy.key().selector(),
                        PolicyDirection.OUT,
                        0,
                        ++acquires);
        sas.waiting().put(template.reqid(), acquire);
        timeline.after(LARVAL_LIFE, () -> sas.answer(acquire.sequence()));
        emit(acquire);
    }

    /** Whether a packet gets through, that came from this endpoint. */
    boolean input(Esp esp, InetAddress source, int sourcePort) {
        Optional<SimulatedSas.Sa> found = sas.receiver(esp.id().destination(), esp.id().spi());
        if (found.isEmpty() || !found.get().cryptography.equals(esp.cryptography())) {
            return false;
        }
        SimulatedSas.Sa sa = found.get();
        sa.packets++;
        if (sa.encapsulation != null
                && (!sa.source.equals(source) || sa.encapsulation.sourcePort() != sourcePort)) {
            emit(
                    new KernelEvent.Mapping(
                            sa.id.destination(),
                            sa.id.spi(),
                            sa.reqid,
                            sa.source,
                            sa.encapsulation.sourcePort(),
                            source,
                            sourcePort));
        }
        return admits(sa, esp.inner());
    }

    private boolean admits(SimulatedSas.Sa sa, Packet inner) {
        Packet decapsulated = new Packet(inner.source(), inner.destination(), sa.id.scope());
        return policyOf(PolicyDirection.IN, decapsulated)
                .flatMap(PolicyEntry::protection)
                .filter(
                        template ->
                                template.reqid() == sa.reqid
                                        && template.source().equals(sa.source)
                                        && template.destination().equals(sa.id.destination()))
                .isPresent();
    }

    /** Whether this kernel would take at its address what that SA of another sends. */
    boolean receives(SimulatedSas.Sa sender, InetAddress address) {
        return sas.receiver(address, sender.id.spi())
                .filter(sa -> sa.cryptography.equals(sender.cryptography))
                .isPresent();
    }

    // ---- requests

    @Override
    public Outcome<KernelFeatures> probe(Collection<EspTransform> transforms) {
        return rest.probe(transforms);
    }

    @Override
    public Outcome<Nothing> prepare() {
        return Outcome.done();
    }

    @Override
    public Outcome<Monitor> monitor(Consumer<KernelEvent> to) {
        if (listener != null) {
            throw new IllegalStateException("the monitor runs already");
        }
        if (refuses("monitor")) {
            return busy("the monitor");
        }
        listener = to;
        return Outcome.done(
                () -> {
                    if (listener == to) {
                        listener = null;
                    }
                });
    }

    @Override
    public Outcome<Integer> allocateSpi(SpiRequest request) {
        if (refuses("allocateSpi")) {
            return busy(request);
        }
        SaId id;
        do {
            id = new SaId(request.local(), random.nextInt() | 0x100, request.scope());
        } while (sas.receiver(id.destination(), id.spi()).isPresent());
        SimulatedSas.Sa larval =
                new SimulatedSas.Sa(
                        id,
                        request.peer(),
                        request.reqid(),
                        true,
                        null,
                        "",
                        false,
                        timeline.now(),
                        wallSeconds(),
                        LARVAL_LIFE.toSeconds());
        sas.put(larval);
        endLater(larval);
        return Outcome.done(id.spi());
    }

    @Override
    public Outcome<Nothing> installSa(SaInstall request) {
        try (request) {
            if (refuses("installSa")) {
                return busy(request);
            }
            boolean inbound = request.direction() == SaDirection.IN;
            SimulatedSas.Sa there = sas.find(request.id());
            if (inbound && there == null) {
                return refused(Outcome.Kind.GONE, "ESRCH", request);
            }
            if (!inbound && there != null) {
                return refused(Outcome.Kind.EXISTS, "EEXIST", request);
            }
            sas.remove(request.id());
            SimulatedSas.Sa sa =
                    new SimulatedSas.Sa(
                            request.id(),
                            request.source(),
                            request.reqid(),
                            inbound,
                            request.udpEncapsulation()
                                    .map(udp -> udp.template(request.direction()))
                                    .orElse(null),
                            KeyReader.cryptography(request),
                            request.options().esn(),
                            timeline.now(),
                            wallSeconds(),
                            request.options().lifetimes().hardSeconds());
            sas.put(sa);
            if (request.options().acquireSequence() != 0) {
                sas.answer(request.options().acquireSequence());
            }
            endLater(sa);
            trace.add(
                    name,
                    "kernel: + "
                            + (inbound ? "in " : "out ")
                            + sa.id
                            + " reqid "
                            + Integer.toHexString(sa.reqid));
            watcher.installed(sa);
            watcher.sasChanged();
            return Outcome.done();
        }
    }

    private void endLater(SimulatedSas.Sa sa) {
        if (sa.hardSeconds > 0) {
            timeline.after(Duration.ofSeconds(sa.hardSeconds), () -> endIfDue(sa));
        }
    }

    /** By the wall clock, when a timer that knows nothing of its steps has run off. */
    private void endIfDue(SimulatedSas.Sa sa) {
        if (sas.find(sa.id) != sa) {
            return;
        }
        long left = sa.addTime + sa.hardSeconds - wallSeconds();
        if (left > 0) {
            timeline.after(Duration.ofSeconds(left), () -> endIfDue(sa));
            return;
        }
        sas.remove(sa.id);
        trace.add(name, "kernel: expired " + sa.id);
        watcher.sasChanged();
        emit(sa.expire(true));
    }

    @Override
    public Outcome<Nothing> moveSa(SaMove request) {
        if (refuses("moveSa")) {
            return busy(request);
        }
        SimulatedSas.Sa there = sas.find(request.id());
        if (there == null) {
            return refused(Outcome.Kind.GONE, "ESRCH", request);
        }
        if (!request.movedId().equals(request.id()) && sas.find(request.movedId()) != null) {
            return refused(Outcome.Kind.EXISTS, "EEXIST", request);
        }
        sas.remove(request.id());
        SimulatedSas.Sa moved =
                there.moved(
                        request.movedId(),
                        request.source(),
                        request.udpEncapsulation()
                                .map(udp -> udp.template(request.direction()))
                                .orElse(null));
        sas.put(moved);
        endLater(moved);
        trace.add(name, "kernel: " + request);
        watcher.sasChanged();
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> removeSa(SaId id) {
        if (sas.remove(id) == null) {
            return refused(Outcome.Kind.GONE, "ESRCH", id);
        }
        trace.add(name, "kernel: - " + id);
        watcher.sasChanged();
        return Outcome.done();
    }

    @Override
    public Outcome<SaEntry> readSa(SaId id) {
        SimulatedSas.Sa sa = sas.find(id);
        return sa == null ? refused(Outcome.Kind.GONE, "ESRCH", id) : Outcome.done(sa.entry());
    }

    @Override
    public Outcome<List<SaEntry>> listSas() {
        return refuses("listSas") ? busy("the list of SAs") : Outcome.done(sas.list());
    }

    @Override
    public Outcome<Nothing> forgetAcquire(KernelEvent.Acquire acquire) {
        return sas.answer(acquire.sequence())
                ? Outcome.done()
                : refused(Outcome.Kind.GONE, "ESRCH", acquire);
    }

    @Override
    public Outcome<Nothing> putPolicy(PolicyEntry policy) {
        if (refuses("putPolicy")) {
            return busy(policy);
        }
        policies.put(policy.key(), policy);
        trace.add(name, "kernel: + " + policy);
        watcher.policiesChanged();
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> removePolicy(PolicyKey key) {
        if (refuses("removePolicy")) {
            return busy(key);
        }
        if (policies.remove(key) == null) {
            return refused(Outcome.Kind.GONE, "ENOENT", key);
        }
        trace.add(name, "kernel: - " + key);
        watcher.policiesChanged();
        return Outcome.done();
    }

    @Override
    public Outcome<List<PolicyEntry>> listPolicies() {
        return refuses("listPolicies")
                ? busy("the list of policies")
                : Outcome.done(List.copyOf(policies.values()));
    }

    @Override
    public Outcome<LinkEntry> createLink(TunnelLinkRequest request) {
        return refuses("createLink") ? busy(request) : watched(rest.createLink(request));
    }

    @Override
    public Outcome<Nothing> changeLink(TunnelLinkRequest request) {
        return refuses("changeLink") ? busy(request) : watched(rest.changeLink(request));
    }

    @Override
    public Outcome<Nothing> removeLink(String link) {
        return refuses("removeLink") ? busy(link) : watched(rest.removeLink(link));
    }

    private <T> Outcome<T> watched(Outcome<T> outcome) {
        watcher.policiesChanged();
        return outcome;
    }

    @Override
    public Outcome<Optional<LinkEntry>> findLink(String link) {
        return rest.findLink(link);
    }

    @Override
    public Outcome<List<LinkEntry>> listTunnelLinks() {
        return rest.listTunnelLinks();
    }

    @Override
    public Outcome<Nothing> setLinkMtu(String link, int mtu) {
        return rest.setLinkMtu(link, mtu);
    }

    @Override
    public Outcome<Nothing> setLinkUsable(String link, boolean usable) {
        return rest.setLinkUsable(link, usable);
    }

    @Override
    public Outcome<Nothing> setLinkAddresses(String link, Set<IpPrefix> wanted) {
        return rest.setLinkAddresses(link, wanted);
    }

    @Override
    public Outcome<List<AddressEntry>> listAddresses() {
        return refuses("listAddresses") ? busy("the list of addresses") : rest.listAddresses();
    }

    @Override
    public Outcome<Nothing> putRoute(RouteEntry route) {
        return rest.putRoute(route);
    }

    @Override
    public Outcome<Nothing> removeRoute(RouteEntry route) {
        return rest.removeRoute(route);
    }

    @Override
    public Outcome<List<RouteEntry>> listRoutes() {
        return rest.listRoutes();
    }

    @Override
    public Outcome<RouteAnswer> lookUpRoute(InetAddress destination, Optional<InetAddress> source) {
        return rest.lookUpRoute(destination, source);
    }

    @Override
    public Outcome<Nothing> putNexthopGroup(NexthopGroup group) {
        return refuses("putNexthopGroup") ? busy(group) : rest.putNexthopGroup(group);
    }

    @Override
    public Outcome<Nothing> removeNexthopGroup(int id) {
        return rest.removeNexthopGroup(id);
    }

    @Override
    public Outcome<List<NexthopGroup>> listNexthopGroups() {
        return rest.listNexthopGroups();
    }

    @Override
    public Outcome<Nothing> tidyNexthops() {
        return rest.tidyNexthops();
    }

    @Override
    public Outcome<Nothing> putTrafficRules(TrafficRules rules) {
        return refuses("putTrafficRules") ? busy(rules) : rest.putTrafficRules(rules);
    }

    @Override
    public Outcome<Nothing> removeTrafficRules(String session) {
        return rest.removeTrafficRules(session);
    }

    @Override
    public Outcome<Nothing> replaceTrafficRules(Collection<TrafficRules> rules) {
        return rest.replaceTrafficRules(rules);
    }

    @Override
    public Outcome<List<String>> verifyTrafficRules() {
        return rest.verifyTrafficRules();
    }

    @Override
    public Outcome<Map<String, Long>> statistics() {
        return rest.statistics();
    }

    @Override
    public Outcome<FlushReport> removeAll() {
        throw new UnsupportedOperationException("no simulation clears");
    }

    @Override
    public void close() {
        listener = null;
    }
}
