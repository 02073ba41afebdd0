package io.edgeipsec.daemon.simulation;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.EncapTemplate;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaStatistics;
import io.edgeipsec.xfrm.state.Scope;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The SAs of one simulated kernel: larval, installed, and those that packets wait for. */
final class SimulatedSas {
    /** One SA, with what only a kernel knows of it. */
    static final class Sa {
        final SaId id;
        final InetAddress source;
        final int reqid;
        final boolean inbound;
        final @Nullable EncapTemplate encapsulation;

        /** Keys and algorithms; empty while it is larval. */
        final String cryptography;

        final boolean esn;

        /** Of the world, in nanoseconds. */
        final long installedAt;

        /** Of the kernel's wall clock, as everything that the kernel counts lifetimes by. */
        final long addTime;

        final long hardSeconds;
        long packets;
        long sequence;

        Sa(
                SaId id,
                InetAddress source,
                int reqid,
                boolean inbound,
                @Nullable EncapTemplate encapsulation,
                String cryptography,
                boolean esn,
                long installedAt,
                long addTime,
                long hardSeconds) {
            this.id = id;
            this.source = source;
            this.reqid = reqid;
            this.inbound = inbound;
            this.encapsulation = encapsulation;
            this.cryptography = cryptography;
            this.esn = esn;
            this.installedAt = installedAt;
            this.addTime = addTime;
            this.hardSeconds = hardSeconds;
        }

        boolean larval() {
            return cryptography.isEmpty();
        }

        /** The same SA by another way. */
        Sa moved(SaId to, InetAddress from, @Nullable EncapTemplate encap) {
            Sa moved =
                    new Sa(
                            to,
                            from,
                            reqid,
                            inbound,
                            encap,
                            cryptography,
                            esn,
                            installedAt,
                            addTime,
                            hardSeconds);
            moved.packets = packets;
            moved.sequence = sequence;
            return moved;
        }

        private LifetimeCurrent counters() {
            return new LifetimeCurrent(packets * 100, packets, addTime, 0);
        }

        KernelEvent.Expire expire(boolean hard) {
            return new KernelEvent.Expire(id, source, reqid, hard, counters(), SaStatistics.NONE);
        }

        SaEntry entry() {
            return new SaEntry(
                    id,
                    source,
                    reqid,
                    0,
                    larval(),
                    esn,
                    encapsulation,
                    counters(),
                    SaStatistics.NONE,
                    inbound ? 0 : sequence,
                    inbound ? sequence : 0,
                    0);
        }
    }

    private final Map<SaId, Sa> sas = new LinkedHashMap<>();

    /** Larval SAs that packets wait behind, by reqid. */
    private final Map<Integer, KernelEvent.Acquire> waiting = new LinkedHashMap<>();

    @Nullable Sa find(SaId id) {
        return sas.get(id);
    }

    /** What a packet with this destination and SPI is opened by. */
    Optional<Sa> receiver(InetAddress destination, int spi) {
        return sas.values().stream()
                .filter(sa -> sa.id.spi() == spi && sa.id.destination().equals(destination))
                .findFirst();
    }

    Collection<Sa> all() {
        return sas.values();
    }

    List<Sa> ofReqid(int reqid) {
        return sas.values().stream().filter(sa -> sa.reqid == reqid).toList();
    }

    void put(Sa sa) {
        sas.put(sa.id, sa);
    }

    @Nullable Sa remove(SaId id) {
        return sas.remove(id);
    }

    /** That with the latest second of the wall clock, and of these the one installed last. */
    Optional<Sa> carrier(PolicyTemplate template, Scope scope) {
        Sa best = null;
        for (Sa sa : sas.values()) {
            boolean fits =
                    !sa.larval()
                            && sa.reqid == template.reqid()
                            && sa.source.equals(template.source())
                            && sa.id.destination().equals(template.destination())
                            && sa.id.scope().equals(scope);
            if (fits && (best == null || sa.addTime >= best.addTime)) {
                best = sa;
            }
        }
        return Optional.ofNullable(best);
    }

    Map<Integer, KernelEvent.Acquire> waiting() {
        return waiting;
    }

    /** Whoever waits for an ACQUIRE with this sequence number waits no more. */
    boolean answer(int sequence) {
        return waiting.values().removeIf(acquire -> acquire.sequence() == sequence);
    }

    List<SaEntry> list() {
        List<SaEntry> entries = new ArrayList<>();
        sas.values().forEach(sa -> entries.add(sa.entry()));
        for (KernelEvent.Acquire acquire : waiting.values()) {
            entries.add(
                    new SaEntry(
                            new SaId(acquire.peer(), 0, acquire.scope()),
                            acquire.local(),
                            acquire.reqid(),
                            acquire.sequence(),
                            true,
                            false,
                            null,
                            LifetimeCurrent.NEW,
                            SaStatistics.NONE,
                            0,
                            0,
                            0));
        }
        return entries;
    }
}
