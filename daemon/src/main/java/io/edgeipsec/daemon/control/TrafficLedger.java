package io.edgeipsec.daemon.control;

import io.edgeipsec.api.resource.TunnelTraffic;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaStatistics;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What tunnels have carried beyond the life of their SAs. An SA's counters go with it, so they are
 * read before it is removed; the kernel tells those of an SA that it drops itself. Kernel thread
 * only.
 */
final class TrafficLedger {
    /** In the place of a Child policy: what those carried that their session has no more. */
    private static final String FORMER = "";

    private final IpsecKernel kernel;

    /**
     * By session and Child policy: what the SAs that are gone have carried, less what all had
     * carried at the last reset.
     */
    private final Map<String, Map<String, TunnelTraffic>> settled = new HashMap<>();

    /** For SAs that go without a last word; one for each that is there and has ever been read. */
    private final Map<SaId, Counters> lastRead = new HashMap<>();

    private record Counters(long octets, long packets, long integrityFailures, long replays) {
        static final Counters NONE = new Counters(0, 0, 0, 0);

        static Counters of(LifetimeCurrent carried, SaStatistics refused) {
            return new Counters(
                    carried.octets(),
                    carried.packets(),
                    Integer.toUnsignedLong(refused.integrityFailed()),
                    Integer.toUnsignedLong(refused.replayed())
                            + Integer.toUnsignedLong(refused.outsideReplayWindow()));
        }

        TunnelTraffic in() {
            return new TunnelTraffic(octets, 0, packets, 0, integrityFailures, replays);
        }

        TunnelTraffic out() {
            return new TunnelTraffic(0, octets, 0, packets, 0, 0);
        }
    }

    TrafficLedger(IpsecKernel kernel) {
        this.kernel = kernel;
    }

    /** Packets that an SA has carried; empty if it is gone. */
    Optional<Long> packets(SaId id) {
        return read(id).map(Counters::packets);
    }

    /** What both SAs of a Child SA have carried. */
    TunnelTraffic read(LiveSa sa) {
        TunnelTraffic in = readOrRemember(sa.inbound()).in();
        return sa.outbound().map(out -> in.plus(readOrRemember(out).out())).orElse(in);
    }

    private Counters readOrRemember(SaId id) {
        return read(id).orElseGet(() -> lastRead.getOrDefault(id, Counters.NONE));
    }

    private Optional<Counters> read(SaId id) {
        Optional<SaEntry> entry = kernel.readSa(id).toOptional();
        return entry.map(sa -> note(id, sa.counters(), sa.statistics()));
    }

    private Counters note(SaId id, LifetimeCurrent carried, SaStatistics refused) {
        Counters counters = Counters.of(carried, refused);
        lastRead.put(id, counters);
        return counters;
    }

    /** The kernel has dropped an SA, which had these counters. */
    void expired(SaId id, LifetimeCurrent carried, SaStatistics refused) {
        note(id, carried, refused);
    }

    /** An SA has another name now, and goes on counting. */
    void moved(SaId before, SaId after) {
        Counters counters = lastRead.remove(before);
        if (counters != null) {
            lastRead.put(after, counters);
        }
    }

    /** The SAs of a Child SA are about to be removed. */
    void settle(LiveSa sa) {
        add(sa.child().session(), sa.child().child(), read(sa));
        lastRead.remove(sa.inbound());
        sa.outbound().ifPresent(lastRead::remove);
    }

    /** The outbound SA of a Child SA is about to be removed, and the inbound one stays. */
    void settleOutbound(LiveSa sa) {
        sa.outbound()
                .ifPresent(
                        out -> {
                            add(
                                    sa.child().session(),
                                    sa.child().child(),
                                    readOrRemember(out).out());
                            lastRead.remove(out);
                        });
    }

    private void add(String session, String child, TunnelTraffic traffic) {
        settled.computeIfAbsent(session, s -> new HashMap<>(2))
                .merge(child, traffic, TunnelTraffic::plus);
    }

    /** The Child policies of a session whose SAs are gone, or were reset. */
    Collection<String> children(String session) {
        return settled.getOrDefault(session, Map.of()).keySet();
    }

    /** The session has these Child policies now; what others have carried stays in its total. */
    void retain(String session, Collection<String> children) {
        Map<String, TunnelTraffic> known = settled.get(session);
        if (known == null || children.isEmpty()) {
            return; // a disabled session has none, and may come back with all
        }
        for (String child : List.copyOf(known.keySet())) {
            if (!child.equals(FORMER) && !children.contains(child)) {
                TunnelTraffic former = known.remove(child);
                known.merge(FORMER, former, TunnelTraffic::plus);
            }
        }
    }

    void forget(String session) {
        settled.remove(session);
    }

    /**
     * What the tunnels of a session have carried.
     *
     * @param live by Child policy, what the SAs that are there have carried
     */
    Map<String, TunnelTraffic> tunnels(String session, Map<String, TunnelTraffic> live) {
        Map<String, TunnelTraffic> tunnels = new HashMap<>(settled.getOrDefault(session, Map.of()));
        live.forEach((child, traffic) -> tunnels.merge(child, traffic, TunnelTraffic::plus));
        return tunnels;
    }

    /** As {@link #tunnels}: everything begins at zero. */
    void reset(String session, Map<String, TunnelTraffic> live) {
        Map<String, TunnelTraffic> zero = new HashMap<>(2);
        live.forEach((child, traffic) -> zero.put(child, traffic.negated()));
        settled.put(session, zero);
    }

    /** What every session has carried, from a list of all SAs. */
    Map<String, TunnelTraffic> sessions(List<SaEntry> sas, SessionTable table) {
        Map<String, TunnelTraffic> sessions = new HashMap<>();
        settled.forEach(
                (session, tunnels) ->
                        sessions.put(
                                session,
                                tunnels.values().stream()
                                        .reduce(TunnelTraffic.NONE, TunnelTraffic::plus)));
        for (SaEntry sa : sas) {
            Optional<LiveSa> owner = table.findSa(sa.id());
            if (owner.isPresent()) {
                Counters counters = note(sa.id(), sa.counters(), sa.statistics());
                boolean inbound = owner.get().inbound().equals(sa.id());
                sessions.merge(
                        owner.get().child().session(),
                        inbound ? counters.in() : counters.out(),
                        TunnelTraffic::plus);
            }
        }
        return sessions;
    }
}
