package io.edgeipsec.daemon.control;

import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.port.SessionAction;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.daemon.status.TrafficSource;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.IntentSnapshot;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.transport.ChildSaKernel;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.FlushReport;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelFeatures;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel under the daemon's control. Any thread; the work is done on the kernel thread. */
public final class DataPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

    /** A safety net behind the kernel's notifications, cheap against what it would catch. */
    private static final Duration AUDIT_INTERVAL = Duration.ofMinutes(10);

    /** When the kernel could not be read, or did not let us listen. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    /**
     * How long a packet keeps waiting after a negotiation has failed: the next one starts another,
     * and a peer that refuses is not to be asked for every packet.
     */
    private static final Duration ACQUIRE_PAUSE = Duration.ofSeconds(10);

    /** One audit for all notifications of a flush. */
    private static final Duration AUDIT_DELAY = Duration.ofSeconds(1);

    /** One look at all paths for a burst of changed routes, as a routing daemon's start makes. */
    private static final Duration PATHS_DELAY = Duration.ofSeconds(1);

    private final KernelWork thread;
    private final SessionTable table = new SessionTable();
    private final IpsecKernel kernel;
    private final IntentReader intents;
    private final MultiPathGroups groups;
    private final Sessions sessions;
    private final KernelChildSas childSas;
    private final TrafficSource traffic;
    private final SessionCommands commands;
    private final TunnelKinds tunnelKinds;
    private final KernelEvents events;
    private boolean auditPending;
    private boolean pathsPending;
    private IpsecKernel.@Nullable Monitor monitor;

    public DataPlane(
            IpsecKernel kernel, IntentReader intents, TunnelKinds tunnelKinds, StatusBoard board) {
        this(new KernelThread(), kernel, intents, tunnelKinds, board);
    }

    /** A data plane whose work is done, and whose time passes, elsewhere than on a thread. */
    public DataPlane(
            KernelWork thread,
            IpsecKernel kernel,
            IntentReader intents,
            TunnelKinds tunnelKinds,
            StatusBoard board) {
        this.thread = thread;
        this.kernel = kernel;
        this.intents = intents;
        this.tunnelKinds = tunnelKinds;
        TrafficLedger ledger = new TrafficLedger(kernel);
        this.traffic = new TrafficReadings(thread, kernel, table, ledger);
        this.groups = new MultiPathGroups(thread, kernel, intents, table, board.groups());
        this.sessions =
                new Sessions(thread, kernel, intents, table, tunnelKinds, board, ledger, groups);
        this.childSas = new KernelChildSas(thread, kernel, table, sessions, ledger);
        this.commands = new SessionCommands(thread, table, sessions, board);
        this.events =
                new KernelEvents(
                        table,
                        sessions,
                        ledger,
                        this::auditSoon,
                        this::pathsSoon,
                        this::monitorAgain);
    }

    /** For IKE. */
    public ChildSaKernel childSas() {
        return childSas;
    }

    /** Told of every committed change. */
    public void changed(ConfigurationChange change) {
        if (change.kind() == ResourceKind.MULTI_PATH_GROUP) {
            groups.changed(change.id());
        } else {
            sessions.changed(change);
        }
    }

    /** Finds out what the kernel can do, and sets it up. */
    public CompletionStage<KernelFeatures> prepare() {
        return ask(
                () -> {
                    warn(kernel.prepare());
                    KernelFeatures features =
                            kernel.probe(List.of())
                                    .fold(
                                            found -> found,
                                            refused -> {
                                                throw new IllegalStateException(refused.message());
                                            });
                    if (!features.has(KernelFeatures.Feature.VTI)) {
                        tunnelKinds.withoutVti();
                    }
                    return features;
                });
    }

    /**
     * Takes over what an earlier run has left, and makes all sessions what the store says.
     *
     * @param engine where IKE is told, by the peer's address
     * @return done when every policy stands
     */
    public CompletionStage<Void> start(BiConsumer<IpAddress, IkeInput> engine) {
        return intents.snapshot().thenCompose(snapshot -> ask(() -> adopt(snapshot, engine)));
    }

    private Void adopt(IntentSnapshot snapshot, BiConsumer<IpAddress, IkeInput> engine) {
        try (snapshot) {
            monitor();
            Inventory inventory = readInventory();
            sessions.connect(engine);
            groups.adopt(snapshot.groups(), inventory.nexthopGroups());
            sessions.adopt(snapshot, inventory);
            groups.settleAll();
            for (SaEntry sa : inventory.sas()) {
                // It may still carry traffic until its successor is there.
                table.inherit(sa.reqid(), sa.id());
            }
            table.takeUnowned().forEach(kernel::removeSa);
            sessions.demandSuccessors();
            removeLeftOvers(inventory);
            wakeWaiting(inventory);
            thread.executeLater(AUDIT_INTERVAL, this::auditRegularly);
            return null;
        }
    }

    /**
     * While a session lacks a policy, what it had before may be all that keeps its packets back.
     */
    private void removeLeftOvers(Inventory inventory) {
        if (sessions.areProtected()) {
            for (PolicyKey key : inventory.policies().keySet()) {
                warn(kernel.removePolicy(key));
            }
        }
        for (LinkEntry link : inventory.leftOverLinks()) {
            warn(kernel.removeLink(link.name()));
        }
    }

    private void monitor() {
        Outcome<IpsecKernel.Monitor> outcome = kernel.monitor(this::heard);
        outcome.toOptional().ifPresent(started -> monitor = started);
        if (!outcome.isDone()) {
            warn(outcome);
            thread.executeLater(AGAIN, this::monitorAgain);
        }
    }

    /** On the monitor's thread. */
    private void heard(KernelEvent event) {
        try {
            thread.execute(() -> event.deliverTo(events));
        } catch (RejectedExecutionException full) {
            LOG.error("event=kernel.event_lost kind={}", event.getClass().getSimpleName());
        }
    }

    private void monitorAgain() {
        if (monitor != null) {
            monitor.close();
            monitor = null;
        }
        monitor();
        auditSoon();
    }

    private void auditSoon() {
        auditIn(AUDIT_DELAY);
    }

    private void auditIn(Duration delay) {
        if (!auditPending) {
            auditPending = true;
            thread.executeLater(delay, this::audit);
        }
    }

    private void pathsSoon() {
        if (!pathsPending) {
            pathsPending = true;
            thread.executeLater(PATHS_DELAY, this::refreshPaths);
        }
    }

    private void refreshPaths() {
        pathsPending = false;
        sessions.pathsChanged();
        groups.removeLeaving();
    }

    private void auditRegularly() {
        audit();
        thread.executeLater(AUDIT_INTERVAL, this::auditRegularly);
    }

    private void audit() {
        auditPending = false;
        if (table.isClosed()) {
            return;
        }
        Inventory inventory = readInventory();
        if (!inventory.isComplete()) {
            return; // what could not be listed is not gone
        }
        groups.observe(inventory.nexthopGroups());
        sessions.audit(inventory);
        groups.settleAll();
        removeLeftOvers(inventory);
        wakeWaiting(inventory);
        Set<SaId> present = new HashSet<>();
        inventory.sas().forEach(sa -> present.add(sa.id()));
        Set<LiveSa> lost = new HashSet<>();
        for (Map.Entry<SaId, LiveSa> entry : table.installed().entrySet()) {
            if (!present.contains(entry.getKey())) {
                lost.add(entry.getValue());
            }
        }
        lost.forEach(sa -> sessions.expired(sa, true));
    }

    /** If something could not be listed there will be another audit. */
    private Inventory readInventory() {
        Inventory inventory = Inventory.read(kernel);
        inventory
                .refusals()
                .forEach(reason -> LOG.error("event=kernel.not_listed reason=\"{}\"", reason));
        if (!inventory.isComplete()) {
            auditIn(AGAIN);
        }
        return inventory;
    }

    /** Packets whose ACQUIRE nobody heard wait behind its larval SA. */
    private void wakeWaiting(Inventory inventory) {
        for (SaEntry sa : inventory.sas()) {
            if (sa.larval() && sa.id().spi() == 0) {
                events.onAcquire(Inventory.acquireOf(sa));
            }
        }
    }

    /** A negotiation of this session has failed, and packets may wait for it. Any thread. */
    public void negotiationFailed(String session) {
        thread.executeLater(Duration.ZERO, () -> sessions.negotiationFailed(session));
        thread.executeLater(ACQUIRE_PAUSE, () -> forget(table.acquires(session)));
    }

    /** As {@link #negotiationFailed}, for one Child SA. */
    public void childFailed(String session, String child) {
        thread.executeLater(
                ACQUIRE_PAUSE,
                () ->
                        forget(
                                table
                                        .traits(new ChildRef(session, child))
                                        .flatMap(traits -> table.findAcquire(traits.reqid()))
                                        .stream()
                                        .toList()));
    }

    private void forget(List<KernelEvent.Acquire> acquires) {
        for (KernelEvent.Acquire acquire : acquires) {
            table.removeAcquire(acquire.reqid());
            warn(kernel.forgetAcquire(acquire));
        }
    }

    /**
     * Begins what an operator orders.
     *
     * @return what was begun, in a sentence
     */
    public CompletionStage<String> act(IPSecVPNSession session, SessionAction action) {
        return commands.act(session, action);
    }

    /** Whether every policy of every session stands, once all that was committed is taken up. */
    public CompletionStage<Boolean> isProtected() {
        return intents.serviceIntent().thenCompose(intent -> ask(sessions::areProtected));
    }

    /** What tunnels have carried. */
    public TrafficSource traffic() {
        return traffic;
    }

    /** Leaves the kernel as {@code on_stop} says, for good; IKE has deleted its SAs before. */
    public CompletionStage<FlushReport> stop(Config.OnStop onStop) {
        return ask(
                () -> {
                    table.close();
                    if (onStop == Config.OnStop.CLEAR) {
                        return flush(kernel);
                    }
                    sessions.block();
                    readInventory().sas().forEach(sa -> kernel.removeSa(sa.id()));
                    return FlushReport.NOTHING;
                });
    }

    /** Removes everything of ours. */
    public static FlushReport flush(IpsecKernel kernel) {
        return kernel.removeAll()
                .fold(report -> report, refused -> FlushReport.failed(refused.message()));
    }

    private static void warn(Outcome<?> outcome) {
        outcome.refusal()
                .filter(refusal -> refusal.kind() != Outcome.Kind.GONE)
                .ifPresent(
                        refusal ->
                                LOG.warn("event=kernel.refused reason=\"{}\"", refusal.message()));
    }

    private <T> CompletionStage<T> ask(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        thread.execute(
                () -> {
                    try {
                        answer.complete(question.get());
                    } catch (RuntimeException failure) {
                        answer.completeExceptionally(failure);
                    }
                });
        return answer;
    }

    /** Ends the kernel thread; what is in the kernel stays. */
    @Override
    public void close() {
        thread.close();
        kernel.close();
    }
}
