package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildPolicy;
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
        boolean replacedByPeer;

        /** Of the exchange of ours that made it, if one did. */
        Optional<Octets> lowestNonce = Optional.empty();

        Entry(ChildSa child, MonotonicTime rekeyAt, MonotonicTime expireAt) {
            this.child = child;
            this.rekeyAt = rekeyAt;
            this.expireAt = expireAt;
        }

        boolean awaitsRekey() {
            return phase == Phase.IN_USE && !replacedByPeer;
        }

        boolean isTwinOf(ChildSa other) {
            return phase != Phase.DELETING
                    && !replacedByPeer
                    && child.policy().name().equals(other.policy().name())
                    && child.local().equals(other.local())
                    && child.remote().equals(other.remote());
        }

        MonotonicTime next() {
            return awaitsRekey() && rekeyAt.isBefore(expireAt) ? rekeyAt : expireAt;
        }
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

    void madeByUs(ChildSa child, Octets lowestNonce) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null) {
            entry.lowestNonce = Optional.of(lowestNonce);
        }
    }

    /** Those in use that exchanges of ours with such a lowest nonce have made for a policy. */
    List<ChildSa> madeByUs(ChildPolicy policy, Predicate<Octets> lowestNonce) {
        return entries.values().stream()
                .filter(e -> e.child.policy().name().equals(policy.name()))
                .filter(e -> e.phase == Phase.IN_USE)
                .filter(e -> e.lowestNonce.filter(lowestNonce).isPresent())
                .map(e -> e.child)
                .toList();
    }

    /** The peer has replaced it, and is to delete it. */
    void replacedByPeer(ChildSa child) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null) {
            entry.replacedByPeer = true;
        }
    }

    /** Whether it is there and nobody is replacing or deleting it. */
    boolean isIdle(ChildSa child) {
        Entry entry = entries.get(child.locator().inbound());
        return entry != null && entry.awaitsRekey();
    }

    /**
     * Whether a younger one, which nobody has replaced or is deleting, carries the same traffic.
     */
    boolean hasYoungerTwin(ChildSa child) {
        return entries.values().stream()
                .dropWhile(entry -> !entry.child.equals(child))
                .skip(1)
                .anyMatch(entry -> entry.isTwinOf(child));
    }

    /** Leaves a Child SA in use until the next attempt to rekey it. */
    void postponeRekey(ChildSa child, MonotonicTime until) {
        Entry entry = entries.get(child.locator().inbound());
        if (entry != null && entry.phase == Phase.REKEYING) {
            entry.phase = Phase.IN_USE;
            entry.rekeyAt = until;
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
