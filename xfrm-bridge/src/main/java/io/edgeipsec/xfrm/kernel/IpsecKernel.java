package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.Outcome.Nothing;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.RouteEntry;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The kernel's IPsec as the daemon uses it. Requests are blocking calls of some microseconds, all
 * on one thread, the kernel request thread: the one that makes the first request. A call from
 * another thread throws IllegalStateException. They take effect in their order.
 *
 * <p>No request costs more with more SAs, policies or links, except the {@code list…}, {@code
 * removeAll} and {@code …TrafficRules} of all sessions. A request that is refused has changed
 * nothing unless its description says otherwise.
 *
 * <p>"Ours" is what {@link KernelNumbers} tells; other objects are neither listed nor touched.
 */
public interface IpsecKernel extends AutoCloseable {

    /**
     * Finds out what this kernel can do, and which of these ESP transforms it has. Takes some
     * milliseconds for each algorithm whose module it makes the kernel load.
     */
    Outcome<KernelFeatures> probe(Collection<EspTransform> transforms);

    /**
     * Settings of the network namespace: larval SAs live 165 seconds (net.core.xfrm_acq_expires),
     * as long as IKE retransmits, so that an SPI does not die under an exchange.
     */
    Outcome<Nothing> prepare();

    /**
     * Starts to deliver what the kernel reports, on a thread of its own, to one listener, which
     * must not block. An event that happened before this call is not seen. There is one monitor at
     * a time: also one that has stopped by itself is closed before the next.
     */
    Outcome<Monitor> monitor(Consumer<KernelEvent> listener);

    /** The running delivery of events. */
    interface Monitor extends AutoCloseable {
        /**
         * Ends it. Afterwards the listener is not called any more. Any thread but the listener's.
         */
        @Override
        void close();
    }

    // ---- SAs

    /** Chooses an SPI and reserves it with a larval SA; {@link #removeSa} gives it back. */
    Outcome<Integer> allocateSpi(SpiRequest request);

    /**
     * Installs an SA and zeroes the request's keys, whatever the outcome. Inbound: GONE if the
     * larval SA has died meanwhile. Outbound: EXISTS if its SPI is taken. From then on the newest
     * SA of a reqid carries the outbound traffic.
     */
    Outcome<Nothing> installSa(SaInstall request);

    /**
     * Changes an SA's outer addresses or UDP ports; its keys, counters and sequence numbers stay.
     * The policies' templates are the caller's to change too when an address changed. If this is
     * refused after an address change of ours the SA may be gone: {@link #readSa} tells.
     */
    Outcome<Nothing> moveSa(SaMove request);

    /** GONE if it is not there. */
    Outcome<Nothing> removeSa(SaId id);

    Outcome<SaEntry> readSa(SaId id);

    Outcome<List<SaEntry>> listSas();

    /**
     * Removes the larval SA that an ACQUIRE left, so that the next packet causes an ACQUIRE anew
     * instead of after net.core.xfrm_acq_expires seconds: for a negotiation that has failed.
     */
    Outcome<Nothing> forgetAcquire(KernelEvent.Acquire acquire);

    // ---- policies

    /** Creates it, or replaces the one with its key in one step: no packet meets a gap. */
    Outcome<Nothing> putPolicy(PolicyEntry policy);

    /** GONE if it is not there. */
    Outcome<Nothing> removePolicy(PolicyKey key);

    Outcome<List<PolicyEntry>> listPolicies();

    // ---- tunnel interfaces

    /**
     * Creates a tunnel interface: up, dormant, with its sysctls. EXISTS if the name is taken (or,
     * of a VTI, addresses and key), NOT_SUPPORTED if the kernel has no such kind.
     */
    Outcome<LinkEntry> createLink(TunnelLinkRequest request);

    /**
     * Gives the link of the request's name its outer addresses, key and MTU; its own addresses and
     * its routes stay. For a link that {@link TunnelLinkRequest#canBecome} this one; NOT_SUPPORTED
     * if its kind differs, EXISTS if another VTI has these addresses and this key, GONE or NOT_OURS
     * as {@link #removeLink}.
     */
    Outcome<Nothing> changeLink(TunnelLinkRequest request);

    /** GONE if there is no link of this name, NOT_OURS if it is not ours. */
    Outcome<Nothing> removeLink(String name);

    /** Any link, ours or not. */
    Outcome<Optional<LinkEntry>> findLink(String name);

    /** Our tunnel interfaces. */
    Outcome<List<LinkEntry>> listTunnelLinks();

    Outcome<Nothing> setLinkMtu(String name, int mtu);

    /**
     * Shows whether a usable SA exists: operational state UP or DORMANT. The link stays IFF_UP
     * either way, so its routes stay.
     */
    Outcome<Nothing> setLinkUsable(String name, boolean usable);

    /**
     * Makes these the addresses of one of our tunnel interfaces; what is wanted and there is left.
     */
    Outcome<Nothing> setLinkAddresses(String name, Set<IpPrefix> addresses);

    /** Every address of this host. */
    Outcome<List<AddressEntry>> listAddresses();

    // ---- routes

    /** Creates it, or replaces the one with its destination and metric. */
    Outcome<Nothing> putRoute(RouteEntry route);

    Outcome<Nothing> removeRoute(RouteEntry route);

    /** Our routes. */
    Outcome<List<RouteEntry>> listRoutes();

    /**
     * How this host would reach an address; {@code source} empty leaves the choice to the kernel.
     */
    Outcome<RouteAnswer> lookUpRoute(InetAddress destination, Optional<InetAddress> source);

    // ---- nexthop groups

    /**
     * Makes these tunnel interfaces the members of a nexthop group, in one step: packets that are
     * routed at it meet no gap. Without members it drops them. If this is refused for the sake of
     * an interface (GONE, or down), the group has the others all the same. NOT_OURS if somebody
     * else has the group's id or a member's; NOT_SUPPORTED before Linux 5.13.
     */
    Outcome<Nothing> putNexthopGroup(NexthopGroup group);

    /**
     * Removes a nexthop group. Routes that name it would go with it, and what they lead into the
     * tunnels might leave in clear: as long as there is one, this is refused with IN_USE, and the
     * group stays without members.
     */
    Outcome<Nothing> removeNexthopGroup(int id);

    /** Our nexthop groups; an interface that has gone has left its group. */
    Outcome<List<NexthopGroup>> listNexthopGroups();

    /** Removes what nexthop groups are made of where none has it: what a crash has left. */
    Outcome<Nothing> tidyNexthops();

    // ---- nftables

    /** Makes these the rules of their session, in one transaction. */
    Outcome<Nothing> putTrafficRules(TrafficRules rules);

    /** Removes a session's rules; a session without any is no error. */
    Outcome<Nothing> removeTrafficRules(String session);

    /**
     * Makes these the only rules, in one transaction; creates our table. First of the nft requests.
     */
    Outcome<Nothing> replaceTrafficRules(Collection<TrafficRules> rules);

    /**
     * Compares our table with what it should hold by the requests so far. Returns the differences
     * in words; none means it is as it should be. After differences, {@link #replaceTrafficRules}.
     */
    Outcome<List<String>> verifyTrafficRules();

    // ---- all

    /** Counters of /proc/net/xfrm_stat, by name. */
    Outcome<Map<String, Long>> statistics();

    /**
     * Removes everything of ours: nftables table, routes, nexthop groups (with the routes of others
     * that name them), tunnel interfaces, SAs, and last the policies. Goes on after a failure; the
     * report names each.
     */
    Outcome<FlushReport> removeAll();

    /** Closes the sockets, and the monitor if it runs. What is in the kernel stays. */
    @Override
    void close();
}
