package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.libc.NetworkNamespace;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaOptions;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import io.edgeipsec.xfrm.state.SpiRequest;
import io.edgeipsec.xfrm.state.UdpEncapsulation;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A gateway for tests: a network namespace with its kernel, and what it reports. */
final class Site implements AutoCloseable {
    private static final int EVENT_SECONDS = 60;
    private static final IpPrefix ALL = IpPrefix.parse("0.0.0.0/0");

    final NetworkNamespace namespace;
    final InetAddress address;
    final LinkedBlockingQueue<KernelEvent> events = new LinkedBlockingQueue<>();
    private final LinuxIpsecKernel kernel;

    private Site(NetworkNamespace namespace, LinuxIpsecKernel kernel, String address) {
        this.namespace = namespace;
        this.kernel = kernel;
        this.address = Requests.ip(address);
    }

    static Site create(String address) throws Exception {
        NetworkNamespace namespace = NetworkNamespace.create();
        return new Site(namespace, namespace.call(LinuxIpsecKernel::open), address);
    }

    /** Two gateways, 10.0.0.1 and 10.0.0.2, on one wire. */
    static void connect(Site a, Site b) throws Exception {
        a.namespace.connect(
                "wan",
                a.address.getHostAddress() + "/24",
                b.namespace,
                "wan",
                b.address.getHostAddress() + "/24");
    }

    /** Asks on the site's kernel request thread; the answer must not be a refusal. */
    <T> T ask(Function<IpsecKernel, Outcome<T>> request) throws Exception {
        return Requests.value(outcome(request));
    }

    <T> Outcome<T> outcome(Function<IpsecKernel, Outcome<T>> request) throws Exception {
        return namespace.call(() -> request.apply(kernel));
    }

    /** Skips the test, with the reason, where the kernel lacks the feature. */
    Site needs(Feature feature) throws Exception {
        KernelFeatures features = ask(k -> k.probe(Set.of(Requests.AES_GCM_256)));
        assumeTrue(
                features.has(feature),
                () -> "needs " + feature + ": " + features.missing().get(feature));
        return this;
    }

    Site monitored() throws Exception {
        ask(k -> k.monitor(events::add));
        return this;
    }

    /** The next event of a kind that fits; others before it are passed over. */
    <E extends KernelEvent> E event(Class<E> kind, Predicate<E> fits) throws Exception {
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

    /** A pair of SAs between two sites, with everything that both of them share. */
    record Pair(
            int reqid,
            Scope scope,
            EspTransform transform,
            @Nullable UdpEncapsulation encapsulation,
            SaOptions options) {
        static Pair of(int index) {
            return new Pair(
                    KernelNumbers.reqid(index),
                    Scope.GLOBAL,
                    Requests.AES_GCM_256,
                    null,
                    SaOptions.DEFAULT);
        }

        Pair with(Scope newScope) {
            return new Pair(reqid, newScope, transform, encapsulation, options);
        }

        Pair with(EspTransform newTransform) {
            return new Pair(reqid, scope, newTransform, encapsulation, options);
        }

        Pair with(SaOptions newOptions) {
            return new Pair(reqid, scope, transform, encapsulation, newOptions);
        }

        Pair with(UdpEncapsulation newEncapsulation) {
            return new Pair(reqid, scope, transform, newEncapsulation, options);
        }

        private SaInstall install(SaDirection direction, Site local, Site peer, int spi) {
            return Requests.sa(
                    direction,
                    local.address,
                    peer.address,
                    spi,
                    reqid,
                    scope,
                    transform,
                    encapsulation,
                    options);
        }
    }

    /** The names of the SAs of a pair, as the first site has them. */
    record Installed(SaId in, SaId out) {}

    /** As IKE does it: both allocate, then each installs its inbound and its outbound SA. */
    static Installed install(Site a, Site b, Pair pair) throws Exception {
        int spiA =
                a.ask(
                        k ->
                                k.allocateSpi(
                                        new SpiRequest(
                                                a.address, b.address, pair.reqid, pair.scope, 0)));
        int spiB =
                b.ask(
                        k ->
                                k.allocateSpi(
                                        new SpiRequest(
                                                b.address, a.address, pair.reqid, pair.scope, 0)));
        a.ask(k -> k.installSa(pair.install(SaDirection.IN, a, b, spiA)));
        b.ask(k -> k.installSa(pair.install(SaDirection.IN, b, a, spiB)));
        b.ask(k -> k.installSa(pair.install(SaDirection.OUT, b, a, spiA)));
        a.ask(k -> k.installSa(pair.install(SaDirection.OUT, a, b, spiB)));
        return new Installed(
                new SaId(a.address, spiA, pair.scope), new SaId(b.address, spiB, pair.scope));
    }

    static void remove(Site a, Site b, Installed pair) throws Exception {
        for (SaId id : new SaId[] {pair.in, pair.out}) {
            a.ask(k -> k.removeSa(id));
            b.ask(k -> k.removeSa(id));
        }
    }

    /** Out, in and forward policies of this gateway between its own and the peer's subnet. */
    void putPolicies(PolicyAction action, Site peer, String own, String theirs, Pair pair)
            throws Exception {
        Selector out = Selector.between(IpPrefix.parse(own), IpPrefix.parse(theirs));
        for (PolicyDirection direction : PolicyDirection.values()) {
            boolean outbound = direction == PolicyDirection.OUT;
            PolicyTemplate template =
                    outbound
                            ? new PolicyTemplate(address, peer.address, pair.reqid)
                            : new PolicyTemplate(peer.address, address, pair.reqid);
            Selector selector = outbound ? out : out.reversed();
            PolicyKey key = new PolicyKey(direction, selector, pair.scope);
            int priority = KernelNumbers.policyPriority(KernelNumbers.Rank.PROTECT, selector);
            ask(
                    k ->
                            k.putPolicy(
                                    new PolicyEntry(
                                            key,
                                            action,
                                            priority,
                                            action == PolicyAction.PROTECT ? template : null)));
        }
    }

    /** A route-based tunnel to the peer: interface vpn1 with its address and policies. */
    Scope createTunnel(Site peer, TunnelKind kind, String inner, Pair pair) throws Exception {
        int key = KernelNumbers.tunnelKey(1);
        TunnelLinkRequest request =
                kind == TunnelKind.VTI
                        ? TunnelLinkRequest.vti("vpn1", "s", address, peer.address, key, 1400)
                        : TunnelLinkRequest.xfrm("vpn1", "s", key, 1400);
        ask(k -> k.createLink(request));
        ask(k -> k.setLinkAddresses("vpn1", Set.of(IpPrefix.parse(inner))));
        putPolicies(
                PolicyAction.PROTECT,
                peer,
                ALL.toString(),
                ALL.toString(),
                pair.with(request.scope()));
        return request.scope();
    }

    boolean pings(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 7];
        System.arraycopy(
                new String[] {"ping", "-n", "-c", "1", "-W", "10", "-q"}, 0, command, 0, 7);
        System.arraycopy(arguments, 0, command, 7, arguments.length);
        return namespace.tryRun(command).status() == 0;
    }

    @Override
    public void close() {
        kernel.close();
        namespace.close();
    }
}
