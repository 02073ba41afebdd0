package io.edgeipsec.daemon.control;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.xfrm.state.SaId;
import java.util.Optional;

/**
 * The SAs of one Child SA in the kernel.
 *
 * @param outbound empty while only the inbound SPI is reserved, while the peer is not known to
 *     receive on it, and once it is about to be deleted
 * @param peer whose engine owns the Child SA
 */
record LiveSa(ChildRef child, IpAddress peer, SaId inbound, Optional<SaId> outbound) {
    LiveSa sendingBy(SaId newOutbound) {
        return new LiveSa(child, peer, inbound, Optional.of(newOutbound));
    }

    LiveSa silent() {
        return new LiveSa(child, peer, inbound, Optional.empty());
    }

    EspSpi inboundSpi() {
        return new EspSpi(inbound.spi());
    }
}
