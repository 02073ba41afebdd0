package io.edgeipsec.ike.model;

import java.time.Duration;

/**
 * Dead peer detection (RFC 7296 §2.4).
 *
 * @param mode PERIODIC probes on the clock; ON_DEMAND only when nothing was heard for the interval
 *     and there is traffic to send; DISABLED never
 * @param interval between probes, or of silence before one
 * @param retryCount retransmissions of an unanswered probe before the peer counts as dead
 */
public record DpdPolicy(Mode mode, Duration interval, int retryCount) {
    public enum Mode {
        DISABLED,
        PERIODIC,
        ON_DEMAND
    }

    /**
     * Waits between the transmissions of a probe: short, since a silent peer is what it looks for.
     */
    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    public DpdPolicy {
        if (interval.isNegative() || interval.isZero() || retryCount < 1) {
            throw new IllegalArgumentException("DPD every " + interval + ", " + retryCount);
        }
    }

    public boolean isEnabled() {
        return mode != Mode.DISABLED;
    }

    public RetransmissionPolicy retransmission() {
        return new RetransmissionPolicy(FIRST_WAIT, 1.8, LONGEST_WAIT, retryCount + 1);
    }
}
