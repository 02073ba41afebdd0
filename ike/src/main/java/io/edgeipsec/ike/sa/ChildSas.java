package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.exchange.CreateChildSaInitiator;
import io.edgeipsec.ike.exchange.InformationalInitiator;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.negotiation.RekeyCollision;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The life of the Child SAs of one IKE SA: established, rekeyed, retired, expired, closed. */
final class ChildSas {
    private final IkeSa sa;
    private final IkeSaEnvironment environment;
    private final Deadlines deadlines;
    private final ChildSaTable table = new ChildSaTable();

    /** Gone here, but the peer has not confirmed that it knows. */
    private final Set<ChildSaLocator> owedDeletes = new LinkedHashSet<>();

    ChildSas(IkeSa sa, IkeSaEnvironment environment, Deadlines deadlines) {
        this.sa = sa;
        this.environment = environment;
        this.deadlines = deadlines;
    }

    List<ChildSa> all() {
        return table.all();
    }

    boolean isBeingDeleted(ChildSa child) {
        return table.phase(child) == ChildSaTable.Phase.DELETING;
    }

    void established(ChildSa child) {
        Lifetime lifetime = Lifetime.of(child.policy().lifetime(), sa.now(), environment.random());
        table.add(child, lifetime.rekeyAt(), lifetime.expireAt());
        if (isOutdated(child)) {
            // It was negotiated while the policy was changed.
            table.rekeyAt(child, sa.soon());
        }
        armLifetimes();
        if (!child.locator().path().remote().equals(sa.espPath().remote())) {
            // The peer has moved since its SPI was reserved.
            sa.world().moveChildSa(child.locator(), sa.espPath());
        }
        sa.announce(
                new IkeEvent.ChildSaEstablished(
                        sa.policy().session(),
                        sa.id(),
                        child.locator(),
                        child.suite(),
                        child.local(),
                        child.remote()));
        environment.owner().childEstablished(sa, child);
    }

    /**
     * The session's policy is another one now. What was made under the former one carries traffic
     * until its successor does; where other traffic is meant, it is not our business.
     */
    void policyChanged() {
        for (ChildSa child : table.all()) {
            if (isOutdated(child)) {
                table.rekeyAt(child, sa.now());
            }
        }
        checkLifetimes();
    }

    private boolean isOutdated(ChildSa child) {
        return current(child)
                .filter(policy -> !policy.equals(child.policy()))
                .filter(policy -> policy.selectsAs(child.policy()))
                .isPresent();
    }

    private Optional<ChildPolicy> current(ChildSa child) {
        return sa.policy().child(child.policy().name());
    }

    /**
     * A new one did not come about; an old one of the same policy stays in use a little longer. But
     * if the peer takes nothing that the policy allows now, what it allowed before ends too.
     */
    void failed(ChildPolicy policy, FailReason reason) {
        for (ChildSa old : table.all()) {
            if (!old.policy().name().equals(policy.name())) {
                continue;
            }
            boolean forbidden =
                    current(old).filter(now -> !now.proposals().allows(old.suite())).isPresent();
            if (forbidden && reason.kind() == Kind.NO_PROPOSAL_CHOSEN) {
                closed(old, reason);
                deleteAtPeer(old.locator());
            } else {
                table.postponeRekey(old, sa.now(), sa.soon());
            }
        }
        armLifetimes();
        sa.announce(
                new IkeEvent.ChildSaFailed(sa.policy().session(), sa.id(), policy.name(), reason));
        environment.owner().childFailed(sa, policy, reason);
    }

    void closing(ChildSa child) {
        table.phase(child, ChildSaTable.Phase.DELETING);
    }

    void closed(ChildSa child, FailReason reason) {
        if (table.remove(child)) {
            armLifetimes();
            sa.world().removeChildSa(child.locator());
            sa.announce(
                    new IkeEvent.ChildSaClosed(
                            sa.policy().session(), sa.id(), child.locator(), reason));
            environment.owner().childClosed(sa, child, reason);
        }
    }

    void closeAll(FailReason reason) {
        table.all().forEach(child -> closed(child, reason));
    }

    /**
     * An exchange of ours has made it. What the peer has made in place of the same one meanwhile is
     * the peer's to delete, if that is redundant (RFC 7296 §2.8.1).
     */
    void madeByUs(ChildSa child, Optional<ChildSa> replaced, Octets lowestNonce) {
        table.made(child, ChildSaTable.Maker.WE, replaced, lowestNonce);
        table.rivals(
                        child,
                        replaced,
                        ChildSaTable.Maker.PEER,
                        theirs -> !RekeyCollision.oursIsRedundant(lowestNonce, theirs))
                .forEach(table::leaveToPeer);
    }

    /**
     * An exchange of the peer's has made it, in place of another one or not. We may just have made
     * one for the same purpose, in time for the peer's exchange to go on and too late for the peer
     * to know: then one is too many, as in a rekey by both (RFC 7296 §2.8.1).
     */
    void madeByPeer(ChildSa child, Optional<ChildSa> replaced, Octets lowestNonce) {
        table.made(child, ChildSaTable.Maker.PEER, replaced, lowestNonce);
        List<ChildSa> redundant =
                table.rivals(
                        child,
                        replaced,
                        ChildSaTable.Maker.WE,
                        ours -> RekeyCollision.oursIsRedundant(ours, lowestNonce));
        if (replaced.isPresent()) {
            table.leaveToPeer(replaced.get());
            if (redundant.isEmpty() && table.hasRival(child, replaced, ChildSaTable.Maker.WE)) {
                table.leaveToPeer(child);
            }
            armLifetimes();
        }
        redundant.forEach(this::retire);
    }

    /**
     * Deletes it at the peer before here, so that what the peer still sends arrives. From our
     * DELETE on the peer does not receive by it, and what is one too many may be the newest, which
     * the kernel sends by; so the kernel stops that first.
     */
    void retire(ChildSa child) {
        if (table.find(child.locator().inbound()).isEmpty()) {
            return; // the peer has deleted it meanwhile
        }
        table.phase(child, ChildSaTable.Phase.DELETING);
        sa.world()
                .stopSending(
                        child.locator(),
                        /* deletedByPeer= */ false,
                        () -> {
                            if (table.find(child.locator().inbound()).isPresent()) {
                                delete(child);
                            }
                        });
    }

    private void delete(ChildSa child) {
        FailReason replaced = new FailReason(Kind.REPLACED, "by a new Child SA");
        sa.run(
                InformationalInitiator.deleteChildSa(
                        sa, child.locator(), () -> closed(child, replaced)));
    }

    void deleteAtPeer(ChildSaLocator locator) {
        if (sa.state() == IkeSaState.ESTABLISHED) {
            owedDeletes.add(locator);
            sa.run(
                    InformationalInitiator.deleteChildSa(
                            sa, locator, () -> owedDeletes.remove(locator)));
        }
    }

    /** Replaces it, unless there is another one in its place already, such as the peer's. */
    void rekey(ChildSa child) {
        Optional<ChildPolicy> wanted = current(child);
        if (sa.state() != IkeSaState.ESTABLISHED || wanted.isEmpty() || !table.isIdle(child)) {
            return;
        }
        if (table.hasYoungerTwin(child)) {
            retire(child);
        } else {
            table.phase(child, ChildSaTable.Phase.REKEYING);
            sa.run(new CreateChildSaInitiator(sa, wanted.get(), Optional.of(child), sa.nat()));
        }
    }

    void rekeyAll() {
        table.all().forEach(this::rekey);
    }

    /**
     * The kernel has dropped it. A replacement that is under way already takes its place in a
     * moment, and a further one beside it would be one too many.
     */
    void expire(ChildSa child) {
        if (!table.isIdle(child)) {
            table.expireAt(child, sa.soon());
            armLifetimes();
        } else {
            end(child);
        }
    }

    private void end(ChildSa child) {
        closed(child, new FailReason(Kind.EXPIRED, "lifetime of the SA is over"));
        deleteAtPeer(child.locator());
    }

    /** Has the kernel send ESP to where the peer is now. */
    void followPeer() {
        table.all().forEach(child -> sa.world().moveChildSa(child.locator(), sa.espPath()));
        if (!table.all().isEmpty()) {
            sa.announce(new IkeEvent.PeerMoved(sa.policy().session(), sa.id(), sa.espPath()));
        }
    }

    void checkLifetimes() {
        table.toRekey(sa.now()).forEach(this::rekey);
        table.expired(sa.now()).forEach(this::end);
        armLifetimes();
    }

    void armLifetimes() {
        table.nextDeadline()
                .ifPresentOrElse(
                        at -> deadlines.set(Deadlines.Kind.CHILD_LIFETIMES, at),
                        () -> deadlines.clear(Deadlines.Kind.CHILD_LIFETIMES));
    }

    /** Hands all of them to the IKE SA that takes over. */
    void moveAllTo(ChildSas successor) {
        table.moveAllTo(successor.table);
        successor.owedDeletes.addAll(owedDeletes);
        owedDeletes.clear();
        armLifetimes();
        successor.armLifetimes();
    }

    /**
     * Deletes at the peer what the IKE SA before this one was to delete. The peer may have heard of
     * it already; it passes over an SPI that it does not know (RFC 7296 §1.4.1).
     */
    void resumeDeletions() {
        table.in(ChildSaTable.Phase.DELETING).forEach(this::retire);
        List.copyOf(owedDeletes).forEach(this::deleteAtPeer);
    }
}
