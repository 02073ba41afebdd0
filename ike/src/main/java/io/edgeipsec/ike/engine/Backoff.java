package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.model.IkeSettings;
import java.time.Duration;

/** Waits that double up to a cap, each drawn between half and all of it. */
final class Backoff {
    private final IkeSettings settings;
    private final RandomSource random;
    private int failures;

    Backoff(IkeSettings settings, RandomSource random) {
        this.settings = settings;
        this.random = random;
    }

    void reset() {
        failures = 0;
    }

    Duration next() {
        double nominal = settings.retryFirst().toMillis() * Math.pow(2, failures);
        double capped = Math.min(nominal, (double) settings.retryCap().toMillis());
        failures = Math.min(failures + 1, 30);
        return Duration.ofMillis((long) (capped * (0.5 + 0.5 * random.nextFraction())));
    }
}
