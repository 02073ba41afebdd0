package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.MonotonicTime;
import java.time.Duration;

/**
 * Dead peer detection (RFC 7296 §2.4), and keepalives for a NAT in front of us (RFC 3948 §4). Both
 * are pushed back by what goes on anyway, without touching a timer.
 */
final class Liveness {
    private final IkeSa sa;
    private final IkeSaEnvironment environment;
    private final Deadlines deadlines;
    private MonotonicTime lastHeard;
    private MonotonicTime lastSent;

    Liveness(IkeSa sa, IkeSaEnvironment environment, Deadlines deadlines, MonotonicTime now) {
        this.sa = sa;
        this.environment = environment;
        this.deadlines = deadlines;
        this.lastHeard = now;
        this.lastSent = now;
    }

    void heard() {
        lastHeard = sa.now();
    }

    void sent() {
        lastSent = sa.now();
    }

    Duration silence() {
        return sa.now().since(lastHeard);
    }

    void arm() {
        DpdPolicy dpd = sa.policy().dpd();
        if (!dpd.isEnabled()) {
            deadlines.clear(Deadlines.Kind.LIVENESS);
            return;
        }
        MonotonicTime due = lastHeard.plus(dpd.interval());
        boolean overdue = sa.now().hasReached(due);
        deadlines.set(Deadlines.Kind.LIVENESS, overdue ? sa.now().plus(dpd.interval()) : due);
    }

    void check() {
        if (silence().compareTo(sa.policy().dpd().interval()) >= 0) {
            sa.probe();
        }
        arm();
    }

    /** Sends a keepalive if nothing else was sent for the interval, and waits for the next. */
    void keepAlive() {
        if (!sa.nat().localBehindNat()) {
            return;
        }
        Duration interval = environment.settings().keepaliveInterval();
        if (sa.now().hasReached(lastSent.plus(interval))) {
            environment.effects().accept(new IkeEffect.SendKeepalive(sa.path()));
            sent();
        }
        deadlines.set(Deadlines.Kind.KEEPALIVE, lastSent.plus(interval));
    }
}
