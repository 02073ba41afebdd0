package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerPolicy;
import java.util.List;

/** What an IKE SA tells, and asks, whoever keeps it among the others. */
public interface IkeSaOwner {
    /** The sessions between the two addresses of a path. */
    List<PeerPolicy> candidates(Path path);

    /** Whether the session has a Child SA of this policy, under whatever IKE SA. */
    boolean isUp(PeerPolicy policy, ChildPolicy child);

    /** Whether we can say that no other IKE SA with the peer exists (INITIAL_CONTACT). */
    boolean isInitialContact(PeerPolicy policy);

    /** An SPI for a new IKE SA of ours, not in use. */
    IkeSpi chooseSpi();

    /** The peer is who the session says; from now on the IKE SA belongs to it. */
    void established(IkeSa sa, boolean initialContact);

    /** A peer that could not prove to be one of these. */
    void rejected(List<PeerPolicy> meant, FailReason reason);

    /** What it was asked for by {@code createChild}, or at its start, is done or not to be had. */
    void attemptEnded(IkeSa sa, ChildPolicy child);

    void childEstablished(IkeSa sa, ChildSa child);

    void childFailed(IkeSa sa, ChildPolicy child, FailReason reason);

    void childClosed(IkeSa sa, ChildSa child, FailReason reason);

    /** A rekey has made another IKE SA, which may be the one that takes over. */
    void rekeyed(IkeSa sa, IkeSa made);

    /** One that a rekey has made has taken over the Child SAs of this one. */
    void succeeded(IkeSa sa, IkeSa successor);

    /** It carries no more exchanges. */
    void closed(IkeSa sa, FailReason reason);

    /** Its SPI is free. */
    void forgotten(IkeSa sa);

    /** Its nearest deadline may be another one. */
    void deadlineMoved(IkeSa sa);
}
