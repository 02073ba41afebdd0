package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.Outcome.Nothing;
import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.RouteEntry;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.EncapTemplate;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.SaStatistics;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.SpiRequest;
import io.edgeipsec.xfrm.state.UdpEncapsulation;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of maps: IKE without a data plane and without privileges, for benchmarks and dry runs.
 * It answers as Linux does (larval SAs, EEXIST, ESRCH, the newest SA carries), but no packet moves,
 * nothing expires and no event ever comes. Keys are zeroed, not kept. Each operation takes the same
 * time however many objects there are, the lists aside. One thread at a time, like every {@link
 * IpsecKernel}.
 */
public final class MemoryIpsecKernel implements IpsecKernel {
    private static final int FIRST_SPI = 0xc000_0000;
    private static final int SPI_MASK = 0x0fff_ffff;
    private static final int FIRST_LINK_INDEX =
            1_000_000; // not to be mistaken for one of the host's

    private final HostNetwork host;
    private final Map<SaId, SaEntry> sas = new LinkedHashMap<>();

    /** The installed SAs that answer a template, the newest last. */
    private final Map<Carrier, Deque<SaId>> carriers = new HashMap<>();

    private final Map<PolicyKey, PolicyEntry> policies = new LinkedHashMap<>();
    private final Map<String, LinkEntry> links = new LinkedHashMap<>();
    private final Map<Integer, Set<IpPrefix>> addresses = new LinkedHashMap<>();
    private final Map<RouteKey, RouteEntry> routes = new LinkedHashMap<>();
    private final Map<Integer, Set<RouteKey>> routesOfLinks = new HashMap<>();
    private final Map<Integer, NexthopGroup> groups = new LinkedHashMap<>();
    private final Map<String, TrafficRules> traffic = new LinkedHashMap<>();
    private int spiCounter;
    private int linkCounter = FIRST_LINK_INDEX;

    private record Carrier(InetAddress source, InetAddress destination, int reqid, Scope scope) {}

    private record RouteKey(IpPrefix destination, int metric) {}

    public MemoryIpsecKernel(HostNetwork host) {
        this.host = host;
    }

    private static <T> Outcome<T> refused(Errno errno, Object request) {
        return Refusals.of(request.toString(), errno, "");
    }

    @Override
    public Outcome<KernelFeatures> probe(Collection<EspTransform> transforms) {
        return Outcome.done(new KernelFeatures(Map.of(), Set.copyOf(transforms)));
    }

    @Override
    public Outcome<Nothing> prepare() {
        return Outcome.done();
    }

    @Override
    public Outcome<Monitor> monitor(Consumer<KernelEvent> listener) {
        return Outcome.done(() -> {});
    }

    @Override
    public Outcome<Integer> allocateSpi(SpiRequest request) {
        SaId id;
        do {
            id = new SaId(request.local(), FIRST_SPI | (++spiCounter & SPI_MASK), request.scope());
        } while (sas.containsKey(id));
        sas.put(
                id,
                entry(
                        id,
                        request.peer(),
                        request.reqid(),
                        request.acquireSequence(),
                        true,
                        false,
                        null));
        return Outcome.done(id.spi());
    }

    private static SaEntry entry(
            SaId id,
            InetAddress source,
            int reqid,
            int acquireSequence,
            boolean larval,
            boolean esn,
            @Nullable EncapTemplate encapsulation) {
        LifetimeCurrent counters = new LifetimeCurrent(0, 0, System.currentTimeMillis() / 1000, 0);
        return new SaEntry(
                id,
                source,
                reqid,
                acquireSequence,
                larval,
                esn,
                encapsulation,
                counters,
                SaStatistics.NONE,
                0,
                0,
                0);
    }

    @Override
    public Outcome<Nothing> installSa(SaInstall request) {
        try (request) {
            SaEntry there = sas.get(request.id());
            if (request.direction() == SaDirection.IN && there == null) {
                return refused(Errno.ESRCH, request);
            }
            if (request.direction() == SaDirection.OUT && there != null) {
                return refused(Errno.EEXIST, request);
            }
            if (there != null) {
                drop(there);
            }
            add(
                    entry(
                            request.id(),
                            request.source(),
                            request.reqid(),
                            request.options().acquireSequence(),
                            false,
                            request.options().esn(),
                            template(request.encapsulation(), request.direction())));
            return Outcome.done();
        }
    }

    private static @Nullable EncapTemplate template(
            @Nullable UdpEncapsulation udp, SaDirection direction) {
        return udp == null ? null : udp.template(direction);
    }

    private void add(SaEntry sa) {
        sas.put(sa.id(), sa);
        carriers.computeIfAbsent(carrier(sa), c -> new ArrayDeque<>(2)).addLast(sa.id());
    }

    private void drop(SaEntry sa) {
        sas.remove(sa.id());
        carriers.computeIfPresent(
                carrier(sa),
                (carrier, ids) -> {
                    ids.remove(sa.id()); // a reqid has two SAs during a rekey, else one
                    return ids.isEmpty() ? null : ids;
                });
    }

    private static Carrier carrier(SaEntry sa) {
        return new Carrier(sa.source(), sa.id().destination(), sa.reqid(), sa.id().scope());
    }

    /** The SA that packets of a policy with this template would take: the newest that fits. */
    public Optional<SaEntry> carrierOf(PolicyTemplate template, Scope scope) {
        Deque<SaId> ids =
                carriers.get(
                        new Carrier(
                                template.source(),
                                template.destination(),
                                template.reqid(),
                                scope));
        return ids == null ? Optional.empty() : Optional.ofNullable(sas.get(ids.getLast()));
    }

    @Override
    public Outcome<Nothing> moveSa(SaMove request) {
        SaEntry there = sas.get(request.id());
        if (there == null) {
            return refused(Errno.ESRCH, request);
        }
        if (!request.movedId().equals(request.id()) && sas.containsKey(request.movedId())) {
            return refused(Errno.EEXIST, request);
        }
        drop(there);
        add(
                entry(
                        request.movedId(),
                        request.source(),
                        there.reqid(),
                        there.acquireSequence(),
                        false,
                        there.esn(),
                        template(request.encapsulation(), request.direction())));
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> removeSa(SaId id) {
        SaEntry there = sas.get(id);
        if (there == null) {
            return refused(Errno.ESRCH, id);
        }
        drop(there);
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> forgetAcquire(KernelEvent.Acquire acquire) {
        return Outcome.done();
    }

    @Override
    public Outcome<SaEntry> readSa(SaId id) {
        SaEntry there = sas.get(id);
        return there == null ? refused(Errno.ESRCH, id) : Outcome.done(there);
    }

    @Override
    public Outcome<List<SaEntry>> listSas() {
        return Outcome.done(List.copyOf(sas.values()));
    }

    @Override
    public Outcome<Nothing> putPolicy(PolicyEntry policy) {
        policies.put(policy.key(), policy);
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> removePolicy(PolicyKey key) {
        return policies.remove(key) == null ? refused(Errno.ENOENT, key) : Outcome.done();
    }

    @Override
    public Outcome<List<PolicyEntry>> listPolicies() {
        return Outcome.done(List.copyOf(policies.values()));
    }

    @Override
    public Outcome<LinkEntry> createLink(TunnelLinkRequest request) {
        if (links.containsKey(request.name())) {
            return refused(Errno.EEXIST, request);
        }
        LinkEntry link = entry(++linkCounter, request, OperationalState.DORMANT);
        links.put(link.name(), link);
        return Outcome.done(link);
    }

    private static LinkEntry entry(int index, TunnelLinkRequest request, OperationalState state) {
        return new LinkEntry(
                index,
                request.name(),
                request.kind() == TunnelKind.VTI ? "vti" : "xfrm",
                KernelNumbers.tunnelAlias(request.session()),
                request.mtu(),
                true,
                state,
                request.key(),
                request.local(),
                request.peer());
    }

    @Override
    public Outcome<Nothing> changeLink(TunnelLinkRequest request) {
        LinkEntry link = links.get(request.name());
        if (link != null && !link.tunnelKind().equals(Optional.of(request.kind()))) {
            return refused(Errno.EOPNOTSUPP, "change of " + request);
        }
        return change(request.name(), l -> entry(l.index(), request, l.state()));
    }

    @Override
    public Outcome<Nothing> removeLink(String name) {
        LinkEntry link = links.remove(name);
        if (link == null) {
            return refused(Errno.ENODEV, "removal of " + name);
        }
        addresses.remove(link.index());
        leaveGroups(name);
        Set<RouteKey> ofLink = routesOfLinks.remove(link.index());
        if (ofLink != null) {
            routes.keySet().removeAll(ofLink);
        }
        return Outcome.done();
    }

    /** As the kernel has it, a group that loses its last interface goes. */
    private void leaveGroups(String link) {
        for (NexthopGroup group : List.copyOf(groups.values())) {
            Set<String> rest = new HashSet<>(group.links());
            if (rest.remove(link)) {
                if (rest.isEmpty()) {
                    groups.remove(group.id());
                } else {
                    groups.put(group.id(), new NexthopGroup(group.id(), rest));
                }
            }
        }
    }

    @Override
    public Outcome<Nothing> putNexthopGroup(NexthopGroup group) {
        Set<String> there = new HashSet<>(group.links());
        there.retainAll(links.keySet());
        groups.put(group.id(), new NexthopGroup(group.id(), there));
        return there.equals(group.links()) ? Outcome.done() : refused(Errno.ENODEV, group);
    }

    @Override
    public Outcome<Nothing> removeNexthopGroup(int id) {
        return groups.remove(id) == null
                ? refused(Errno.ENOENT, "removal of nexthop group " + id)
                : Outcome.done();
    }

    @Override
    public Outcome<List<NexthopGroup>> listNexthopGroups() {
        return Outcome.done(List.copyOf(groups.values()));
    }

    @Override
    public Outcome<Nothing> tidyNexthops() {
        return Outcome.done();
    }

    @Override
    public Outcome<Optional<LinkEntry>> findLink(String name) {
        return Outcome.done(Optional.ofNullable(links.get(name)));
    }

    @Override
    public Outcome<List<LinkEntry>> listTunnelLinks() {
        return Outcome.done(List.copyOf(links.values()));
    }

    @Override
    public Outcome<Nothing> setLinkMtu(String name, int mtu) {
        return change(name, l -> with(l, mtu, l.state()));
    }

    @Override
    public Outcome<Nothing> setLinkUsable(String name, boolean usable) {
        return change(
                name,
                l -> with(l, l.mtu(), usable ? OperationalState.UP : OperationalState.DORMANT));
    }

    private Outcome<Nothing> change(
            String name, java.util.function.UnaryOperator<LinkEntry> change) {
        return links.computeIfPresent(name, (n, link) -> change.apply(link)) == null
                ? refused(Errno.ENODEV, "change of " + name)
                : Outcome.done();
    }

    private static LinkEntry with(LinkEntry l, int mtu, OperationalState state) {
        return new LinkEntry(
                l.index(), l.name(), l.kind(), l.alias(), mtu, l.up(), state, l.key(), l.local(),
                l.peer());
    }

    @Override
    public Outcome<Nothing> setLinkAddresses(String name, Set<IpPrefix> wanted) {
        LinkEntry link = links.get(name);
        if (link == null) {
            return refused(Errno.ENODEV, "addresses of " + name);
        }
        addresses.put(link.index(), Set.copyOf(wanted));
        return Outcome.done();
    }

    @Override
    public Outcome<List<AddressEntry>> listAddresses() {
        List<AddressEntry> all = new ArrayList<>(host.addresses());
        addresses.forEach((link, set) -> set.forEach(a -> all.add(new AddressEntry(link, a))));
        return Outcome.done(all);
    }

    @Override
    public Outcome<Nothing> putRoute(RouteEntry route) {
        dropRoute(key(route));
        routes.put(key(route), route);
        routesOfLinks.computeIfAbsent(route.linkIndex(), l -> new HashSet<>()).add(key(route));
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> removeRoute(RouteEntry route) {
        return dropRoute(key(route)) ? Outcome.done() : refused(Errno.ESRCH, route);
    }

    private boolean dropRoute(RouteKey key) {
        RouteEntry there = routes.remove(key);
        if (there != null) {
            routesOfLinks.computeIfPresent(
                    there.linkIndex(),
                    (link, keys) -> {
                        keys.remove(key);
                        return keys.isEmpty() ? null : keys;
                    });
        }
        return there != null;
    }

    private static RouteKey key(RouteEntry route) {
        return new RouteKey(route.destination(), route.metric());
    }

    @Override
    public Outcome<List<RouteEntry>> listRoutes() {
        return Outcome.done(List.copyOf(routes.values()));
    }

    @Override
    public Outcome<RouteAnswer> lookUpRoute(InetAddress destination, Optional<InetAddress> source) {
        return Outcome.done(host.route(destination, source));
    }

    @Override
    public Outcome<Nothing> putTrafficRules(TrafficRules rules) {
        traffic.put(rules.session(), rules);
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> removeTrafficRules(String session) {
        traffic.remove(session);
        return Outcome.done();
    }

    @Override
    public Outcome<Nothing> replaceTrafficRules(Collection<TrafficRules> rules) {
        Set<String> sessions = new HashSet<>();
        for (TrafficRules r : rules) {
            if (!sessions.add(r.session())) {
                return refused(Errno.EINVAL, r + " twice");
            }
        }
        traffic.clear();
        rules.forEach(r -> traffic.put(r.session(), r));
        return Outcome.done();
    }

    @Override
    public Outcome<List<String>> verifyTrafficRules() {
        return Outcome.done(List.of());
    }

    @Override
    public Outcome<Map<String, Long>> statistics() {
        return Outcome.done(Map.of());
    }

    @Override
    public Outcome<FlushReport> removeAll() {
        FlushReport report =
                new FlushReport(
                        sas.size(),
                        policies.size(),
                        links.size(),
                        routes.size(),
                        groups.size(),
                        List.of());
        sas.clear();
        carriers.clear();
        policies.clear();
        links.clear();
        addresses.clear();
        routes.clear();
        routesOfLinks.clear();
        groups.clear();
        traffic.clear();
        return Outcome.done(report);
    }

    @Override
    public void close() {}
}
