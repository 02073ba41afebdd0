package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All of an installed SA, keys included, read from the kernel in order to install it again
 * elsewhere. Lives for one move; closing it zeroes the keys.
 */
final class StoredSa implements AutoCloseable {
    /**
     * Packets may leave by the old SA between our reading its sequence number and its removal; the
     * new one starts this far ahead, so that no number (with AES-GCM: no nonce) is used twice. It
     * covers a pause of 100 ms at ten million packets a second.
     */
    static final long SEQUENCE_MARGIN = 1 << 20;

    private final UserSaInfo info;
    private final Scope scope;
    private final List<EspAlgorithm> algorithms;
    private final @Nullable EncapTemplate encapsulation;
    private final @Nullable ReplayState replay;
    private final @Nullable ReplayStateEsn replayEsn;
    private final int outputMark;

    private StoredSa(UserSaInfo info, NetlinkAttributes attributes)
            throws MalformedNetlinkException {
        this.info = info;
        scope = Scope.read(attributes);
        encapsulation =
                attributes.has(XfrmAttribute.ENCAP)
                        ? EncapTemplate.read(attributes.required(XfrmAttribute.ENCAP))
                        : null;
        replayEsn =
                attributes.has(XfrmAttribute.REPLAY_ESN_VAL)
                        ? ReplayStateEsn.read(attributes.required(XfrmAttribute.REPLAY_ESN_VAL))
                        : null;
        replay =
                attributes.has(XfrmAttribute.REPLAY_VAL)
                        ? ReplayState.read(attributes.required(XfrmAttribute.REPLAY_VAL))
                        : null;
        outputMark = attributes.u32(XfrmAttribute.SET_MARK, 0);
        algorithms = EspAlgorithm.readAll(attributes);
    }

    static StoredSa read(NetlinkReader body) throws MalformedNetlinkException {
        UserSaInfo info = UserSaInfo.read(body);
        return new StoredSa(info, body.attributes());
    }

    boolean hasAddresses(XfrmAddress source, XfrmAddress destination) {
        return info.source().equals(source) && info.id().destination().equals(destination);
    }

    boolean isEncapsulated() {
        return encapsulation != null;
    }

    /**
     * A kernel in lockdown (confidentiality) answers with zeroed keys; they must not come into use.
     */
    boolean hasKeys() {
        return algorithms.stream().allMatch(EspAlgorithm::hasKey);
    }

    /** The same SA with other outer addresses, going on where this one stands. */
    void writeMoved(NetlinkWriter w, SaMove move) {
        XfrmAddress destination = XfrmAddress.of(move.destination());
        new UserSaInfo(
                        new XfrmId(destination, info.id().spi(), info.id().protocol()),
                        XfrmAddress.of(move.source()),
                        info.lifetime(),
                        LifetimeCurrent.NEW,
                        SaStatistics.NONE,
                        0,
                        info.reqid(),
                        XfrmAddress.family(move.destination()),
                        info.mode(),
                        info.replayWindow(),
                        info.flags())
                .write(w);
        scope.writeAttributes(w);
        algorithms.forEach(a -> a.writeAttribute(w));
        UdpEncapsulation udp = move.encapsulation();
        if (udp != null) {
            int at = w.begin(XfrmAttribute.ENCAP);
            udp.template(move.direction()).write(w);
            w.end(at);
        }
        if (outputMark != 0) {
            w.attributeU32(XfrmAttribute.SET_MARK, outputMark);
        }
        int lifetime = w.begin(XfrmAttribute.LTIME_VAL);
        info.current().write(w);
        w.end(lifetime);
        writeReplay(w, move.direction() == SaDirection.OUT ? SEQUENCE_MARGIN : 0);
    }

    private void writeReplay(NetlinkWriter w, long margin) {
        if (replayEsn != null) {
            int at = w.begin(XfrmAttribute.REPLAY_ESN_VAL);
            new ReplayStateEsn(
                            replayEsn.outboundSequence() + margin,
                            replayEsn.inboundSequence(),
                            replayEsn.window(),
                            replayEsn.bitmap())
                    .write(w);
            w.end(at);
        } else if (replay != null) {
            int at = w.begin(XfrmAttribute.REPLAY_VAL);
            new ReplayState(
                            (int) (replay.outboundSequence() + margin),
                            replay.inboundSequence(),
                            replay.bitmap())
                    .write(w);
            w.end(at);
        }
    }

    /**
     * An SA near the end of its sequence numbers has no room for the margin: it must be rekeyed.
     */
    void checkSequenceRoom(SaDirection direction) throws NetlinkException {
        boolean esn = (info.flags() & UserSaInfo.FLAG_ESN) != 0;
        long next =
                replayEsn != null
                        ? replayEsn.outboundSequence()
                        : replay != null ? Integer.toUnsignedLong(replay.outboundSequence()) : 0;
        if (direction == SaDirection.OUT && !esn && next + SEQUENCE_MARGIN > 0xffff_ffffL) {
            throw new NetlinkException(
                    Errno.ERANGE, "the SA is at the end of its sequence numbers: rekey it");
        }
    }

    @Override
    public void close() {
        algorithms.forEach(a -> a.key().close());
    }
}
