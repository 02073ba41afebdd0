package io.edgeipsec.ike.model;

import java.time.Duration;

/**
 * When an unanswered request is sent again, and when it is given up (RFC 7296 §2.4).
 *
 * @param first wait behind the first transmission
 * @param factor by which each wait is longer than the one before
 * @param cap of a wait
 * @param tries transmissions in all; after the last one a wait still follows
 */
public record RetransmissionPolicy(Duration first, double factor, Duration cap, int tries) {
    /**
     * Waits are shortened or stretched by up to this much, so that many SAs do not beat in step.
     */
    private static final double JITTER = 0.1;

    public RetransmissionPolicy {
        if (first.isNegative() || first.isZero() || factor < 1 || tries < 1) {
            throw new IllegalArgumentException("retransmission after " + first + " x " + factor);
        }
    }

    /**
     * The wait behind a transmission.
     *
     * @param transmission counts from 0
     * @param fraction uniform in [0, 1), for the jitter
     */
    public Duration waitAfter(int transmission, double fraction) {
        double nominal = first.toMillis() * Math.pow(factor, transmission);
        double capped = Math.min(nominal, (double) cap.toMillis());
        return Duration.ofMillis((long) (capped * (1 - JITTER + 2 * JITTER * fraction)));
    }
}
