package io.edgeipsec.ike.sa;

import java.util.EnumSet;
import java.util.Set;

/** Where an IKE SA stands, and where it may go from there. */
public enum IkeSaState {
    /** We have started it; the peer has not proved who it is. */
    INITIATING,
    /** The peer has started it, and has not proved who it is. */
    RESPONDING,
    /** Made by a rekey. Whether it is the one that takes over is not settled yet. */
    CANDIDATE,
    ESTABLISHED,
    /** Another IKE SA has taken over, and the peer is to delete this one. */
    SUPERSEDED,
    /** We have asked the peer to delete it; its Child SAs are gone. */
    DELETING,
    /** Over, but for repeating its last answer. */
    LINGERING,
    CLOSED;

    private Set<IkeSaState> next() {
        return switch (this) {
            case INITIATING, RESPONDING -> EnumSet.of(ESTABLISHED, DELETING, LINGERING, CLOSED);
            case CANDIDATE -> EnumSet.of(ESTABLISHED, SUPERSEDED, DELETING, LINGERING, CLOSED);
            case ESTABLISHED -> EnumSet.of(SUPERSEDED, DELETING, LINGERING, CLOSED);
            case SUPERSEDED -> EnumSet.of(DELETING, LINGERING, CLOSED);
            case DELETING -> EnumSet.of(LINGERING, CLOSED);
            case LINGERING -> EnumSet.of(CLOSED);
            case CLOSED -> EnumSet.noneOf(IkeSaState.class);
        };
    }

    boolean mayBecome(IkeSaState other) {
        return next().contains(other);
    }

    /** Whether it can still carry exchanges. */
    public boolean isOpen() {
        return this != LINGERING && this != CLOSED;
    }
}
