package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the peer is. One behind a NAT is followed to wherever its last authentic and new packet
 * came from, IKE or ESP, as long as we are not behind a NAT ourselves (RFC 7296 §2.23, RFC 3947
 * §6): behind one, a single packet that somebody has caught and sent on would lead us astray for
 * good.
 *
 * <p>ESP is followed at once where ESP came from, for the kernel has checked it, and otherwise the
 * tunnel would be down until IKE speaks. IKE is asked there, but does not move before it is
 * answered: the packet may have been caught and sent on. While that is open, each request goes by
 * the new way first and by turns, so that the peer is reached wherever it is, and its answer
 * decides for both.
 */
final class PeerLocation {
    private Path path;
    private Path espPath;
    private @Nullable Path unconfirmed;

    PeerLocation(Path path) {
        this.path = path;
        this.espPath = path;
    }

    /** The way of IKE. */
    Path path() {
        return path;
    }

    /** The way that ESP is sent in the kernel. */
    Path espPath() {
        return espPath;
    }

    /** The way that a request takes the {@code transmission}-th time, counted from 0. */
    Path forTransmission(int transmission) {
        Path candidate = unconfirmed;
        return candidate != null && transmission % 2 == 0 ? candidate : path;
    }

    /** Negotiation goes on elsewhere; there is no ESP yet. */
    void moveTo(Path to) {
        path = to;
        espPath = to;
        unconfirmed = null;
    }

    /**
     * Authentic and new IKE came this way.
     *
     * @return whether ESP has to follow it
     */
    boolean ikeCameBy(Path from) {
        if (isOurs(from.remote())) {
            return false;
        }
        path = from;
        unconfirmed = null;
        // ESP in UDP is spoken on one port of ours, whatever other port an IKE message came to.
        boolean moves = from.local().equals(espPath.local()) && !from.equals(espPath);
        if (moves) {
            espPath = from;
        }
        return moves;
    }

    /**
     * Authentic and new ESP came from there.
     *
     * @return whether ESP has to follow it, and IKE to ask
     */
    boolean espCameFrom(Endpoint remote) {
        if (remote.equals(espPath.remote()) || isOurs(remote)) {
            return false;
        }
        espPath = new Path(espPath.local(), remote);
        unconfirmed = espPath.equals(path) ? null : espPath;
        return true;
    }

    /** Whether somebody has put our own address on it: following it, we would talk to ourselves. */
    private boolean isOurs(Endpoint remote) {
        return remote.address().equals(path.local().address());
    }

    /** The IKE SA that takes over goes on where this one stands. */
    PeerLocation copy() {
        PeerLocation copy = new PeerLocation(path);
        copy.espPath = espPath;
        copy.unconfirmed = unconfirmed;
        return copy;
    }
}
