package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.model.MonotonicTime;
import java.time.Duration;

/** A token bucket: so many answers a second, and as many at once. */
final class AnswerLimiter {
    private final int perSecond;
    private double tokens;
    private MonotonicTime filledAt;

    AnswerLimiter(int perSecond, MonotonicTime now) {
        this.perSecond = perSecond;
        this.tokens = perSecond;
        this.filledAt = now;
    }

    boolean tryAnswer(MonotonicTime now) {
        Duration passed = now.since(filledAt);
        filledAt = now;
        tokens = Math.min(perSecond, tokens + passed.toNanos() * 1e-9 * perSecond);
        if (tokens < 1) {
            return false;
        }
        tokens -= 1;
        return true;
    }
}
