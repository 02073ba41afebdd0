package io.edgeipsec.xfrm.state;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives an installed SA other outer addresses or UDP ports: a NAT mapping changed, or an address of
 * ours. Keys, counters and sequence numbers stay.
 */
public record SaMove(
        SaId id,
        SaDirection direction,
        InetAddress local,
        InetAddress peer,
        @Nullable UdpEncapsulation encapsulation) {
    public SaMove {
        Objects.requireNonNull(id);
        Objects.requireNonNull(direction);
        if (XfrmAddress.family(local) != XfrmAddress.family(peer)) {
            throw new IllegalArgumentException("local and peer address are of different families");
        }
    }

    public InetAddress source() {
        return direction == SaDirection.OUT ? local : peer;
    }

    public InetAddress destination() {
        return direction == SaDirection.OUT ? peer : local;
    }

    /** The SA's name afterwards: its destination may have changed. */
    public SaId movedId() {
        return new SaId(destination(), id.spi(), id.scope());
    }

    public Optional<UdpEncapsulation> udpEncapsulation() {
        return Optional.ofNullable(encapsulation);
    }

    @Override
    public String toString() {
        return "move of "
                + id
                + " to "
                + source().getHostAddress()
                + " > "
                + destination().getHostAddress()
                + (encapsulation == null
                        ? ""
                        : " UDP " + encapsulation.localPort() + ":" + encapsulation.peerPort());
    }
}
