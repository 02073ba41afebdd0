package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import java.util.List;

/** The sequence numbers of an SA, in whichever of its two forms the kernel gives them. */
final class SequenceNumbers {
    private SequenceNumbers() {}

    static ReplayStateEsn read(NetlinkAttributes attributes) throws MalformedNetlinkException {
        if (attributes.has(XfrmAttribute.REPLAY_ESN_VAL)) {
            return ReplayStateEsn.read(attributes.required(XfrmAttribute.REPLAY_ESN_VAL));
        }
        if (attributes.has(XfrmAttribute.REPLAY_VAL)) {
            ReplayState s = ReplayState.read(attributes.required(XfrmAttribute.REPLAY_VAL));
            return new ReplayStateEsn(
                    Integer.toUnsignedLong(s.outboundSequence()),
                    Integer.toUnsignedLong(s.inboundSequence()),
                    0,
                    List.of());
        }
        return ReplayStateEsn.fresh(0);
    }
}
