package io.edgeipsec.daemon.control;

import io.edgeipsec.daemon.reconcile.Blueprint;
import io.edgeipsec.daemon.reconcile.ChildTraits;
import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.daemon.reconcile.SessionObjects;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.state.SaId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the daemon knows to be in the kernel, and whose it is. Kernel thread only. */
final class SessionTable {
    /** One session. */
    static final class Entry {
        final String session;
        Blueprint blueprint;
        SessionObjects actual;
        IpAddress local;
        IpAddress peer;

        /** Where the SAs end: a peer behind a NAT may come from another address than configured. */
        IpAddress outerPeer;

        int pathMtu;

        /** What the newest Child SA lets through; 0 before there was one. */
        int tunnelMtu;

        /** The tunnel's MTU as the newest Child SA makes it from the path's. */
        Optional<IntUnaryOperator> tunnelMtuOfPathMtu = Optional.empty();

        /**
         * Whether IKE was not told of the session, or told to leave it, for want of its address.
         */
        boolean suspended;

        /** Whether the tunnel interface shows that it can be sent by. */
        boolean usable;

        /** Attempts in a row that the kernel refused in part. */
        int failures;

        /** Whether another attempt is coming up by itself. */
        boolean retryPending;

        Entry(Blueprint blueprint, IpAddress local, IpAddress peer, int pathMtu) {
            this.session = blueprint.session();
            this.blueprint = blueprint;
            this.actual = SessionObjects.NONE;
            this.local = local;
            this.peer = peer;
            this.outerPeer = peer;
            this.pathMtu = pathMtu;
        }

        SessionObjects wanted() {
            SessionObjects objects =
                    tunnelMtu == 0 ? blueprint.objects() : blueprint.objectsAt(tunnelMtu);
            return outerPeer.equals(peer)
                    ? objects
                    : objects.withOuterAddress(
                            Conversions.toInet(peer), Conversions.toInet(outerPeer));
        }

        /** Whether every policy of the session stands as it should. */
        boolean isProtected() {
            return actual.policies().entrySet().containsAll(wanted().policies().entrySet());
        }
    }

    /** SPIs are unique for a destination only. */
    private record SpiKey(IpAddress local, EspSpi inbound) {
        static SpiKey of(ChildSaLocator locator) {
            return new SpiKey(locator.path().local().address(), locator.inbound());
        }
    }

    private final Map<String, Entry> sessions = new LinkedHashMap<>();
    private final Map<Integer, ChildRef> byReqid = new HashMap<>();

    /** The sessions that want a policy, in the order they came; the first one has it. */
    private final Map<PolicyKey, List<Entry>> claims = new HashMap<>();

    /** The sessions of each multiple-path group. */
    private final Map<String, Set<Entry>> groups = new HashMap<>();

    private final Map<SpiKey, LiveSa> live = new LinkedHashMap<>();
    private final Map<SaId, LiveSa> installed = new LinkedHashMap<>();

    /** The inbound SAs of each child, older ones first: two while it is rekeyed. */
    private final Map<ChildRef, Set<SaId>> inboundOf = new HashMap<>();

    /** Installed Child SAs by session; a session may go and come back before its SAs are gone. */
    private final Map<String, Integer> usable = new HashMap<>();

    private final Map<Integer, Set<SaId>> inherited = new HashMap<>();

    /** The same by the SA: its reqid. */
    private final Map<SaId, Integer> heirlooms = new HashMap<>();

    private final Map<Integer, KernelEvent.Acquire> acquires = new HashMap<>();
    private boolean closed;

    /** From now on the kernel is left as it is, whatever still comes. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    Collection<Entry> entries() {
        return sessions.values();
    }

    @Nullable Entry find(String session) {
        return sessions.get(session);
    }

    /** Enters a session, or gives a known one another blueprint. */
    Entry put(Blueprint blueprint, IpAddress local, IpAddress peer, int pathMtu) {
        Entry entry =
                sessions.computeIfAbsent(
                        blueprint.session(), id -> new Entry(blueprint, local, peer, pathMtu));
        entry.blueprint.children().values().forEach(traits -> byReqid.remove(traits.reqid()));
        Set<PolicyKey> wanted = blueprint.objects().policies().keySet();
        for (PolicyKey key : entry.blueprint.objects().policies().keySet()) {
            if (!wanted.contains(key)) {
                disclaim(key, entry);
            }
        }
        wanted.forEach(key -> claim(key, entry));
        leaveGroup(entry);
        blueprint
                .multiPathGroup()
                .ifPresent(
                        group ->
                                groups.computeIfAbsent(group, g -> new LinkedHashSet<>())
                                        .add(entry));
        entry.blueprint = blueprint;
        entry.local = local;
        entry.outerPeer = peer.equals(entry.peer) ? entry.outerPeer : peer;
        entry.peer = peer;
        entry.pathMtu = pathMtu;
        blueprint
                .children()
                .forEach(
                        (name, traits) ->
                                byReqid.put(
                                        traits.reqid(), new ChildRef(blueprint.session(), name)));
        return entry;
    }

    void remove(Entry entry) {
        sessions.remove(entry.session);
        leaveGroup(entry);
        entry.blueprint.objects().policies().keySet().forEach(key -> disclaim(key, entry));
        entry.blueprint.children().values().forEach(traits -> byReqid.remove(traits.reqid()));
    }

    private void leaveGroup(Entry entry) {
        entry.blueprint
                .multiPathGroup()
                .ifPresent(
                        group ->
                                groups.computeIfPresent(
                                        group,
                                        (g, members) -> {
                                            members.remove(entry);
                                            return members.isEmpty() ? null : members;
                                        }));
    }

    /** The sessions of a multiple-path group. */
    Collection<Entry> members(String multiPathGroup) {
        return Collections.unmodifiableCollection(groups.getOrDefault(multiPathGroup, Set.of()));
    }

    private void claim(PolicyKey key, Entry entry) {
        List<Entry> claimants = claims.computeIfAbsent(key, k -> new ArrayList<>(1));
        if (!claimants.contains(entry)) {
            claimants.add(entry);
        }
    }

    private void disclaim(PolicyKey key, Entry entry) {
        claims.computeIfPresent(
                key,
                (k, claimants) -> {
                    claimants.remove(entry);
                    return claimants.isEmpty() ? null : claimants;
                });
    }

    /** The session that has a policy, if it is not the one that asks. */
    Optional<Entry> holderBefore(Entry entry, PolicyKey key) {
        return claims.getOrDefault(key, List.of()).stream()
                .findFirst()
                .filter(holder -> holder != entry);
    }

    /** The session that gets a policy when this one gives it up. */
    Optional<Entry> heir(Entry entry, PolicyKey key) {
        return claims.getOrDefault(key, List.of()).stream()
                .filter(claimant -> claimant != entry)
                .findFirst();
    }

    /** Empty if there is no such child, or no SAs are to be made any more. */
    Optional<ChildTraits> traits(ChildRef child) {
        return Optional.ofNullable(closed ? null : sessions.get(child.session()))
                .map(entry -> entry.blueprint.children().get(child.child()));
    }

    Optional<ChildRef> byReqid(int reqid) {
        return Optional.ofNullable(byReqid.get(reqid));
    }

    // SAs.

    void reserve(ChildSaLocator locator, LiveSa sa) {
        live.put(SpiKey.of(locator), sa);
    }

    /** The SAs are in; the session's interface may carry traffic. */
    void install(ChildSaLocator locator, LiveSa sa) {
        live.put(SpiKey.of(locator), sa);
        installed.put(sa.inbound(), sa);
        sa.outbound().ifPresent(out -> installed.put(out, sa));
        inboundOf.computeIfAbsent(sa.child(), c -> new LinkedHashSet<>(2)).add(sa.inbound());
        usable.merge(sa.child().session(), 1, Integer::sum);
    }

    /** What is installed of a child. */
    List<LiveSa> installedOf(ChildRef child) {
        return inboundOf.getOrDefault(child, Set.of()).stream()
                .map(id -> Objects.requireNonNull(installed.get(id)))
                .toList();
    }

    Optional<LiveSa> removeSa(ChildSaLocator locator) {
        LiveSa sa = live.remove(SpiKey.of(locator));
        if (sa != null && installed.remove(sa.inbound()) != null) {
            sa.outbound().ifPresent(installed::remove);
            inboundOf.computeIfPresent(
                    sa.child(),
                    (child, ids) -> {
                        ids.remove(sa.inbound());
                        return ids.isEmpty() ? null : ids;
                    });
            usable.computeIfPresent(
                    sa.child().session(), (session, count) -> count == 1 ? null : count - 1);
        }
        return Optional.ofNullable(sa);
    }

    /**
     * The SAs of a Child SA go by another way now, and may have other names for it; or the outbound
     * one has been added.
     */
    void changed(ChildSaLocator locator, LiveSa before, LiveSa after) {
        before.outbound().ifPresent(installed::remove);
        live.put(SpiKey.of(locator), after);
        installed.put(after.inbound(), after);
        after.outbound().ifPresent(out -> installed.put(out, after));
    }

    boolean hasUsableSa(String session) {
        return usable.containsKey(session);
    }

    Optional<LiveSa> findSa(ChildSaLocator locator) {
        return Optional.ofNullable(live.get(SpiKey.of(locator)));
    }

    /** The Child SA that receives on an SPI at one of our addresses. */
    Optional<LiveSa> findInbound(IpAddress local, EspSpi inbound) {
        return Optional.ofNullable(live.get(new SpiKey(local, inbound)));
    }

    /** The Child SA that one of the kernel's SAs belongs to. */
    Optional<LiveSa> findSa(SaId id) {
        return Optional.ofNullable(installed.get(id));
    }

    /** Every SA that should be in the kernel. */
    Map<SaId, LiveSa> installed() {
        return Collections.unmodifiableMap(installed);
    }

    // What an earlier run left.

    void inherit(int reqid, SaId sa) {
        inherited.computeIfAbsent(reqid, r -> new LinkedHashSet<>()).add(sa);
        heirlooms.put(sa, reqid);
    }

    boolean hasInherited(int reqid) {
        return inherited.containsKey(reqid);
    }

    /** The SAs of an earlier run that a new one has just made superfluous. */
    Set<SaId> takeInherited(int reqid) {
        Set<SaId> sas = inherited.remove(reqid);
        if (sas == null) {
            return Set.of();
        }
        sas.forEach(heirlooms::remove);
        return sas;
    }

    /** Whether this was one, which it is not any more. */
    boolean disinherit(SaId sa) {
        Integer reqid = heirlooms.remove(sa);
        if (reqid == null) {
            return false;
        }
        inherited.computeIfPresent(
                reqid,
                (r, sas) -> {
                    sas.remove(sa);
                    return sas.isEmpty() ? null : sas;
                });
        return true;
    }

    /** Those of sessions or rules that are no more. */
    List<SaId> takeUnowned() {
        List<SaId> unowned = new ArrayList<>();
        for (Integer reqid : List.copyOf(inherited.keySet())) {
            if (!byReqid.containsKey(reqid)) {
                unowned.addAll(takeInherited(reqid));
            }
        }
        return unowned;
    }

    // Packets that wait.

    void acquired(KernelEvent.Acquire acquire) {
        acquires.put(acquire.reqid(), acquire);
    }

    Optional<KernelEvent.Acquire> findAcquire(int reqid) {
        return Optional.ofNullable(acquires.get(reqid));
    }

    List<KernelEvent.Acquire> acquires(String session) {
        Entry entry = sessions.get(session);
        return entry == null
                ? List.of()
                : entry.blueprint.children().values().stream()
                        .flatMap(traits -> findAcquire(traits.reqid()).stream())
                        .toList();
    }

    /** Those of sessions or rules that are no more. */
    List<KernelEvent.Acquire> takeUnownedAcquires() {
        List<KernelEvent.Acquire> unowned =
                acquires.values().stream()
                        .filter(acquire -> !byReqid.containsKey(acquire.reqid()))
                        .toList();
        unowned.forEach(acquire -> acquires.remove(acquire.reqid()));
        return unowned;
    }

    /** It was answered, or is to be forgotten. */
    void removeAcquire(int reqid) {
        acquires.remove(reqid);
    }
}
