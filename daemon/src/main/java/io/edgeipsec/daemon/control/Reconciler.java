package io.edgeipsec.daemon.control;

import io.edgeipsec.api.resource.TunnelInterface;
import io.edgeipsec.daemon.reconcile.KernelAction;
import io.edgeipsec.daemon.reconcile.Planner;
import io.edgeipsec.daemon.reconcile.SessionObjects;
import io.edgeipsec.daemon.reconcile.TunnelLink;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the kernel objects of a session what they are to be. Kernel thread only. */
final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    private static final int RETRY_DOUBLINGS = 6;

    private final KernelWork thread;
    private final IpsecKernel kernel;
    private final SessionTable table;
    private final StatusBoard board;
    private final MultiPathGroups groups;

    Reconciler(
            KernelWork thread,
            IpsecKernel kernel,
            SessionTable table,
            StatusBoard board,
            MultiPathGroups groups) {
        this.thread = thread;
        this.kernel = kernel;
        this.table = table;
        this.board = board;
        this.groups = groups;
    }

    /**
     * Carries a plan out; a refused step is reported, and tried again later. While a policy is
     * missing, none is removed: the one that was to go may be all that keeps a packet from leaving
     * in clear.
     */
    void apply(SessionTable.Entry entry, SessionObjects wanted) {
        List<String> refusals = new ArrayList<>();
        boolean lacksPolicy = false;
        boolean madeLink = false;
        for (KernelAction action : Planner.plan(wanted, entry.actual)) {
            if (lacksPolicy && action instanceof KernelAction.RemovePolicy) {
                continue;
            }
            if (action instanceof KernelAction.RemoveLink) {
                groups.withdraw(entry);
            }
            Outcome<Outcome.Nothing> outcome = carryOut(entry, action);
            if (outcome.isDone()) {
                entry.actual = entry.actual.after(action);
                madeLink |= action instanceof KernelAction.CreateLink;
            } else {
                lacksPolicy |= action instanceof KernelAction.PutPolicy;
                outcome.refusal().ifPresent(refusal -> refusals.add(refusal.message()));
            }
        }
        board.interfaceStands(
                entry.session,
                entry.actual
                        .link()
                        .map(TunnelLink::request)
                        .map(link -> new TunnelInterface(link.name(), link.mtu())));
        if (madeLink) {
            entry.usable = false;
            if (table.hasUsableSa(entry.session)) {
                setUsable(entry, true);
            }
        }
        groups.settle(entry);
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
        retryLater(entry);
    }

    /** One step, with regard to sessions that want the same policy: only one can have it. */
    private Outcome<Outcome.Nothing> carryOut(SessionTable.Entry entry, KernelAction action) {
        if (action instanceof KernelAction.PutPolicy put) {
            Optional<SessionTable.Entry> holder = table.holderBefore(entry, put.policy().key());
            if (holder.isPresent()) {
                return new Outcome.Refused<>(
                        Outcome.Kind.EXISTS,
                        "EEXIST",
                        put.policy().toString(),
                        "session " + holder.get().session + " has a policy for it",
                        true);
            }
        } else if (action instanceof KernelAction.RemovePolicy remove) {
            Optional<SessionTable.Entry> heir = table.heir(entry, remove.key());
            if (heir.isPresent()) {
                return handOver(remove.key(), heir.get());
            }
        }
        return action.applyTo(kernel);
    }

    /** In one step: no packet meets a gap between the two sessions' policies. */
    private Outcome<Outcome.Nothing> handOver(PolicyKey key, SessionTable.Entry heir) {
        PolicyEntry policy = Objects.requireNonNull(heir.wanted().policies().get(key));
        KernelAction put = new KernelAction.PutPolicy(policy);
        Outcome<Outcome.Nothing> outcome = put.applyTo(kernel);
        if (outcome.isDone()) {
            heir.actual = heir.actual.after(put);
            thread.execute(() -> applyAgain(heir));
        }
        return outcome;
    }

    private void retryLater(SessionTable.Entry entry) {
        if (!entry.retryPending) {
            entry.retryPending = true;
            thread.executeLater(pause(entry.failures++), () -> retry(entry));
        }
    }

    /** How long after so many failures in a row it is tried again. */
    static Duration pause(int failures) {
        return RETRY_FIRST.multipliedBy(1L << Math.min(failures, RETRY_DOUBLINGS));
    }

    private void retry(SessionTable.Entry entry) {
        entry.retryPending = false;
        applyAgain(entry);
    }

    private void applyAgain(SessionTable.Entry entry) {
        if (table.find(entry.session) == entry && !table.isClosed()) {
            apply(entry, entry.wanted());
        }
    }

    /** Shows on a session's interface whether it can be sent by; its group sends by it then. */
    void setUsable(SessionTable.Entry entry, boolean usable) {
        Optional<TunnelLink> link = entry.actual.link();
        if (link.isEmpty()) {
            return;
        }
        entry.usable = usable;
        if (!usable) {
            groups.settle(entry);
        }
        kernel.setLinkUsable(link.get().request().name(), usable)
                .refusal()
                .ifPresent(
                        refusal -> LOG.warn("event=link.refused reason=\"{}\"", refusal.message()));
        if (usable) {
            groups.settle(entry);
        }
    }
}
