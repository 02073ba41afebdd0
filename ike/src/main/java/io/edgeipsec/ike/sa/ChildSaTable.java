package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.MonotonicTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The Child SAs of an IKE SA by the SPI that we receive on, with their lifetimes. */
final class ChildSaTable {
    private static final class Entry {
        final ChildSa child;
        MonotonicTime rekeyAt;
        MonotonicTime expireAt;
        Phase phase = Phase.IN_USE;
        boolean leftToPeer;
        Optional<Origin> origin = Optional.empty();

        Entry(ChildSa child, MonotonicTime rekeyAt, MonotonicTime expireAt) {
            this.child = child;
            this.rekeyAt = rekeyAt;
            this.expireAt = expireAt;
        }

        boolean awaitsRekey() {
            return phase == Phase.IN_USE && !leftToPeer;
        }

        boolean isTwinOf(ChildSa other) {
            return phase != Phase.DELETING
                    && !leftToPeer
                    && child.policy().name().equals(other.policy().name())
                    && child.local().equals(other.local())
                    && child.remote().equals(other.remote());
        }

        MonotonicTime next() {
            return awaitsRekey() && rekeyAt.isBefore(expireAt) ? rekeyAt : expireAt;
        }
    }

    /**
     * The exchange that made it.
     *
     * @param replaced the SPI that we receive on by the one that it takes over from
     */
    private record Origin(Maker maker, Optional<EspSpi> replaced, Octets lowestNonce) {}

    enum Maker {
        WE,
        PEER
    }

    enum Phase {
        IN_USE,
        REKEYING,
        DELETING
    }

    /** The oldest first. */
    private final Map<EspSpi, Entry> entries = new LinkedHashMap<>();

    void add(ChildSa child, MonotonicTime rekeyAt, MonotonicTime expireAt) {
        entries.put(child.locator().inbound(), new Entry(child, rekeyAt, expireAt));
    }

    boolean remove(ChildSa child) {
        return entries.remove(child.locator().inbound()) != null;
    }

    List<ChildSa> all() {
        List<ChildSa> children = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> children.add(entry.child));
        return children;
    }

    Optional<ChildSa> find(EspSpi inbound) {
        return Optional.ofNullable(entries.get(inbound)).map(entry -> entry.child);
    }

    /** The phase of a Child SA that is in the table; one that is not counts as being deleted. */
    Phase phase(ChildSa child) {
        Entry entry = entries.get(child.locator().inbound());
        return entry == null ? Phase.DELETING : entry.phase;
    }

    void phase(ChildSa child, Phase phase) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null) {
            entry.phase = phase;
        }
    }

    /** Notes which exchange has made it. */
    void made(ChildSa child, Maker maker, Optional<ChildSa> replaced, Octets lowestNonce) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null) {
            entry.origin = Optional.of(new Origin(maker, spi(replaced), lowestNonce));
        }
    }

    private static Optional<EspSpi> spi(Optional<ChildSa> child) {
        return child.map(present -> present.locator().inbound());
    }

    /**
     * Those in use that exchanges of one side with such a lowest nonce have made for the policy of
     * this one, and in place of the same Child SA or all of none.
     */
    List<ChildSa> rivals(
            ChildSa child, Optional<ChildSa> replaced, Maker maker, Predicate<Octets> lowestNonce) {
        return entries.values().stream()
                .filter(e -> e.child.policy().name().equals(child.policy().name()))
                .filter(e -> e.phase == Phase.IN_USE)
                .filter(
                        e ->
                                e.origin
                                        .filter(
                                                origin ->
                                                        origin.maker == maker
                                                                && origin.replaced.equals(
                                                                        spi(replaced))
                                                                && lowestNonce.test(
                                                                        origin.lowestNonce))
                                        .isPresent())
                .map(e -> e.child)
                .toList();
    }

    boolean hasRival(ChildSa child, Optional<ChildSa> replaced, Maker maker) {
        return !rivals(child, replaced, maker, nonce -> true).isEmpty();
    }

    /** The peer is to delete it: it has replaced it, or has made one too many. */
    void leaveToPeer(ChildSa child) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null) {
            entry.leftToPeer = true;
        }
    }

    /** Whether it is there and nobody is replacing or deleting it. */
    boolean isIdle(ChildSa child) {
        Entry entry = entries.get(child.locator().inbound());
        return entry != null && entry.awaitsRekey();
    }

    /**
     * Whether a younger one, which nobody has replaced or is to delete, carries the same traffic.
     */
    boolean hasYoungerTwin(ChildSa child) {
        return entries.values().stream()
                .dropWhile(entry -> !entry.child.equals(child))
                .skip(1)
                .anyMatch(entry -> entry.isTwinOf(child));
    }

    /**
     * Leaves a Child SA in use until the next attempt to rekey it.
     *
     * @param until the usual time for that
     */
    void postponeRekey(ChildSa child, MonotonicTime now, MonotonicTime until) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null && entry.phase == Phase.REKEYING) {
            entry.phase = Phase.IN_USE;
            entry.rekeyAt = Lifetime.again(until, now, entry.expireAt);
        }
    }

    /** Has a Child SA replaced now, or as soon as nothing else is being done with it. */
    void rekeyAt(ChildSa child, MonotonicTime time) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null && time.isBefore(entry.rekeyAt)) {
            entry.rekeyAt = time;
        }
    }

    /** Ends a Child SA earlier than its lifetime says. */
    void expireAt(ChildSa child, MonotonicTime time) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null && time.isBefore(entry.expireAt)) {
            entry.expireAt = time;
        }
    }

    List<ChildSa> in(Phase phase) {
        return entries.values().stream()
                .filter(entry -> entry.phase == phase)
                .map(entry -> entry.child)
                .toList();
    }

    /** Hands all Child SAs over. Who was rekeying one has to begin anew. */
    void moveAllTo(ChildSaTable successor) {
        in(Phase.REKEYING).forEach(child -> phase(child, Phase.IN_USE));
        successor.entries.putAll(entries);
        entries.clear();
    }

    /** When the next Child SA has to be rekeyed or is over. */
    Optional<MonotonicTime> nextDeadline() {
        return entries.values().stream().map(Entry::next).min(MonotonicTime::compareTo);
    }

    List<ChildSa> toRekey(MonotonicTime now) {
        return entries.values().stream()
                .filter(e -> e.awaitsRekey() && now.hasReached(e.rekeyAt))
                .map(e -> e.child)
                .toList();
    }

    List<ChildSa> expired(MonotonicTime now) {
        return entries.values().stream()
                .filter(e -> now.hasReached(e.expireAt))
                .map(e -> e.child)
                .toList();
    }
}
