package io.edgeipsec.daemon.control;

import io.edgeipsec.daemon.reconcile.SessionObjects;
import io.edgeipsec.daemon.reconcile.TunnelLink;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What of ours was in the kernel at one moment. What sessions take of it is not left over. */
final class Inventory {
    private final Map<PolicyKey, PolicyEntry> policies = new LinkedHashMap<>();
    private final Map<String, LinkEntry> linksBySession = new LinkedHashMap<>();
    private final List<LinkEntry> strayLinks = new ArrayList<>();
    private final Map<Integer, Set<IpPrefix>> addresses = new HashMap<>();
    private final List<NexthopGroup> nexthopGroups = new ArrayList<>();
    private final List<SaEntry> sas;
    private final List<String> refusals;

    private Inventory(List<SaEntry> sas, List<String> refusals) {
        this.sas = sas;
        this.refusals = refusals;
    }

    /** Reads it all; a refusal to list something leaves that empty and is remembered. */
    static Inventory read(IpsecKernel kernel) {
        List<String> refusals = new ArrayList<>();
        Inventory inventory = new Inventory(orEmpty(kernel.listSas(), refusals), refusals);
        for (PolicyEntry policy : orEmpty(kernel.listPolicies(), refusals)) {
            inventory.policies.put(policy.key(), policy);
        }
        for (LinkEntry link : orEmpty(kernel.listTunnelLinks(), refusals)) {
            String session = KernelNumbers.session(link);
            if (session.isEmpty() || inventory.linksBySession.putIfAbsent(session, link) != null) {
                inventory.strayLinks.add(link);
            }
        }
        for (AddressEntry address : orEmpty(kernel.listAddresses(), refusals)) {
            inventory
                    .addresses
                    .computeIfAbsent(address.linkIndex(), index -> new HashSet<>())
                    .add(address.address());
        }
        Outcome<List<NexthopGroup>> groups = kernel.listNexthopGroups();
        if (!groups.isRefused(Outcome.Kind.NOT_SUPPORTED)) {
            inventory.nexthopGroups.addAll(orEmpty(groups, refusals));
        }
        return inventory;
    }

    private static <T> List<T> orEmpty(Outcome<List<T>> outcome, List<String> refusals) {
        outcome.refusal().ifPresent(refusal -> refusals.add(refusal.message()));
        return outcome.toOptional().orElse(List.of());
    }

    /** An ACQUIRE as its larval SA tells of it, which does not tell of the packet. */
    static KernelEvent.Acquire acquireOf(SaEntry larval) {
        Selector unknown =
                Selector.between(IpPrefix.all(larval.source()), IpPrefix.all(larval.source()));
        return new KernelEvent.Acquire(
                larval.source(),
                larval.id().destination(),
                larval.reqid(),
                larval.id().scope(),
                unknown,
                unknown,
                PolicyDirection.OUT,
                0,
                larval.acquireSequence());
    }

    /** Why something could not be listed, and so is missing here. */
    List<String> refusals() {
        return refusals;
    }

    boolean isComplete() {
        return refusals.isEmpty();
    }

    Map<PolicyKey, PolicyEntry> policies() {
        return policies;
    }

    List<SaEntry> sas() {
        return sas;
    }

    List<NexthopGroup> nexthopGroups() {
        return nexthopGroups;
    }

    /** Whether a session's interface shows that it can be sent by. */
    boolean linkIsUp(String session) {
        LinkEntry link = linksBySession.get(session);
        return link != null && link.state() == OperationalState.UP;
    }

    Optional<TunnelKind> linkKind(String session) {
        return Optional.ofNullable(linksBySession.get(session)).flatMap(LinkEntry::tunnelKind);
    }

    /** What a session that wants these objects finds; its link, whatever that is like. */
    SessionObjects take(String session, SessionObjects wanted) {
        Map<PolicyKey, PolicyEntry> found = new LinkedHashMap<>();
        for (PolicyKey key : wanted.policies().keySet()) {
            PolicyEntry policy = policies.remove(key);
            if (policy != null) {
                found.put(key, policy);
            }
        }
        LinkEntry link = linksBySession.remove(session);
        Optional<TunnelLink> tunnel =
                link == null ? Optional.empty() : request(session, link).map(r -> tunnel(r, link));
        if (link != null && tunnel.isEmpty()) {
            strayLinks.add(link);
        }
        return new SessionObjects(found, tunnel, Optional.empty());
    }

    private TunnelLink tunnel(TunnelLinkRequest request, LinkEntry link) {
        Set<IpPrefix> global = new HashSet<>(addresses.getOrDefault(link.index(), Set.of()));
        global.removeIf(prefix -> prefix.address().isLinkLocalAddress());
        return new TunnelLink(request, global);
    }

    /** The request that would make this link. */
    private static Optional<TunnelLinkRequest> request(String session, LinkEntry link) {
        if (link.key() == 0 || link.tunnelKind().isEmpty()) {
            return Optional.empty();
        }
        if (link.tunnelKind().get() == TunnelKind.XFRM_INTERFACE) {
            return Optional.of(
                    TunnelLinkRequest.xfrm(link.name(), session, link.key(), link.mtu()));
        }
        return link.local() == null || link.peer() == null
                ? Optional.empty()
                : Optional.of(
                        TunnelLinkRequest.vti(
                                link.name(),
                                session,
                                link.local(),
                                link.peer(),
                                link.key(),
                                link.mtu()));
    }

    /** Interfaces that no session took. */
    List<LinkEntry> leftOverLinks() {
        List<LinkEntry> left = new ArrayList<>(strayLinks);
        left.addAll(linksBySession.values());
        return left;
    }
}
