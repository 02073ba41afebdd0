package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.exchange.InformationalInitiator;
import io.edgeipsec.ike.exchange.RekeyIkeSaInitiator;
import io.edgeipsec.ike.exchange.RekeyedIkeSa;
import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.negotiation.RekeyCollision;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which IKE SA takes over the Child SAs of one that is rekeyed (RFC 7296 §2.18, §2.8.2); each has
 * its own of these.
 *
 * <p>Where both sides rekey it at once, there are two new ones for a moment. The one of the
 * exchange with the lowest nonce is redundant, and whoever began that exchange deletes it; whoever
 * began the other exchange deletes the old IKE SA. What the peer's exchange makes while ours is
 * under way is a candidate: it can be spoken to, and the Child SAs stay where they are, so that
 * they move only once, when it is settled where to:
 *
 * <ul>
 *   <li>by the answer to our request: the nonces tell; and if it is an error, there is no other one
 *   <li>by the peer, which deletes the old IKE SA, or uses the candidate. It may have done so
 *       without hearing of our exchange
 *   <li>by the end of the old IKE SA, when its lifetime is over or the peer does not know it
 * </ul>
 */
final class IkeSaSuccession {
    private final IkeSa sa;
    private final OutgoingRequests outgoing;
    private final IkeSaOwner owner;
    private @Nullable IkeSa madeByPeer;
    private Octets lowestNonceOfPeer = Octets.EMPTY;

    /** Of the IKE SA that this one may take over from, until that is settled. */
    private @Nullable IkeSaSuccession predecessor;

    IkeSaSuccession(IkeSa sa, OutgoingRequests outgoing, IkeSaOwner owner) {
        this.sa = sa;
        this.outgoing = outgoing;
        this.owner = owner;
    }

    /**
     * Whether the peer may replace the IKE SA, or change its Child SAs. What we are changing
     * ourselves it may not (RFC 7296 §2.25); but both may replace the IKE SA at once, and a probe
     * changes nothing.
     */
    boolean admits(boolean ikeSaRekey) {
        boolean rekeying =
                outgoing.current().filter(RekeyIkeSaInitiator.class::isInstance).isPresent();
        if (ikeSaRekey) {
            boolean changing = !outgoing.all().allMatch(InformationalInitiator::isProbe);
            return !changing || (rekeying && candidate().isEmpty());
        }
        return !rekeying;
    }

    /** Our own exchange for a new IKE SA, if the peer may know of it. */
    Optional<RekeyIkeSaInitiator> ownRekey() {
        return outgoing.current()
                .filter(RekeyIkeSaInitiator.class::isInstance)
                .map(RekeyIkeSaInitiator.class::cast)
                .filter(RekeyIkeSaInitiator::isUnderWay);
    }

    void mayTakeOverFrom(IkeSaSuccession other) {
        predecessor = other;
    }

    void hasTakenOver() {
        predecessor = null;
    }

    /**
     * Whether the peer, whose exchange has made this candidate, shows by this request that it takes
     * over: any but its deletion does. It has taken over then.
     */
    boolean isClaimedBy(IkeMessage request) {
        IkeSaSuccession other = predecessor;
        boolean deletion =
                request.all(DeletePayload.class).stream()
                        .map(DeletePayload::protocol)
                        .anyMatch(ProtocolId.IKE::equals);
        return other != null && !deletion && other.takeOver(sa.now());
    }

    /** What the peer's exchange has made, while it is open whether it takes over. */
    Optional<IkeSa> candidate() {
        return Optional.ofNullable(madeByPeer).filter(made -> made.state() == IkeSaState.CANDIDATE);
    }

    /** An exchange, ours or the peer's, has made a new IKE SA. */
    void made(RekeyedIkeSa made) {
        IkeSa successor = sa.candidate(made);
        owner.rekeyed(sa, successor);
        if (made.byUs()) {
            settle(successor, made.lowestNonce());
        } else {
            madeByPeer = successor;
            lowestNonceOfPeer = made.lowestNonce();
            ownRekey().ifPresentOrElse(RekeyIkeSaInitiator::overtaken, this::takeOver);
        }
    }

    /**
     * Nothing but the candidate can take over any more.
     *
     * @return whether there is one
     */
    boolean takeOver() {
        return takeOver(sa.now());
    }

    /**
     * The peer has deleted the IKE SA. It may have lost interest in what its own exchange has made,
     * before our answer came; whether it has that, a probe shows.
     */
    void deletedByPeer() {
        takeOver();
        Optional.ofNullable(madeByPeer)
                .filter(made -> made.state() == IkeSaState.ESTABLISHED)
                .ifPresent(made -> made.probeSoon(sa.now()));
    }

    private boolean takeOver(MonotonicTime now) {
        Optional<IkeSa> successor = candidate();
        successor.ifPresent(
                made -> {
                    made.takeOverFrom(sa, now);
                    sa.supersede(replacedBy(made), now);
                });
        return successor.isPresent();
    }

    private void settle(IkeSa ours, Octets lowestNonce) {
        MonotonicTime now = sa.now();
        IkeSa theirs = madeByPeer;
        if (theirs != null && prevails(theirs, lowestNonce)) {
            FailReason replaced = replacedBy(theirs);
            if (!takeOver(now)) {
                sa.supersede(replaced, now);
            }
            ours.delete(replaced, now);
        } else {
            FailReason replaced = replacedBy(ours);
            ours.takeOverFrom(sa, now);
            candidate().ifPresent(redundant -> redundant.supersede(replaced, now));
            sa.failTelling(List.of(), replaced);
        }
    }

    /** One that the peer has taken back cannot; one that it uses already does. */
    private boolean prevails(IkeSa theirs, Octets ourLowestNonce) {
        return theirs.state() == IkeSaState.CANDIDATE
                ? RekeyCollision.oursIsRedundant(ourLowestNonce, lowestNonceOfPeer)
                : sa.state() == IkeSaState.SUPERSEDED;
    }

    private static FailReason replacedBy(IkeSa successor) {
        return new FailReason(Kind.REPLACED, "by IKE SA " + successor.id());
    }
}
