package io.edgeipsec.daemon.control;

import static io.edgeipsec.ike.model.FailReason.Kind.SERVICE_STOPPED;

import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.daemon.reconcile.Blueprint;
import io.edgeipsec.daemon.reconcile.Blueprints;
import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.daemon.reconcile.SessionObjects;
import io.edgeipsec.daemon.reconcile.TunnelLink;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.IntentSnapshot;
import io.edgeipsec.daemon.store.ServiceIntent;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.nft.TrafficRules;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes each session's kernel objects, and what the engine knows of it, what the store says.
 * Methods that are called from other threads say so; the rest runs on the kernel thread.
 */
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /** Where no route says otherwise: Ethernet. */
    private static final int DEFAULT_PATH_MTU = 1500;

    /** Where a session is read again for another reason. */
    private static final long NO_CHANGE = 0;

    private static final Duration READ_AGAIN = Duration.ofSeconds(5);

    private final KernelWork thread;
    private final IpsecKernel kernel;
    private final IntentReader intents;
    private final SessionTable table;
    private final TunnelKinds tunnelKinds;
    private final StatusBoard board;
    private final TrafficLedger ledger;
    private final MultiPathGroups groups;
    private final Reconciler reconciler;
    private final LocalAddresses localAddresses;
    private final Map<AddressPair, Integer> sessionsPerPair = new HashMap<>();

    /** Sessions that could not be taken up as they are stored. */
    private final Set<String> defective = new HashSet<>();

    private ServiceIntent service = ServiceIntent.RUNNING;

    private BiConsumer<IpAddress, IkeInput> engine = (peer, input) -> {};

    private record AddressPair(IpAddress local, IpAddress remote) {}

    Sessions(
            KernelWork thread,
            IpsecKernel kernel,
            IntentReader intents,
            SessionTable table,
            TunnelKinds tunnelKinds,
            StatusBoard board,
            TrafficLedger ledger,
            MultiPathGroups groups) {
        this.thread = thread;
        this.kernel = kernel;
        this.intents = intents;
        this.table = table;
        this.tunnelKinds = tunnelKinds;
        this.board = board;
        this.ledger = ledger;
        this.groups = groups;
        this.reconciler = new Reconciler(thread, kernel, table, board, groups);
        this.localAddresses = new LocalAddresses(kernel);
    }

    // Any thread.

    /** A change was committed. */
    void changed(ConfigurationChange change) {
        if (change.kind() == ResourceKind.SESSION) {
            refresh(change.id(), change.changeNumber(), () -> {});
        } else if (IPSecVPNProfile.class.isAssignableFrom(change.kind().type())
                || change.kind() == ResourceKind.CRL) {
            usedChanged(change);
        } else if (change.kind() == ResourceKind.SERVICE) {
            serviceChanged(change);
        } // Certificates never change, and are not in use when they come or go.
    }

    private void usedChanged(ConfigurationChange change) {
        intents.sessionsUsing(change.kind(), change.id())
                .whenComplete(
                        (sessions, failure) -> {
                            if (failure == null) {
                                refreshAll(new ArrayDeque<>(sessions), change.changeNumber());
                            } else {
                                readLater(change.id(), failure, () -> usedChanged(change));
                            }
                        });
    }

    private void serviceChanged(ConfigurationChange change) {
        intents.serviceIntent()
                .thenAccept(now -> thread.execute(() -> switchService(now, change.changeNumber())))
                .exceptionally(
                        failure -> {
                            readLater(change.id(), failure, () -> serviceChanged(change));
                            return null;
                        });
    }

    /** One after the other: a profile may serve more sessions than the store lets wait. */
    private void refreshAll(Deque<String> ids, long change) {
        String id = ids.poll();
        if (id != null) {
            refresh(id, change, () -> refreshAll(ids, change));
        }
    }

    /**
     * Reads a session again and makes it so. Later calls see later states, in their order.
     *
     * @param change the number of the change that is the reason; what is read contains it
     * @param then runs afterwards, on the kernel thread
     */
    private void refresh(String id, long change, Runnable then) {
        intents.intent(id)
                .thenAccept(intent -> hand(id, change, intent, then))
                .exceptionally(
                        failure -> {
                            readLater(id, failure, () -> refresh(id, change, then));
                            return null;
                        });
    }

    private void hand(String id, long change, Optional<SessionIntent> intent, Runnable then) {
        try {
            thread.execute(() -> settle(id, change, intent, then));
        } catch (RejectedExecutionException full) {
            intent.ifPresent(SessionIntent::close);
            throw full;
        }
    }

    /** The store has too much to do, or the kernel thread; what was committed still counts. */
    private void readLater(String what, Throwable failure, Runnable read) {
        LOG.warn("event=store.not_read id={} reason=\"{}\"", what, failure.getMessage());
        thread.executeLater(READ_AGAIN, read);
    }

    // Kernel thread.

    /** From now on the engine is told too. */
    void connect(BiConsumer<IpAddress, IkeInput> peers) {
        engine = peers;
    }

    /** Takes everything up at start: policies of all sessions before anything else. */
    void adopt(IntentSnapshot snapshot, Inventory inventory) {
        localAddresses.read();
        service = snapshot.service();
        stopOf(service)
                .ifPresent(stop -> LOG.warn("event=service.stopped reason=\"{}\"", stop.detail()));
        board.service(stopOf(service));
        for (SessionIntent intent : snapshot.sessions()) {
            sessionsPerPair.merge(pair(intent), 1, Integer::sum);
        }
        for (SessionIntent intent : snapshot.sessions()) {
            contain(
                    intent,
                    () -> {
                        String id = intent.session().id();
                        SessionTable.Entry entry = enter(intent, inventory.linkKind(id));
                        entry.usable = inventory.linkIsUp(id);
                        entry.actual = inventory.take(id, entry.blueprint.objects());
                    });
        }
        for (SessionTable.Entry entry : table.entries()) {
            reconciler.apply(entry, entry.actual.withPolicies(entry.wanted().policies()));
        }
        replaceRules();
        for (SessionTable.Entry entry : table.entries()) {
            reconciler.apply(entry, entry.wanted());
            configureEngine(entry);
        }
        for (SessionIntent intent : snapshot.sessions()) {
            board.carriedOut(intent.session().id(), snapshot.changeNumber());
        }
    }

    /** Rules that are there are not looked at: all are replaced at once. */
    private void replaceRules() {
        List<TrafficRules> rules =
                table.entries().stream()
                        .map(entry -> entry.wanted().rules())
                        .flatMap(Optional::stream)
                        .toList();
        Outcome<Outcome.Nothing> outcome = kernel.replaceTrafficRules(rules);
        if (outcome.isDone()) {
            for (SessionTable.Entry entry : table.entries()) {
                entry.actual = entry.actual.withRules(entry.wanted().rules());
            }
        } else if (!rules.isEmpty()) {
            outcome.refusal()
                    .ifPresent(r -> LOG.warn("event=rules.refused reason=\"{}\"", r.message()));
        }
    }

    private void settle(String id, long change, Optional<SessionIntent> intent, Runnable then) {
        if (!table.isClosed()) {
            if (intent.isEmpty()) {
                drop(id);
            }
            intent.ifPresent(present -> contain(present, () -> takeUp(present)));
            board.carriedOut(id, change);
        }
        intent.ifPresent(SessionIntent::close);
        then.run();
    }

    /** As an operator has ordered; policies stand whatever it is. */
    private void switchService(ServiceIntent now, long change) {
        ServiceIntent before = service;
        service = now;
        if (table.isClosed()) {
            return;
        }
        Optional<FailReason> stop = stopOf(now);
        boolean restarts = now.restarts() != before.restarts();
        if (stop.isPresent() && before.stop().isEmpty()) {
            table.entries().forEach(entry -> hold(entry, stop.get()));
        } else if (restarts && stop.isEmpty()) {
            FailReason restart = new FailReason(SERVICE_STOPPED, "it is being restarted");
            table.entries().forEach(entry -> hold(entry, restart));
        }
        board.service(stop);
        List<String> ids = table.entries().stream().map(entry -> entry.session).toList();
        if (stop.isEmpty() && (restarts || before.stop().isPresent())) {
            // The engine needs the keys again, which only the store has.
            refreshAll(new ArrayDeque<>(ids), change);
        } else {
            ids.forEach(id -> board.carriedOut(id, change));
        }
    }

    private static Optional<FailReason> stopOf(ServiceIntent service) {
        return service.stop()
                .map(
                        stop ->
                                new FailReason(
                                        SERVICE_STOPPED,
                                        "stopped by "
                                                + stop.by()
                                                + " at "
                                                + stop.since()
                                                + "; `edge-ipsec service start`, or POST"
                                                + " /node/services/ipsecvpn?action=start, starts"
                                                + " it"));
    }

    /** Ends the session's SAs, telling the peer. The policies stay, and hold its traffic back. */
    private void hold(SessionTable.Entry entry, FailReason reason) {
        if (entry.blueprint.peer().isPresent()) {
            entry.suspended = true;
            board.suspended(entry.session, reason);
            engine.accept(entry.peer, new IkeInput.PeerRemoved(entry.session, reason));
        }
    }

    /** A session that cannot be made sense of keeps what it has, and stops no other. */
    private void contain(SessionIntent intent, Runnable work) {
        String id = intent.session().id();
        try {
            work.run();
            defective.remove(id);
        } catch (RuntimeException defect) {
            LOG.error("event=session.defect session={}", id, defect);
            defective.add(id);
            board.configure(id, intent.session().settings().enabled(), Set.of());
            board.kernelRefused(id, String.valueOf(defect.getMessage()));
        }
    }

    private void takeUp(SessionIntent intent) {
        SessionTable.Entry before = table.find(intent.session().id());
        Optional<IpAddress> formerPeer = Optional.ofNullable(before).map(e -> e.peer);
        Optional<TunnelKind> present =
                before == null ? Optional.empty() : before.actual.link().map(TunnelLink::kind);
        if (before != null) {
            forgetPair(before);
        }
        sessionsPerPair.merge(pair(intent), 1, Integer::sum);
        Optional<String> formerGroup =
                Optional.ofNullable(before).flatMap(e -> e.blueprint.multiPathGroup());
        SessionTable.Entry entry = enter(intent, present);
        // Left before another is joined: the interface's nexthop is the same.
        formerGroup.ifPresent(groups::settle);
        formerPeer
                .filter(peer -> !peer.equals(entry.peer))
                .ifPresent(peer -> engine.accept(peer, new IkeInput.PeerRemoved(entry.session)));
        if (entry.blueprint.peer().isEmpty()) {
            engine.accept(entry.peer, new IkeInput.PeerRemoved(entry.session));
        }
        reconciler.apply(entry, entry.wanted());
        removeUnowned();
        configureEngine(entry);
    }

    /** SAs of an earlier run, and packets that wait, whose rule is gone. */
    private void removeUnowned() {
        table.takeUnowned().forEach(kernel::removeSa);
        table.takeUnownedAcquires().forEach(this::forget);
    }

    /**
     * Lets go of a packet that waits for nobody any more: its larval SA would keep the kernel from
     * asking for whoever gets the reqid next.
     */
    void forget(KernelEvent.Acquire acquire) {
        kernel.forgetAcquire(acquire)
                .refusal()
                .filter(refusal -> refusal.kind() != Outcome.Kind.GONE)
                .ifPresent(r -> LOG.warn("event=acquire.not_forgotten reason=\"{}\"", r.message()));
    }

    /** Puts a session into the table as it is to be; nothing in the kernel changes yet. */
    private SessionTable.Entry enter(SessionIntent intent, Optional<TunnelKind> present) {
        String id = intent.session().id();
        SessionSettings settings = intent.session().settings();
        InetAddress local = settings.localEndpoint().localAddress().toInetAddress();
        InetAddress peer = settings.peerAddress().toInetAddress();
        boolean alone = sessionsPerPair.getOrDefault(pair(intent), 1) <= 1;
        TunnelKind kind =
                intent.session() instanceof RouteBasedIPSecVPNSession
                        ? tunnelKinds.choose(id, present, alone)
                        : TunnelKind.XFRM_INTERFACE;
        int pathMtu = pathMtu(local, peer);
        Blueprint blueprint =
                Blueprints.of(intent, kind, Blueprints.tunnelMtu(intent, pathMtu, true));
        SessionTable.Entry entry =
                table.put(blueprint, Conversions.toIke(local), Conversions.toIke(peer), pathMtu);
        board.configure(id, settings.enabled(), blueprint.children().keySet());
        ledger.retain(id, blueprint.children().keySet());
        return entry;
    }

    private int pathMtu(InetAddress local, InetAddress peer) {
        return foundPathMtu(local, peer).orElse(DEFAULT_PATH_MTU);
    }

    private Optional<Integer> foundPathMtu(InetAddress local, InetAddress peer) {
        return kernel.lookUpRoute(peer, Optional.of(local))
                .toOptional()
                .map(RouteAnswer::mtu)
                .filter(mtu -> mtu > 0);
    }

    private void configureEngine(SessionTable.Entry entry) {
        entry.blueprint
                .peer()
                .ifPresentOrElse(policy -> configureEngine(entry, policy), () -> resume(entry));
    }

    /** It has its address, or wants none. */
    private void resume(SessionTable.Entry entry) {
        entry.suspended = false;
        board.resumed(entry.session);
    }

    private void configureEngine(SessionTable.Entry entry, PeerPolicy policy) {
        Optional<FailReason> stop = stopOf(service);
        if (stop.isPresent()) {
            policy.authentication().close();
            hold(entry, stop.get());
            return;
        }
        if (localAddresses.lacks(entry.local)) {
            policy.authentication().close();
            suspend(entry);
            return;
        }
        boolean returns = entry.suspended;
        resume(entry);
        engine.accept(entry.peer, new IkeInput.PeerConfigured(policy));
        if (returns) {
            // The kernel does not ask again for packets that wait already.
            demand(
                    entry,
                    reqid -> table.findAcquire(reqid).isPresent() || table.hasInherited(reqid));
        }
    }

    /**
     * Has IKE replace SAs of an earlier run, also where traffic is to bring tunnels up: as long as
     * such SAs carry it, the kernel does not ask for others, but nobody rekeys them, and nobody
     * notices when the peer has dropped its own.
     */
    void demandSuccessors() {
        table.entries().forEach(entry -> demand(entry, table::hasInherited));
    }

    private void demand(SessionTable.Entry entry, IntPredicate ofReqid) {
        entry.blueprint
                .children()
                .forEach(
                        (child, traits) -> {
                            if (ofReqid.test(traits.reqid())) {
                                trafficWaits(new ChildRef(entry.session, child));
                            }
                        });
    }

    /**
     * Nothing that we sent would leave without its source address, and time-outs would tell the
     * operator the wrong story. The policies stay.
     */
    private void suspend(SessionTable.Entry entry) {
        FailReason reason =
                new FailReason(
                        FailReason.Kind.LOCAL_ADDRESS_MISSING,
                        "local address "
                                + entry.local
                                + " is not on this machine; add it to an interface, and the"
                                + " session goes on at once");
        LOG.warn("event=session.suspended session={} reason=\"{}\"", entry.session, reason);
        entry.suspended = true;
        board.suspended(entry.session, reason);
        engine.accept(entry.peer, new IkeInput.PeerSuspended(entry.session, reason));
    }

    /** An address came or went, on one interface at least. */
    void addressChanged(IpAddress address) {
        localAddresses.changed();
        if (table.entries().stream().anyMatch(entry -> entry.local.equals(address))) {
            checkLocalAddresses();
        }
    }

    private void checkLocalAddresses() {
        if (service.stop().isPresent()) {
            return; // the start looks at all of them
        }
        Deque<String> resumed = new ArrayDeque<>();
        for (SessionTable.Entry entry : table.entries()) {
            boolean lacks = localAddresses.lacks(entry.local);
            if (entry.suspended && !lacks) {
                LOG.info("event=session.resumed session={} local={}", entry.session, entry.local);
                resumed.add(entry.session);
            } else if (!entry.suspended && lacks && entry.blueprint.peer().isPresent()) {
                suspend(entry);
            }
        }
        // The engine needs the keys again, which only the store has.
        refreshAll(resumed, NO_CHANGE);
    }

    /** Routes may lead to the peers by other ways, through which other packets fit. */
    void pathsChanged() {
        for (SessionTable.Entry entry : table.entries()) {
            InetAddress local = Conversions.toInet(entry.local);
            InetAddress peer = Conversions.toInet(entry.peer);
            // Where there is no way just now, the old one is the best guess at the next.
            foundPathMtu(local, peer)
                    .filter(mtu -> mtu != entry.pathMtu)
                    .ifPresent(mtu -> pathMtuChanged(entry, mtu));
        }
    }

    private void pathMtuChanged(SessionTable.Entry entry, int pathMtu) {
        LOG.info(
                "event=session.path_mtu_changed session={} before={} now={}",
                entry.session,
                entry.pathMtu,
                pathMtu);
        entry.pathMtu = pathMtu;
        entry.tunnelMtuOfPathMtu.ifPresent(
                function -> {
                    entry.tunnelMtu = function.applyAsInt(pathMtu);
                    reconciler.apply(entry, entry.wanted());
                });
    }

    private void drop(String id) {
        SessionTable.Entry entry = table.find(id);
        if (entry != null) {
            engine.accept(entry.peer, new IkeInput.PeerRemoved(id));
            reconciler.apply(entry, SessionObjects.NONE);
            forgetPair(entry);
            table.remove(entry);
            entry.blueprint.multiPathGroup().ifPresent(groups::settle);
            removeUnowned();
            tunnelKinds.forget(id);
        }
        defective.remove(id);
        board.remove(id);
        ledger.forget(id);
    }

    private AddressPair pair(SessionIntent intent) {
        SessionSettings settings = intent.session().settings();
        return new AddressPair(
                Conversions.toIke(settings.localEndpoint().localAddress()),
                Conversions.toIke(settings.peerAddress()));
    }

    private void forgetPair(SessionTable.Entry entry) {
        sessionsPerPair.computeIfPresent(
                new AddressPair(entry.local, entry.peer),
                (pair, count) -> count == 1 ? null : count - 1);
    }

    /** Makes everything as it should be again, after somebody else may have changed it. */
    void audit(Inventory inventory) {
        localAddresses.read();
        checkLocalAddresses();
        for (SessionTable.Entry entry : table.entries()) {
            entry.actual =
                    inventory.take(entry.session, entry.wanted()).withRules(entry.actual.rules());
            reconciler.apply(entry, entry.wanted());
        }
        if (table.entries().stream().anyMatch(entry -> entry.actual.rules().isPresent())) {
            auditRules();
        }
    }

    private void auditRules() {
        Outcome<List<String>> differences = kernel.verifyTrafficRules();
        differences
                .refusal()
                .ifPresent(r -> LOG.warn("event=rules.not_listed reason=\"{}\"", r.message()));
        List<String> found = differences.toOptional().orElse(List.of());
        if (!found.isEmpty()) {
            LOG.warn("event=rules.changed_by_others differences=\"{}\"", found);
            replaceRules();
        }
    }

    /** Whether every policy of every session stands. */
    boolean areProtected() {
        return defective.isEmpty()
                && table.entries().stream().allMatch(SessionTable.Entry::isProtected);
    }

    /** Leaves blocks where policies were, for as long as nobody is there to protect. */
    void block() {
        for (SessionTable.Entry entry : table.entries()) {
            reconciler.apply(entry, entry.wanted().blocked());
            reconciler.setUsable(entry, false);
        }
    }

    /** Tells the engine of a session something about it. */
    void tell(SessionTable.Entry entry, IkeInput input) {
        engine.accept(entry.peer, input);
    }

    /** Tells the engine of a session that a packet waits for one of its Child SAs. */
    void trafficWaits(ChildRef child) {
        SessionTable.Entry entry = table.find(child.session());
        if (entry != null) {
            engine.accept(entry.peer, new IkeInput.TrafficWaits(child.session(), child.child()));
        }
    }

    /** Tells the engine of a Child SA that the kernel gives or has given up. */
    void expired(LiveSa sa, boolean hard) {
        engine.accept(
                sa.peer(),
                new IkeInput.ChildSaExpired(
                        sa.child().session(), sa.child().child(), sa.inboundSpi(), hard));
    }

    /** Tells the engine of a Child SA whose ESP comes from another endpoint. */
    void espSourceChanged(LiveSa sa, Endpoint remote) {
        engine.accept(
                sa.peer(),
                new IkeInput.EspSourceChanged(sa.child().session(), sa.inboundSpi(), remote));
    }

    /** Whose engine a Child SA belongs to: the configured peer's, wherever that is now. */
    IpAddress engineOf(ChildSaLocator childSa) {
        SessionTable.Entry entry = table.find(childSa.session());
        return entry == null ? childSa.path().remote().address() : entry.peer;
    }

    /**
     * Whether a session's SAs can end at this address of the peer's: not where another session's
     * do, if one of the two has a VTI, which takes all ESP between two addresses.
     */
    boolean canBeCarriedTo(String session, IpAddress outerPeer) {
        SessionTable.Entry entry = table.find(session);
        if (entry == null || outerPeer.equals(entry.outerPeer) || outerPeer.equals(entry.peer)) {
            return true;
        }
        return table.entries().stream()
                .filter(other -> other != entry && other.local.equals(entry.local))
                .filter(other -> outerPeer.equals(other.peer) || outerPeer.equals(other.outerPeer))
                .noneMatch(other -> hasVti(other) || hasVti(entry));
    }

    private static boolean hasVti(SessionTable.Entry entry) {
        return entry.actual.link().filter(link -> link.kind() == TunnelKind.VTI).isPresent();
    }

    /** The session's newest SAs end at this address of the peer's. */
    void carriedTo(String session, IpAddress outerPeer) {
        SessionTable.Entry entry = table.find(session);
        if (entry != null && !entry.outerPeer.equals(outerPeer)) {
            entry.outerPeer = outerPeer;
            reconciler.apply(entry, entry.wanted());
        }
    }

    /** A Child SA is in the kernel. */
    void becameUsable(String session, IntUnaryOperator tunnelMtuOfPathMtu) {
        SessionTable.Entry entry = table.find(session);
        if (entry != null) {
            entry.tunnelMtuOfPathMtu = Optional.of(tunnelMtuOfPathMtu);
            entry.tunnelMtu = tunnelMtuOfPathMtu.applyAsInt(entry.pathMtu);
            reconciler.apply(entry, entry.wanted());
            reconciler.setUsable(entry, true);
        }
    }

    /** What an earlier run has left cannot be followed by anything. */
    void negotiationFailed(String session) {
        SessionTable.Entry entry = table.find(session);
        if (entry != null && entry.usable) {
            maybeUnusable(session);
        }
    }

    /** A Child SA has left the kernel. */
    void maybeUnusable(String session) {
        SessionTable.Entry entry = table.find(session);
        if (entry != null && !table.hasUsableSa(session)) {
            reconciler.setUsable(entry, false);
            // The next ones are negotiated where the peer is configured to be.
            carriedTo(session, entry.peer);
        }
    }
}
