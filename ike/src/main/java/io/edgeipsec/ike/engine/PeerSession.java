package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeEvent.NegotiationFailed;
import io.edgeipsec.ike.model.IkeInput.PeerCommanded.Command;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.negotiation.RekeyCollision;
import io.edgeipsec.ike.sa.IkeSa;
import io.edgeipsec.ike.sa.IkeSaEnvironment;
import io.edgeipsec.ike.sa.IkeSaState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One configured session: which Child SAs it wants, which IKE SA carries them, when to try again.
 * It decides; the IKE SAs do.
 */
final class PeerSession {
    /**
     * How long the side that did not start the IKE SA leaves the Child SAs to the side that did.
     */
    private static final Duration COURTESY = Duration.ofSeconds(5);

    /** More can only come from a peer that forgets; the oldest go. */
    private static final int MAX_IKE_SAS = 4;

    private final IkeSaEnvironment environment;
    private final Function<PeerPolicy, IkeSa> newIkeSa;
    private final Backoff backoff;
    private final Set<IkeSa> established = new LinkedHashSet<>();
    private final Map<String, Child> children = new LinkedHashMap<>();

    private PeerPolicy policy;
    private @Nullable IkeSa initiating;
    private @Nullable IkeSa carrier;
    private boolean ending;
    private MonotonicTime notBefore;

    /** What the session knows of one of its Child policies. */
    private static final class Child {
        private final Backoff backoff;
        private ChildPolicy policy;
        private boolean wanted;
        private int up;
        private MonotonicTime notBefore;

        Child(ChildPolicy policy, boolean wanted, Backoff backoff, MonotonicTime now) {
            this.policy = policy;
            this.wanted = wanted;
            this.backoff = backoff;
            this.notBefore = now;
        }

        boolean isMissing() {
            return wanted && up == 0;
        }
    }

    PeerSession(
            IkeSaEnvironment environment,
            Function<PeerPolicy, IkeSa> newIkeSa,
            PeerPolicy policy,
            MonotonicTime now) {
        this.environment = environment;
        this.newIkeSa = newIkeSa;
        this.policy = policy;
        this.backoff = newBackoff();
        this.notBefore = now;
        policy.children().forEach(child -> children.put(child.name(), newChild(child, now)));
    }

    private Backoff newBackoff() {
        return new Backoff(environment.settings(), environment.random());
    }

    private Child newChild(ChildPolicy child, MonotonicTime now) {
        return new Child(child, startsByItself(), newBackoff(), now);
    }

    private boolean startsByItself() {
        return policy.mode() == InitiationMode.INITIATOR;
    }

    PeerPolicy policy() {
        return policy;
    }

    /**
     * Whether nothing was configured since; equal values with another key object are not the same.
     */
    @SuppressWarnings("ReferenceEquality")
    boolean isCurrent(PeerPolicy seen) {
        return seen == policy;
    }

    boolean isUp(ChildPolicy child) {
        Child known = children.get(child.name());
        return known != null && known.up > 0;
    }

    /** Whether no IKE SA with the peer is there or in the making but the one that asks. */
    boolean isAlone() {
        return established.isEmpty();
    }

    // Commands.

    /** Takes a changed configuration over, ending no more than it must. */
    void reconfigure(PeerPolicy changed, MonotonicTime now) {
        PeerPolicy before = policy;
        if (changed.keepsIkeSaOf(before)) {
            changed.authentication().close();
            policy = changed.withAuthentication(before.authentication());
            if (initiating != null) {
                initiating.adopt(policy, now);
            }
            List.copyOf(established).forEach(sa -> sa.adopt(policy, now));
            reconfigureChildren(before, now);
        } else {
            policy = changed;
            end(new FailReason(Kind.CONFIGURATION, "session was changed"), now);
            ending = false;
            before.authentication().close();
            children.clear();
            policy.children().forEach(child -> children.put(child.name(), newChild(child, now)));
        }
        backoff.reset();
        notBefore = now;
        drive(now);
    }

    /** What is for the same traffic as before is not ended: its IKE SA replaces it. */
    private void reconfigureChildren(PeerPolicy before, MonotonicTime now) {
        Map<String, Child> kept = new HashMap<>(children);
        children.clear();
        for (ChildPolicy child : policy.children()) {
            Child known = kept.get(child.name());
            boolean same = before.child(child.name()).filter(child::selectsAs).isPresent();
            if (known == null) {
                known = newChild(child, now);
            }
            known.policy = child;
            known.wanted = startsByItself() || (known.wanted && known.up > 0);
            known.notBefore = now;
            known.backoff.reset();
            children.put(child.name(), known);
            if (!same) {
                closeChild(child.name(), now);
            }
        }
        kept.keySet().removeAll(children.keySet());
        kept.keySet().forEach(name -> closeChild(name, now));
    }

    private void closeChild(String name, MonotonicTime now) {
        FailReason reason = new FailReason(Kind.CONFIGURATION, "rule was changed or removed");
        for (IkeSa sa : List.copyOf(established)) {
            for (ChildSa child : sa.children()) {
                if (child.policy().name().equals(name)) {
                    sa.deleteChild(child, reason, now);
                }
            }
        }
    }

    /** Ends all IKE SAs, telling the peer, and starts no other. */
    void end(FailReason reason, MonotonicTime now) {
        end(sa -> sa.delete(reason, now));
    }

    /** Ends all IKE SAs without a word, and starts no other. */
    void abandon(FailReason reason, MonotonicTime now) {
        end(sa -> sa.discard(reason, now));
    }

    private void end(Consumer<IkeSa> how) {
        ending = true;
        IkeSa starting = initiating;
        initiating = null;
        if (starting != null) {
            how.accept(starting);
        }
        List.copyOf(established).forEach(how);
    }

    /** Does what the operator wants done. */
    void obey(Command command, MonotonicTime now) {
        switch (command) {
            case RESET -> reset(now);
            case REKEY -> List.copyOf(established).forEach(sa -> sa.rekey(now));
            case INITIATE -> initiate(children.values(), now);
        }
    }

    private void reset(MonotonicTime now) {
        List<Child> stood = children.values().stream().filter(child -> child.up > 0).toList();
        end(new FailReason(Kind.CONFIGURATION, "session was reset"), now);
        ending = false;
        initiate(policy.mode() == InitiationMode.ON_DEMAND ? stood : List.of(), now);
    }

    /** Sets up these and what is wanted anyway, without waiting for its turn. */
    private void initiate(Collection<Child> more, MonotonicTime now) {
        more.forEach(child -> child.wanted = true);
        for (Child child : children.values()) {
            child.backoff.reset();
            child.notBefore = now;
        }
        backoff.reset();
        notBefore = now;
        drive(now);
    }

    /** A packet waits for this Child SA. */
    void demand(String child, MonotonicTime now) {
        Child wanted = children.get(child);
        if (wanted == null || policy.mode() == InitiationMode.RESPOND_ONLY) {
            return;
        }
        wanted.wanted = true;
        if (policy.mode() == InitiationMode.ON_DEMAND) {
            wanted.notBefore = now;
            notBefore = now;
        }
        drive(now);
    }

    // What the IKE SAs tell.

    void established(IkeSa sa, boolean initialContact, MonotonicTime now) {
        List<IkeSa> others = List.copyOf(established);
        // Before anything is ended, which asks at once what is missing now.
        established.add(sa);
        backoff.reset();
        notBefore = sa.isOriginalInitiator() ? now : now.plus(COURTESY);
        FailReason replaced = new FailReason(Kind.REPLACED, "by IKE SA " + sa.id());
        if (sa == initiating) {
            initiating = null;
        } else if (initiating != null && initiating.peerSpi().isZero()) {
            // The peer was faster; ours has not got past IKE_SA_INIT, so nobody will miss it.
            IkeSa slower = initiating;
            initiating = null;
            carrier = null;
            slower.discard(replaced, now);
        }
        for (IkeSa other : others) {
            boolean older = other.establishedAt().isBefore(sa.startedAt());
            if (initialContact && older) {
                // Made in the same moments by both sides, it would not be what the peer has lost.
                other.discard(replaced, now);
            } else if (!older) {
                resolveDuplicate(other, sa, now);
            }
        }
        if (established.size() > MAX_IKE_SAS) {
            established.iterator().next().delete(replaced, now);
        }
    }

    /**
     * Both sides started at once. As for a rekey (RFC 7296 §2.8.1), the IKE SA with the lowest of
     * the four nonces is one too many, and whoever started it deletes it.
     */
    private static void resolveDuplicate(IkeSa one, IkeSa other, MonotonicTime now) {
        boolean oneIsLower = RekeyCollision.oursIsRedundant(one.lowestNonce(), other.lowestNonce());
        IkeSa redundant = oneIsLower ? one : other;
        IkeSa survivor = oneIsLower ? other : one;
        if (redundant.isOriginalInitiator()) {
            redundant.delete(new FailReason(Kind.REPLACED, "by IKE SA " + survivor.id()), now);
        }
    }

    /** Whatever becomes of it, it ends with the session. */
    void rekeyed(IkeSa old, IkeSa made) {
        if (established.contains(old)) {
            established.add(made);
        }
    }

    void succeeded(IkeSa old) {
        established.remove(old);
        if (old == carrier) {
            carrier = null;
        }
    }

    void childEstablished(ChildSa child, MonotonicTime now) {
        Child known = children.get(child.policy().name());
        if (known != null) {
            known.up++;
            known.wanted = true;
            known.backoff.reset();
        }
        drive(now);
    }

    void childFailed(ChildPolicy child, MonotonicTime now) {
        Child known = children.get(child.name());
        if (known != null) {
            known.notBefore = now.plus(known.backoff.next());
            known.wanted = startsByItself() || known.up > 0;
        }
        drive(now);
    }

    void childClosed(ChildSa child, FailReason reason, MonotonicTime now) {
        Child known = children.get(child.policy().name());
        if (known == null) {
            return;
        }
        known.up = Math.max(0, known.up - 1);
        if (known.up == 0) {
            known.wanted = startsByItself();
            boolean ours = reason.kind() == Kind.CONFIGURATION || reason.kind() == Kind.EXPIRED;
            known.notBefore = ours ? now : now.plus(known.backoff.next());
        }
        drive(now);
    }

    void closed(IkeSa sa, FailReason reason, MonotonicTime now) {
        boolean wasInitiating = sa == initiating;
        boolean wasEstablished = established.remove(sa);
        if (sa == carrier) {
            carrier = null;
        }
        if (wasInitiating) {
            initiating = null;
            retryAfterFailure(reason, now);
        } else if (wasEstablished && established.isEmpty()) {
            boolean ours = reason.kind() == Kind.CONFIGURATION || reason.kind() == Kind.EXPIRED;
            notBefore = ours ? now : now.plus(backoff.next());
        }
        drive(now);
    }

    private void retryAfterFailure(FailReason reason, MonotonicTime now) {
        Optional<Duration> retry = Optional.empty();
        if (startsByItself()) {
            retry = Optional.of(backoff.next());
            notBefore = now.plus(retry.get());
        } else {
            // The kernel asks again when there is another packet.
            children.values().forEach(child -> child.wanted = child.up > 0);
        }
        announce(new NegotiationFailed(policy.session(), reason, retry));
    }

    /**
     * What we asked for is done or not to be had. Until then nothing else is asked for, even if the
     * peer makes the same Child SA meanwhile: it may delete that again, as one too many.
     */
    void attemptEnded(IkeSa sa) {
        if (sa == carrier) {
            carrier = null;
        }
    }

    // Driving.

    Optional<MonotonicTime> nextDeadline() {
        if (ending || initiating != null || carrier != null) {
            return Optional.empty();
        }
        Optional<MonotonicTime> child =
                children.values().stream()
                        .filter(Child::isMissing)
                        .map(c -> c.notBefore)
                        .min(MonotonicTime::compareTo);
        return child.map(at -> at.isBefore(notBefore) ? notBefore : at);
    }

    /** Starts what is missing and due: at most one thing at a time. */
    void drive(MonotonicTime now) {
        boolean busy = ending || initiating != null || carrier != null;
        if (busy || !now.hasReached(notBefore)) {
            return;
        }
        Optional<Child> due =
                children.values().stream()
                        .filter(c -> c.isMissing() && now.hasReached(c.notBefore))
                        .findFirst();
        if (due.isEmpty()) {
            return;
        }
        ChildPolicy child = due.get().policy;
        Optional<IkeSa> usable = newestUsable();
        IkeSa sa = usable.orElseGet(() -> newIkeSa.apply(policy));
        carrier = sa;
        if (usable.isPresent()) {
            sa.createChild(child, now);
        } else {
            initiating = sa;
            announce(
                    new IkeEvent.NegotiationStarted(
                            policy.session(), new IkeSaId(sa.localSpi(), sa.peerSpi()), sa.path()));
            sa.start(child);
        }
    }

    private Optional<IkeSa> newestUsable() {
        List<IkeSa> usable = new ArrayList<>(established);
        usable.removeIf(sa -> sa.state() != IkeSaState.ESTABLISHED);
        return usable.isEmpty() ? Optional.empty() : Optional.of(usable.get(usable.size() - 1));
    }

    /** The Child SA that we receive on with this SPI, with its IKE SA. */
    void withChild(EspSpi inbound, BiConsumer<IkeSa, ChildSa> action) {
        for (IkeSa sa : List.copyOf(established)) {
            for (ChildSa child : sa.children()) {
                if (child.locator().inbound().equals(inbound)) {
                    action.accept(sa, child);
                    return;
                }
            }
        }
    }

    private void announce(IkeEvent event) {
        environment.effects().accept(new IkeEffect.Announce(event));
    }
}
