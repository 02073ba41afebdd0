package io.edgeipsec.daemon.control;

import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.daemon.reconcile.Blueprint;
import io.edgeipsec.daemon.reconcile.Blueprints;
import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.daemon.reconcile.KernelAction;
import io.edgeipsec.daemon.reconcile.Planner;
import io.edgeipsec.daemon.reconcile.SessionObjects;
import io.edgeipsec.daemon.reconcile.TunnelLink;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.IntentSnapshot;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.nft.TrafficRules;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes each session's kernel objects, and what the engine knows of it, what the store says.
 * Methods that are called from other threads say so; the rest runs on the kernel thread.
 */
public final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /** Where no route says otherwise: Ethernet. */
    private static final int DEFAULT_PATH_MTU = 1500;

    private static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    private static final int RETRY_DOUBLINGS = 6;

    private final KernelThread thread;
    private final IpsecKernel kernel;
    private final IntentReader intents;
    private final SessionTable table;
    private final TunnelKinds tunnelKinds;
    private final StatusBoard board;
    private final Map<AddressPair, Integer> sessionsPerPair = new HashMap<>();
    private BiConsumer<IpAddress, IkeInput> engine = (peer, input) -> {};

    private record AddressPair(IpAddress local, IpAddress remote) {}

    Sessions(
            KernelThread thread,
            IpsecKernel kernel,
            IntentReader intents,
            SessionTable table,
            TunnelKinds tunnelKinds,
            StatusBoard board) {
        this.thread = thread;
        this.kernel = kernel;
        this.intents = intents;
        this.table = table;
        this.tunnelKinds = tunnelKinds;
        this.board = board;
    }

    // Any thread.

    /** A change was committed. */
    public void changed(ConfigurationChange change) {
        if (change.kind() == ResourceKind.SESSION) {
            refresh(change.id());
        } else if (IPSecVPNProfile.class.isAssignableFrom(change.kind().type())) {
            profileChanged(change);
        } // Certificates and CRLs never change, and are not in use when they come or go.
    }

    @SuppressWarnings("unchecked") // as it was asked for
    private void profileChanged(ConfigurationChange change) {
        intents.sessionsUsing((ResourceKind<? extends IPSecVPNProfile>) change.kind(), change.id())
                .thenAccept(sessions -> sessions.forEach(this::refresh));
    }

    /** Reads a session again and makes it so. Later calls see later states, in their order. */
    private void refresh(String id) {
        intents.intent(id)
                .thenAccept(
                        intent ->
                                thread.execute(
                                        () -> intent.ifPresentOrElse(this::takeUp, () -> drop(id))))
                .exceptionally(
                        failure -> {
                            LOG.error("event=session.not_read session={}", id, failure);
                            return null;
                        });
    }

    // Kernel thread.

    /** From now on the engine is told too. */
    void connect(BiConsumer<IpAddress, IkeInput> peers) {
        engine = peers;
    }

    /** Takes everything up at start: policies of all sessions before anything else. */
    void adopt(IntentSnapshot snapshot, Inventory inventory) {
        for (SessionIntent intent : snapshot.sessions()) {
            sessionsPerPair.merge(pair(intent), 1, Integer::sum);
        }
        for (SessionIntent intent : snapshot.sessions()) {
            SessionTable.Entry entry = enter(intent, inventory.linkKind(intent.session().id()));
            entry.actual = inventory.take(entry.session, entry.blueprint.objects());
        }
        for (SessionTable.Entry entry : table.entries()) {
            apply(entry, entry.actual.withPolicies(entry.wanted().policies()));
        }
        replaceRules();
        for (SessionTable.Entry entry : table.entries()) {
            apply(entry, entry.wanted());
            configureEngine(entry);
        }
    }

    /** Whatever rules are there, those of all sessions take their place at once. */
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

    private void takeUp(SessionIntent intent) {
        try (intent) {
            SessionTable.Entry before = table.find(intent.session().id());
            Optional<IpAddress> formerPeer = Optional.ofNullable(before).map(e -> e.peer);
            if (before != null) {
                forgetPair(before);
            }
            sessionsPerPair.merge(pair(intent), 1, Integer::sum);
            Optional<TunnelKind> present =
                    before == null ? Optional.empty() : before.actual.link().map(TunnelLink::kind);
            SessionTable.Entry entry = enter(intent, present);
            formerPeer
                    .filter(peer -> !peer.equals(entry.peer))
                    .ifPresent(
                            peer -> engine.accept(peer, new IkeInput.PeerRemoved(entry.session)));
            if (entry.blueprint.peer().isEmpty()) {
                engine.accept(entry.peer, new IkeInput.PeerRemoved(entry.session));
            }
            apply(entry, entry.wanted());
            removeUnowned();
            configureEngine(entry);
        }
    }

    /** SAs of an earlier run whose rule is gone. */
    private void removeUnowned() {
        table.takeUnowned().forEach(kernel::removeSa);
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
        return entry;
    }

    private int pathMtu(InetAddress local, InetAddress peer) {
        return kernel.lookUpRoute(peer, Optional.of(local))
                .toOptional()
                .map(RouteAnswer::mtu)
                .filter(mtu -> mtu > 0)
                .orElse(DEFAULT_PATH_MTU);
    }

    private void configureEngine(SessionTable.Entry entry) {
        entry.blueprint
                .peer()
                .ifPresent(
                        policy -> engine.accept(entry.peer, new IkeInput.PeerConfigured(policy)));
    }

    private void drop(String id) {
        SessionTable.Entry entry = table.find(id);
        if (entry != null) {
            engine.accept(entry.peer, new IkeInput.PeerRemoved(id));
            apply(entry, SessionObjects.NONE);
            forgetPair(entry);
            table.remove(entry);
            removeUnowned();
            tunnelKinds.forget(id);
            board.remove(id);
        }
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

    /** Carries a plan out; a refused step is reported, and tried again later. */
    private void apply(SessionTable.Entry entry, SessionObjects wanted) {
        List<String> refusals = new ArrayList<>();
        for (KernelAction action : Planner.plan(wanted, entry.actual)) {
            Outcome<Outcome.Nothing> outcome = action.applyTo(kernel);
            if (outcome.isDone()) {
                entry.actual = entry.actual.after(action);
            } else {
                outcome.refusal().ifPresent(refusal -> refusals.add(refusal.message()));
            }
        }
        if (refusals.isEmpty()) {
            entry.failures = 0;
            board.kernelAccepted(entry.session);
            return;
        }
        LOG.warn(
                "event=session.kernel_refused session={} reasons=\"{}\"",
                entry.session,
                String.join("; ", refusals));
        board.kernelRefused(entry.session, refusals.get(0));
        Duration delay =
                RETRY_FIRST.multipliedBy(1L << Math.min(entry.failures++, RETRY_DOUBLINGS));
        thread.executeLater(delay, () -> retry(entry));
    }

    private void retry(SessionTable.Entry entry) {
        if (table.find(entry.session) == entry) {
            apply(entry, entry.wanted());
        }
    }

    /** Makes everything as it should be again, after somebody else may have changed it. */
    void audit(Inventory inventory) {
        for (SessionTable.Entry entry : table.entries()) {
            entry.actual =
                    inventory.take(entry.session, entry.wanted()).withRules(entry.actual.rules());
            apply(entry, entry.wanted());
        }
        List<String> differences = kernel.verifyTrafficRules().toOptional().orElse(List.of());
        if (!differences.isEmpty()) {
            LOG.warn(
                    "event=rules.changed_by_others differences=\"{}\"",
                    String.join("; ", differences));
            replaceRules();
        }
    }

    /** Leaves blocks where policies were, for as long as nobody is there to protect. */
    void block() {
        for (SessionTable.Entry entry : table.entries()) {
            apply(entry, entry.wanted().blocked());
            entry.actual.link().ifPresent(link -> setUsable(link, false));
        }
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

    /** A Child SA is in the kernel. */
    void becameUsable(String session, IntUnaryOperator tunnelMtuOfPathMtu) {
        SessionTable.Entry entry = table.find(session);
        if (entry != null) {
            entry.tunnelMtu = tunnelMtuOfPathMtu.applyAsInt(entry.pathMtu);
            apply(entry, entry.wanted());
            entry.actual.link().ifPresent(link -> setUsable(link, true));
        }
    }

    /** A Child SA has left the kernel. */
    void maybeUnusable(String session) {
        SessionTable.Entry entry = table.find(session);
        if (entry != null && !entry.hasUsableSa()) {
            entry.actual.link().ifPresent(link -> setUsable(link, false));
        }
    }

    private void setUsable(TunnelLink link, boolean usable) {
        kernel.setLinkUsable(link.request().name(), usable)
                .refusal()
                .ifPresent(
                        refusal -> LOG.warn("event=link.refused reason=\"{}\"", refusal.message()));
    }
}
