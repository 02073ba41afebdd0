package io.edgeipsec.ike.model;

import java.time.Duration;

/**
 * Dead peer detection (RFC 7296 §2.4).
 *
 * <p>In both modes everything authentic and new from the peer is a sign of life, IKE and ESP alike,
 * and makes a probe unnecessary for an interval. For ESP the kernel is asked, once an interval and
 * only when IKE has been silent that long; its answer tells that packets came since it was last
 * asked, not when. So a probe goes out after one to two intervals of silence.
 *
 * <p>A probe that stays unanswered ends the IKE SA even if ESP comes in meanwhile: with a window of
 * one request nothing else could be said any more (RFC 7296 §2.3, §2.4).
 *
 * @param mode PERIODIC probes a silent peer whatever we send; ON_DEMAND only one that we have sent
 *     ESP to since the last look; DISABLED probes no peer for its silence, only one that may not
 *     have an IKE SA which it made or was to take up
 * @param interval of silence before a probe
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
