package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerPolicy;
import java.util.List;
import java.util.Optional;

/** The IKE SA as its exchanges see it: what is so, what to send, and what follows from it. */
public interface ExchangeContext {
    // What is so.

    IkeSaId id();

    IkeSpi localSpi();

    boolean isOriginalInitiator();

    Path path();

    /** Only behind IKE_SA_INIT, like {@link #keys}. */
    IkeSuite suite();

    /** Owned by the IKE SA. */
    IkeKeys keys();

    /** The session that this IKE SA belongs to; a responder knows it behind IKE_AUTH only. */
    PeerPolicy policy();

    /** The Child SAs of this IKE SA. */
    List<ChildSa> children();

    /** Whether we have asked the peer to delete this Child SA; or it is gone already. */
    boolean isBeingDeleted(ChildSa child);

    /** Whether an exchange of ours is under way that makes a Child SA. */
    boolean isMakingChildSa();

    /** Whether any IKE SA of the session has a Child SA of this policy. */
    boolean isUp(ChildPolicy child);

    /** An SPI for a new IKE SA of ours. */
    IkeSpi chooseSpi();

    /** Whether we cut and reassemble large messages, if the peer does (RFC 7383 §2.3). */
    boolean supportsFragmentation();

    // Tools.

    RandomSource random();

    Primitives primitives();

    /** Key exchanges and the kernel. */
    World world();

    // Messages.

    /**
     * Sends the request of the running exchange, or replaces it under the same message id.
     *
     * @return the octets that go out; of a message in fragments, the first
     */
    Octets request(List<Payload> payloads);

    /**
     * Answers the request that is being worked on, and keeps the answer for its repetitions.
     *
     * @return as {@link #request}
     */
    Octets respond(List<Payload> payloads);

    /**
     * Answers a request that breaks the RFC; INVALID_SYNTAX ends the IKE SA at both sides (RFC 7296
     * §2.21.3).
     *
     * @param what is wrong, behind the words "sent a request"
     */
    void refuseInvalid(String what);

    /** The running exchange of ours is over; the next one may start. */
    void complete();

    // What follows from an exchange.

    /**
     * A post-quantum pre-shared key has gone into the keys (RFC 8784 §3).
     *
     * @param mixed owned by the IKE SA from here on
     */
    void mixed(IkeKeys mixed);

    /**
     * Unprotected news, not to be believed yet: fail with it unless something better comes soon.
     */
    void suspect(FailReason reason);

    /**
     * There is a new IKE SA for this one (RFC 7296 §2.18). It takes over our Child SAs, unless the
     * one that the other side's exchange makes at the same time does (§2.8.2).
     */
    void succeed(RekeyedIkeSa made);

    /**
     * The peer's exchange for a new SA is half done.
     *
     * @param followUp the second half; owned by the IKE SA
     */
    void awaitFollowUp(IkeFollowUpResponder followUp);

    /** The IKE SA ends; an authenticated peer is not told. */
    void fail(FailReason reason);

    /**
     * The IKE SA ends once this last request, and the DELETE behind it, are answered or given up.
     */
    void failTelling(List<Payload> lastRequest, FailReason reason);

    /** Our own attempt to get a Child SA of this policy is over; what came of it is told next. */
    void attemptEnded(ChildPolicy child);

    /** The Child SA that IKE_AUTH has made. */
    void childEstablished(ChildSa child);

    /**
     * A Child SA that an exchange of ours with this lowest nonce has made.
     *
     * @param replaced the Child SA that it takes over from
     */
    void childMade(ChildSa child, Optional<ChildSa> replaced, Octets lowestNonce);

    /**
     * A Child SA that an exchange of the peer's with this lowest nonce has made. Ours for the same
     * purpose may be on their way, or just done, without the peer's knowing of it.
     *
     * @param replaced the Child SA that the peer is to delete now
     */
    void childMadeByPeer(ChildSa child, Optional<ChildSa> replaced, Octets lowestNonce);

    void childFailed(ChildPolicy child, FailReason reason);

    /** The peer deletes a Child SA, which ends in a moment: nothing is begun with it any more. */
    void childClosing(ChildSa child);

    /** A Child SA ends: it leaves the kernel, and this IKE SA. */
    void childClosed(ChildSa child, FailReason reason);

    /** A Child SA that a new one took over from: it is to be deleted at the peer, then here. */
    void retire(ChildSa child);

    /** Tell the peer that an SA which it has made is not going to be used. */
    void deleteAtPeer(ChildSaLocator locator);
}
