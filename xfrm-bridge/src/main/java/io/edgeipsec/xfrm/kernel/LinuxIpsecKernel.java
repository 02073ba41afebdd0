package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.event.KernelMonitor;
import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.kernel.Outcome.Kind;
import io.edgeipsec.xfrm.kernel.Outcome.Nothing;
import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.NetlinkSocket;
import io.edgeipsec.xfrm.libc.NftContext;
import io.edgeipsec.xfrm.libc.SystemCallException;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkAddresses;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.Links;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.Nexthops;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.RouteEntry;
import io.edgeipsec.xfrm.link.Routes;
import io.edgeipsec.xfrm.link.Sysctl;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.nft.TrafficTable;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.Spd;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.Sad;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Linux kernel, over netlink and libnftables, in the network namespace of the thread that opens
 * it. One request socket for each protocol; libnftables is loaded at the first request that needs
 * it, and only those fail where it is missing.
 */
public final class LinuxIpsecKernel implements IpsecKernel {
    /** IKE retransmits for up to this long (the strongSwan default, which peers are tuned to). */
    private static final int LARVAL_SECONDS = 165;

    private static final Pattern COUNTER = Pattern.compile("(\\w+)\\s+(\\d{1,19})\\s*");
    private static final Path STATISTICS = Path.of("/proc/thread-self/net/xfrm_stat");

    private final NetlinkChannel xfrm;
    private final NetlinkChannel route;
    private final Sad sad;
    private final Spd spd;
    private final Links links;
    private final LinkAddresses addresses;
    private final Routes routes;
    private final NexthopGroups groups;
    private @Nullable TrafficTable traffic;
    private volatile @Nullable KernelMonitor monitor;
    private volatile @Nullable Thread requestThread;

    private LinuxIpsecKernel(NetlinkChannel xfrm, NetlinkChannel route) {
        this.xfrm = xfrm;
        this.route = route;
        sad = new Sad(xfrm);
        spd = new Spd(xfrm);
        links = new Links(route);
        addresses = new LinkAddresses(route);
        routes = new Routes(route, KernelNumbers.ROUTE_PROTOCOL);
        groups =
                new NexthopGroups(new Nexthops(route, KernelNumbers.ROUTE_PROTOCOL), links, routes);
    }

    /** Opens the sockets; EPROTONOSUPPORT where the kernel has no IPsec at all. */
    public static LinuxIpsecKernel open() throws SystemCallException {
        NetlinkChannel xfrm = NetlinkChannel.open(NetlinkSocket.XFRM);
        try {
            return new LinuxIpsecKernel(xfrm, NetlinkChannel.open(NetlinkSocket.ROUTE));
        } catch (SystemCallException e) {
            xfrm.close();
            throw e;
        }
    }

    /** A request that may fail. */
    @FunctionalInterface
    private interface Request<T> {
        T run() throws IOException;
    }

    /** A request without an answer that may fail. */
    @FunctionalInterface
    private interface Command {
        void run() throws IOException;
    }

    private <T> Outcome<T> ask(String request, Request<T> call) {
        checkThread();
        try {
            return Outcome.done(call.run());
        } catch (IOException e) {
            return Refusals.of(request, e);
        }
    }

    private Outcome<Nothing> execute(String request, Command call) {
        return ask(
                request,
                () -> {
                    call.run();
                    return Nothing.NOTHING;
                });
    }

    private void checkThread() {
        Thread current = Thread.currentThread();
        Thread owner = requestThread;
        if (owner == null) {
            requestThread = current;
        } else if (owner != current) {
            throw new IllegalStateException(
                    "kernel request on "
                            + current.getName()
                            + ", they belong to "
                            + owner.getName());
        }
    }

    @Override
    public Outcome<KernelFeatures> probe(Collection<EspTransform> transforms) {
        Map<Feature, String> missing = new EnumMap<>(Feature.class);
        Outcome<Nothing> nftables = traffic("listing of nftables", TrafficTable::probe);
        nftables.refusal().ifPresent(r -> missing.put(Feature.NFTABLES, r.message()));
        return ask(
                "probe of the kernel", () -> new FeatureProbe(sad, links).run(missing, transforms));
    }

    @Override
    public Outcome<Nothing> prepare() {
        return execute(
                "setting of net.core.xfrm_acq_expires",
                () -> Sysctl.raiseLarvalLifetime(LARVAL_SECONDS));
    }

    @Override
    public Outcome<Monitor> monitor(Consumer<KernelEvent> listener) {
        return ask(
                "monitor of kernel events",
                () -> {
                    if (monitor != null) {
                        throw new IllegalStateException("the monitor runs already");
                    }
                    KernelMonitor started =
                            KernelMonitor.start(
                                    new KernelMonitor.Own(
                                            xfrm.portId(),
                                            route.portId(),
                                            KernelNumbers.ROUTE_PROTOCOL),
                                    listener);
                    monitor = started;
                    return () -> {
                        started.close();
                        if (monitor == started) {
                            monitor = null;
                        }
                    };
                });
    }

    @Override
    public Outcome<Integer> allocateSpi(SpiRequest request) {
        return ask("allocation of an " + request, () -> sad.allocateSpi(request));
    }

    @Override
    public Outcome<Nothing> installSa(SaInstall request) {
        try (request) {
            checkThread();
            sad.install(request);
            return Outcome.done();
        } catch (NetlinkException e) {
            return Refusals.ofSaInstall("installation of " + request, e);
        }
    }

    @Override
    public Outcome<Nothing> moveSa(SaMove request) {
        return execute(request.toString(), () -> sad.move(request));
    }

    @Override
    public Outcome<Nothing> removeSa(SaId id) {
        return execute("removal of " + id, () -> sad.delete(id));
    }

    @Override
    public Outcome<SaEntry> readSa(SaId id) {
        return ask("reading of " + id, () -> sad.get(id));
    }

    @Override
    public Outcome<List<SaEntry>> listSas() {
        return ask(
                "listing of SAs", () -> sad.dump().stream().filter(KernelNumbers::isOurs).toList());
    }

    @Override
    public Outcome<Nothing> forgetAcquire(KernelEvent.Acquire a) {
        return execute(
                "removal of the larval SA of reqid " + a.reqid(),
                () -> forget(a.peer(), a.local(), a.reqid(), a.scope(), a.sequence()));
    }

    /**
     * A larval SA that an ACQUIRE made has no SPI, and without one it cannot be named to be
     * deleted. Asking for an SPI for its addresses with its sequence number gives it one.
     */
    private void forget(
            InetAddress destination, InetAddress source, int reqid, Scope scope, int sequence)
            throws NetlinkException {
        int spi = sad.allocateSpi(new SpiRequest(destination, source, reqid, scope, sequence));
        sad.delete(new SaId(destination, spi, scope));
    }

    @Override
    public Outcome<Nothing> putPolicy(PolicyEntry policy) {
        return execute("put of " + policy, () -> spd.put(policy));
    }

    @Override
    public Outcome<Nothing> removePolicy(PolicyKey key) {
        return execute("removal of " + key, () -> spd.delete(key));
    }

    @Override
    public Outcome<List<PolicyEntry>> listPolicies() {
        return ask(
                "listing of policies",
                () -> spd.dump().stream().filter(KernelNumbers::isOurs).toList());
    }

    @Override
    public Outcome<LinkEntry> createLink(TunnelLinkRequest request) {
        String words = "creation of " + request;
        return ask(
                words,
                () -> {
                    links.create(request);
                    try {
                        int index = existing(request.name()).index();
                        Sysctl.prepareTunnel(request.name(), request.kind());
                        links.adopt(index, KernelNumbers.tunnelAlias(request.session()));
                        return existing(request.name());
                    } catch (IOException e) {
                        deleteQuietly(request.name(), e);
                        throw e;
                    }
                });
    }

    private void deleteQuietly(String name, IOException because) {
        try {
            links.delete(existing(name).index());
        } catch (NetlinkException e) {
            because.addSuppressed(e);
        }
    }

    private LinkEntry existing(String name) throws NetlinkException {
        return links.find(name)
                .orElseThrow(() -> new NetlinkException(Errno.ENODEV, "no interface " + name));
    }

    @Override
    public Outcome<Nothing> changeLink(TunnelLinkRequest request) {
        return withOurLink(
                "change of " + request,
                request.name(),
                link -> links.change(link.index(), request));
    }

    @Override
    public Outcome<Nothing> removeLink(String name) {
        return withOurLink("removal of " + name, name, link -> links.delete(link.index()));
    }

    /** Something to do with a link. */
    @FunctionalInterface
    private interface LinkCommand {
        void run(LinkEntry link) throws NetlinkException;
    }

    private Outcome<Nothing> withOurLink(String request, String name, LinkCommand command) {
        checkThread();
        try {
            LinkEntry link = existing(name);
            if (!KernelNumbers.isOurs(link)) {
                return Refusals.notOurs(request, name + " has kind '" + link.kind() + "'");
            }
            command.run(link);
            return Outcome.done();
        } catch (NetlinkException e) {
            return Refusals.of(request, e);
        }
    }

    @Override
    public Outcome<Optional<LinkEntry>> findLink(String name) {
        return ask("look-up of interface " + name, () -> links.find(name));
    }

    @Override
    public Outcome<List<LinkEntry>> listTunnelLinks() {
        return ask(
                "listing of interfaces",
                () -> links.dump().stream().filter(KernelNumbers::isOurs).toList());
    }

    @Override
    public Outcome<Nothing> setLinkMtu(String name, int mtu) {
        return withOurLink(
                "MTU " + mtu + " of " + name, name, link -> links.setMtu(link.index(), mtu));
    }

    @Override
    public Outcome<Nothing> setLinkUsable(String name, boolean usable) {
        return withOurLink(
                "operational state of " + name,
                name,
                link -> links.setUsable(link.index(), usable));
    }

    @Override
    public Outcome<Nothing> setLinkAddresses(String name, Set<IpPrefix> wanted) {
        return withOurLink(
                "addresses " + wanted + " of " + name,
                name,
                link -> addresses.set(link.index(), wanted));
    }

    @Override
    public Outcome<List<AddressEntry>> listAddresses() {
        return ask("listing of addresses", () -> addresses.dump(0));
    }

    @Override
    public Outcome<Nothing> putRoute(RouteEntry entry) {
        return execute("put of " + entry, () -> routes.put(entry));
    }

    @Override
    public Outcome<Nothing> removeRoute(RouteEntry entry) {
        return execute("removal of " + entry, () -> routes.remove(entry));
    }

    @Override
    public Outcome<List<RouteEntry>> listRoutes() {
        return ask("listing of routes", routes::dumpOurs);
    }

    @Override
    public Outcome<RouteAnswer> lookUpRoute(InetAddress destination, Optional<InetAddress> source) {
        return ask(
                "look-up of a route to " + destination.getHostAddress(),
                () -> routes.lookUp(destination, source));
    }

    @Override
    public Outcome<Nothing> putNexthopGroup(NexthopGroup group) {
        return execute("put of " + group, () -> groups.put(group));
    }

    @Override
    public Outcome<Nothing> removeNexthopGroup(int id) {
        String request = "removal of nexthop group " + Integer.toUnsignedString(id);
        Outcome<Optional<IpPrefix>> user =
                ask(
                        request,
                        () -> {
                            groups.empty(id);
                            return groups.user(id);
                        });
        Optional<IpPrefix> named = user.toOptional().flatMap(destination -> destination);
        if (named.isPresent()) {
            return Refusals.inUse(request, "a route to " + named.get() + " names it");
        }
        return user.isDone()
                ? execute(request, () -> groups.remove(id))
                : user.map(none -> Nothing.NOTHING);
    }

    @Override
    public Outcome<List<NexthopGroup>> listNexthopGroups() {
        return ask("listing of nexthop groups", groups::list);
    }

    @Override
    public Outcome<Nothing> tidyNexthops() {
        return execute("removal of nexthops that no group has", groups::removeUnused);
    }

    /** Something to do with our nftables table. */
    @FunctionalInterface
    private interface TrafficRequest<T> {
        T run(TrafficTable table) throws IOException;
    }

    /** Something to do with our nftables table that has no answer. */
    @FunctionalInterface
    private interface TrafficCommand {
        void run(TrafficTable table) throws IOException;
    }

    private Outcome<Nothing> traffic(String request, TrafficCommand command) {
        return askTraffic(
                request,
                table -> {
                    command.run(table);
                    return Nothing.NOTHING;
                });
    }

    private <T> Outcome<T> askTraffic(String request, TrafficRequest<T> call) {
        try {
            return ask(
                    request,
                    () -> {
                        TrafficTable table = traffic;
                        if (table == null) {
                            table = new TrafficTable(NftContext.open());
                            traffic = table;
                        }
                        return call.run(table);
                    });
        } catch (IllegalArgumentException e) {
            // Two sessions claim one interface or reqid.
            return new Outcome.Refused<>(
                    Kind.INVALID,
                    Errno.EINVAL.name(),
                    request,
                    String.valueOf(e.getMessage()),
                    false);
        }
    }

    @Override
    public Outcome<Nothing> putTrafficRules(TrafficRules rules) {
        return traffic("put of " + rules, table -> table.put(rules));
    }

    @Override
    public Outcome<Nothing> removeTrafficRules(String session) {
        return traffic(
                "removal of traffic rules of session " + session, table -> table.remove(session));
    }

    @Override
    public Outcome<Nothing> replaceTrafficRules(Collection<TrafficRules> rules) {
        return traffic("replacement of all traffic rules", table -> table.replaceAll(rules));
    }

    @Override
    public Outcome<List<String>> verifyTrafficRules() {
        return askTraffic("listing of our nftables table", TrafficTable::verify);
    }

    @Override
    public Outcome<Map<String, Long>> statistics() {
        return ask(
                "reading of " + STATISTICS,
                () -> {
                    if (!Files.exists(STATISTICS)) {
                        throw new NetlinkException(
                                Errno.EOPNOTSUPP, "the kernel was built without XFRM_STATISTICS");
                    }
                    Map<String, Long> counters = new TreeMap<>();
                    for (String line : Files.readAllLines(STATISTICS)) {
                        Matcher m = COUNTER.matcher(line);
                        if (m.matches()) {
                            counters.put(m.group(1), Long.parseUnsignedLong(m.group(2)));
                        }
                    }
                    return counters;
                });
    }

    @Override
    public Outcome<FlushReport> removeAll() {
        checkThread();
        List<String> failures = new ArrayList<>();
        traffic("removal of our nftables table", TrafficTable::removeAll)
                .refusal()
                .filter(r -> r.kind() != Kind.NOT_SUPPORTED)
                .ifPresent(r -> failures.add(r.message()));
        int removedRoutes = removeEach(listRoutes(), this::removeRoute, failures);
        Outcome<List<NexthopGroup>> nexthopGroups = listNexthopGroups();
        int removedGroups = 0;
        if (!nexthopGroups.isRefused(Kind.NOT_SUPPORTED)) {
            removedGroups = removeEach(nexthopGroups, this::removeGroupAndItsRoutes, failures);
            tidyNexthops().refusal().ifPresent(r -> failures.add(r.message()));
        }
        int removedLinks = removeEach(listTunnelLinks(), link -> removeLink(link.name()), failures);
        int removedSas = removeEach(listSas(), this::removeAnySa, failures);
        int removedPolicies =
                removeEach(listPolicies(), policy -> removePolicy(policy.key()), failures);
        return Outcome.done(
                new FlushReport(
                        removedSas,
                        removedPolicies,
                        removedLinks,
                        removedRoutes,
                        removedGroups,
                        failures));
    }

    private Outcome<Nothing> removeGroupAndItsRoutes(NexthopGroup group) {
        return execute("removal of " + group, () -> groups.remove(group.id()));
    }

    private Outcome<Nothing> removeAnySa(SaEntry sa) {
        SaId id = sa.id();
        return id.spi() != 0
                ? removeSa(id)
                : execute(
                        "removal of a larval SA of reqid " + sa.reqid(),
                        () ->
                                forget(
                                        id.destination(),
                                        sa.source(),
                                        sa.reqid(),
                                        id.scope(),
                                        sa.acquireSequence()));
    }

    /** What is gone by the time we come to it is as good as removed. */
    private static <T> int removeEach(
            Outcome<List<T>> listed,
            java.util.function.Function<T, Outcome<Nothing>> remove,
            List<String> failures) {
        listed.refusal().ifPresent(r -> failures.add(r.message()));
        int removed = 0;
        for (T object : listed.toOptional().orElse(List.of())) {
            Outcome<Nothing> outcome = remove.apply(object);
            if (outcome.isDone() || outcome.isRefused(Kind.GONE)) {
                removed++;
            } else {
                outcome.refusal().ifPresent(r -> failures.add(r.message()));
            }
        }
        return removed;
    }

    @Override
    public void close() {
        if (monitor != null) {
            monitor.close();
        }
        if (traffic != null) {
            traffic.close();
        }
        route.close();
        xfrm.close();
    }
}
