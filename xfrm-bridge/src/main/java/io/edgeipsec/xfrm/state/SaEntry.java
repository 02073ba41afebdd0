package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An SA as the kernel has it, without keys. A larval one has been promised (an SPI allocated, or
 * traffic waiting for an ACQUIRE to be answered), but has no algorithms yet. Times are seconds of
 * the wall clock, 0 for never.
 */
public record SaEntry(
        SaId id,
        InetAddress source,
        int reqid,
        int acquireSequence,
        boolean larval,
        boolean esn,
        @Nullable EncapTemplate encapsulation,
        LifetimeCurrent counters,
        SaStatistics statistics,
        long outboundSequence,
        long inboundSequence,
        long lastUsedTime) {

    public Optional<EncapTemplate> udpEncapsulation() {
        return Optional.ofNullable(encapsulation);
    }

    static SaEntry read(NetlinkReader body) throws MalformedNetlinkException {
        UserSaInfo info = UserSaInfo.read(body);
        NetlinkAttributes attributes = body.attributes();
        EncapTemplate encap =
                attributes.has(XfrmAttribute.ENCAP)
                        ? EncapTemplate.read(attributes.required(XfrmAttribute.ENCAP))
                        : null;
        ReplayStateEsn replay = SequenceNumbers.read(attributes);
        boolean larval =
                !attributes.has(XfrmAttribute.ALG_AEAD) && !attributes.has(XfrmAttribute.ALG_CRYPT);
        return new SaEntry(
                new SaId(
                        info.id().destination().toInetAddress(info.family()),
                        info.id().spi(),
                        Scope.read(attributes)),
                info.source().toInetAddress(info.family()),
                info.reqid(),
                info.sequence(),
                larval,
                (info.flags() & UserSaInfo.FLAG_ESN) != 0,
                encap,
                info.current(),
                info.statistics(),
                replay.outboundSequence(),
                replay.inboundSequence(),
                attributes.has(XfrmAttribute.LASTUSED)
                        ? attributes.required(XfrmAttribute.LASTUSED).u64()
                        : 0);
    }
}
