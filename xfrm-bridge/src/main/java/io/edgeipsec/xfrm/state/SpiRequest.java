package io.edgeipsec.xfrm.state;

import java.net.InetAddress;
import java.util.Objects;

/**
 * Asks the kernel for an SPI: it makes a larval SA from the peer to us, which {@link SaInstall}
 * with direction IN fills, under the same scope. Unfilled it dies after net.core.xfrm_acq_expires
 * seconds. {@code acquireSequence} is that of the ACQUIRE it answers, else 0.
 */
public record SpiRequest(
        InetAddress local, InetAddress peer, int reqid, Scope scope, int acquireSequence) {
    public SpiRequest {
        Objects.requireNonNull(scope);
        if (XfrmAddress.family(local) != XfrmAddress.family(peer)) {
            throw new IllegalArgumentException("local and peer address are of different families");
        }
        if (reqid == 0) {
            throw new IllegalArgumentException("an SA of ours has a reqid");
        }
    }

    @Override
    public String toString() {
        return "SPI for SAs from " + peer.getHostAddress() + " to " + local.getHostAddress();
    }
}
