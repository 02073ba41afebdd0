package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.util.List;

/**
 * The kernel's security association database. Kernel request thread only. Every request is one
 * message about one SA, whatever the number of SAs, except {@link #dump}.
 */
public final class Sad {
    // RFC 4303 leaves SPIs above 255 to the receiver; this is the range other IKE daemons use too.
    private static final int MIN_SPI = 0xc000_0000;
    private static final int MAX_SPI = 0xcfff_ffff;

    private final NetlinkChannel channel;

    public Sad(NetlinkChannel channel) {
        this.channel = channel;
    }

    /** Makes a larval SA from the peer to us; returns its SPI. */
    public int allocateSpi(SpiRequest request) throws NetlinkException {
        UserSaInfo larval =
                new UserSaInfo(
                        new XfrmId(XfrmAddress.of(request.local()), 0, XfrmId.ESP),
                        XfrmAddress.of(request.peer()),
                        LifetimeConfig.NONE,
                        LifetimeCurrent.NEW,
                        SaStatistics.NONE,
                        request.acquireSequence(),
                        request.reqid(),
                        XfrmAddress.family(request.local()),
                        UserSaInfo.MODE_TUNNEL,
                        0,
                        0);
        return channel.query(
                XfrmMessage.ALLOCSPI,
                XfrmMessage.NEWSA,
                w -> {
                    new UserSpiInfo(larval, MIN_SPI, MAX_SPI).write(w);
                    request.scope().writeAttributes(w);
                },
                body -> UserSaInfo.read(body).id().spi());
    }

    /**
     * Inbound: fills the larval SA (or replaces an installed one). Outbound: adds. Keys are zeroed.
     */
    public void install(SaInstall sa) throws NetlinkException {
        try (sa) {
            channel.execute(
                    sa.direction() == SaDirection.IN ? XfrmMessage.UPDSA : XfrmMessage.NEWSA,
                    0,
                    w -> write(w, sa));
        }
    }

    private static void write(NetlinkWriter w, SaInstall sa) {
        SaOptions options = sa.options();
        boolean inbound = sa.direction() == SaDirection.IN;
        // A sender keeps no window, but ESN is refused without one.
        int window = inbound ? options.replayWindowPackets() : options.esn() ? 32 : 0;
        boolean longForm = window > 32 || options.esn();
        int flags =
                UserSaInfo.FLAG_AF_UNSPEC
                        | (options.esn() ? UserSaInfo.FLAG_ESN : 0)
                        | (!inbound && options.dfPolicy() == DfPolicy.CLEAR
                                ? UserSaInfo.FLAG_NOPMTUDISC
                                : 0);
        new UserSaInfo(
                        new XfrmId(XfrmAddress.of(sa.destination()), sa.spi(), XfrmId.ESP),
                        XfrmAddress.of(sa.source()),
                        options.lifetimes().toStruct(options.esn(), sa.direction(), sa.spi()),
                        LifetimeCurrent.NEW,
                        SaStatistics.NONE,
                        options.acquireSequence(),
                        sa.reqid(),
                        XfrmAddress.family(sa.destination()),
                        UserSaInfo.MODE_TUNNEL,
                        longForm ? 0 : window,
                        flags)
                .write(w);
        sa.scope().writeAttributes(w);
        sa.transform()
                .algorithms(sa.encryptionKey(), sa.integrityKey())
                .forEach(a -> a.writeAttribute(w));
        UdpEncapsulation udp = sa.encapsulation();
        if (udp != null) {
            int at = w.begin(XfrmAttribute.ENCAP);
            udp.template(sa.direction()).write(w);
            w.end(at);
        }
        if (longForm) {
            int at = w.begin(XfrmAttribute.REPLAY_ESN_VAL);
            ReplayStateEsn.fresh(window).write(w);
            w.end(at);
        }
        if (options.outputMark() != 0) {
            w.attributeU32(XfrmAttribute.SET_MARK, options.outputMark());
        }
    }

    /**
     * Other ports under the same addresses are an update in place. Another address is part of the
     * SA's key: the SA is read with its keys and installed anew. Where its name changes too (an
     * outbound SA to another peer address) the new one stands before the old one goes; else the old
     * one must go first, and packets between the two requests are dropped. If the kernel refuses
     * the new one then, the SA is gone.
     */
    public void move(SaMove move) throws NetlinkException {
        XfrmAddress source = XfrmAddress.of(move.source());
        XfrmAddress destination = XfrmAddress.of(move.destination());
        try (StoredSa old =
                channel.query(
                        XfrmMessage.GETSA,
                        XfrmMessage.NEWSA,
                        w -> writeId(w, move.id()),
                        StoredSa::read)) {
            if (old.hasAddresses(source, destination)
                    && old.isEncapsulated() == (move.encapsulation() != null)) {
                channel.execute(XfrmMessage.UPDSA, 0, w -> old.writeMoved(w, move));
                return;
            }
            if (!old.hasKeys()) {
                throw new NetlinkException(
                        Errno.EACCES,
                        "this kernel does not give keys back (lockdown): rekey the SA");
            }
            old.checkSequenceRoom(move.direction());
            if (move.movedId().equals(move.id())) {
                delete(move.id());
                channel.execute(XfrmMessage.NEWSA, 0, w -> old.writeMoved(w, move));
            } else {
                channel.execute(XfrmMessage.NEWSA, 0, w -> old.writeMoved(w, move));
                delete(move.id());
            }
        }
    }

    public void delete(SaId id) throws NetlinkException {
        channel.execute(XfrmMessage.DELSA, 0, w -> writeId(w, id));
    }

    public SaEntry get(SaId id) throws NetlinkException {
        return channel.query(
                XfrmMessage.GETSA, XfrmMessage.NEWSA, w -> writeId(w, id), SaEntry::read);
    }

    /** Every SA of this network namespace, others' too. */
    public List<SaEntry> dump() throws NetlinkException {
        return channel.dump(XfrmMessage.GETSA, XfrmMessage.NEWSA, w -> {}, SaEntry::read);
    }

    private static void writeId(NetlinkWriter w, SaId id) {
        id.toStruct().write(w);
        id.scope().writeAttributes(w);
    }
}
