package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.model.MonotonicTime;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The deadlines of one IKE SA; its owner sees the nearest only. */
final class Deadlines {
    enum Kind {
        RETRANSMIT,
        /** A responder's wait for IKE_AUTH. */
        HALF_OPEN,
        /** A responder's wait for IKE_FOLLOWUP_KE. */
        FOLLOW_UP,
        /** The wait for something better than an unprotected error. */
        SUSPICION,
        /** The wait for the rest of a message in fragments. */
        FRAGMENTS,
        LIVENESS,
        /** The wait for the peer to use an IKE SA that it has made. */
        UNUSED,
        KEEPALIVE,
        IKE_REKEY,
        IKE_EXPIRY,
        CHILD_LIFETIMES,
        LINGER
    }

    private final Map<Kind, MonotonicTime> times = new EnumMap<>(Kind.class);

    void set(Kind kind, MonotonicTime at) {
        times.put(kind, at);
    }

    void clear(Kind kind) {
        times.remove(kind);
    }

    void clear() {
        times.clear();
    }

    boolean isSet(Kind kind) {
        return times.containsKey(kind);
    }

    Optional<MonotonicTime> nearest() {
        return times.values().stream().min(MonotonicTime::compareTo);
    }

    /** Takes one deadline that has come, if any. */
    Optional<Kind> takeReached(MonotonicTime now) {
        for (Map.Entry<Kind, MonotonicTime> entry : times.entrySet()) {
            if (now.hasReached(entry.getValue())) {
                Kind kind = entry.getKey();
                times.remove(kind);
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
