package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.ChildSaTraffic;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.MonotonicTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Dead peer detection (RFC 7296 §2.4), and keepalives for a NAT in front of us (RFC 3948 §4). Both
 * are pushed back by what goes on anyway, without touching a timer.
 *
 * <p>When IKE has been silent for the interval, the kernel is asked what the Child SAs have
 * carried. Packet counters and not times: the kernel's are wall-clock time, which steps.
 */
final class Liveness {
    /**
     * How many intervals in a row ESP may speak for a silent peer. It proves the peer's kernel; the
     * peer's IKE may have died or restarted without its IKE SAs, and only a probe tells.
     */
    private static final int INTERVALS_BY_ESP_ALONE = 2;

    private final IkeSa sa;
    private final IkeSaEnvironment environment;
    private final Deadlines deadlines;
    private MonotonicTime lastHeard;
    private MonotonicTime lastSent;
    private Map<EspSpi, ChildSaTraffic> lastMeasured = Map.of();
    private boolean measuring;
    private int intervalsByEspAlone;

    Liveness(IkeSa sa, IkeSaEnvironment environment, Deadlines deadlines, MonotonicTime now) {
        this.sa = sa;
        this.environment = environment;
        this.deadlines = deadlines;
        this.lastHeard = now;
        this.lastSent = now;
    }

    /** What the Child SAs had carried before they moved does not count as news with its heir. */
    void handOver(Liveness successor) {
        successor.lastMeasured = lastMeasured;
    }

    /** Authentic IKE came. */
    void heard() {
        lastHeard = sa.now();
        intervalsByEspAlone = 0;
    }

    void sent() {
        lastSent = sa.now();
    }

    Duration silence() {
        return sa.now().since(lastHeard);
    }

    private boolean isSilent() {
        return silence().compareTo(sa.policy().dpd().interval()) >= 0;
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

    /** A request in flight is as good as a probe. */
    void check() {
        if (isSilent() && sa.isIdle()) {
            if (measuring) {
                // The kernel has not answered for an interval; the peer may be quicker.
                sa.probe();
            } else {
                measure();
            }
        }
        arm();
    }

    private void measure() {
        List<ChildSaLocator> childSas = sa.children().stream().map(ChildSa::locator).toList();
        if (childSas.isEmpty()) {
            measured(List.of());
            return;
        }
        measuring = true;
        sa.world().measureTraffic(childSas, this::measured, refused -> notMeasured());
    }

    private void measured(List<ChildSaTraffic> childSas) {
        measuring = false;
        boolean received = false;
        boolean sent = false;
        Map<EspSpi, ChildSaTraffic> latest = new HashMap<>();
        for (ChildSaTraffic now : childSas) {
            ChildSaTraffic before =
                    lastMeasured.getOrDefault(
                            now.inbound(), new ChildSaTraffic(now.inbound(), 0, 0));
            received |= now.packetsIn() > before.packetsIn();
            sent |= now.packetsOut() > before.packetsOut();
            latest.put(now.inbound(), now);
        }
        lastMeasured = latest;
        if (received && intervalsByEspAlone < INTERVALS_BY_ESP_ALONE) {
            lastHeard = sa.now();
            intervalsByEspAlone++;
            rearm();
        } else if (received || sent || sa.policy().dpd().mode() == DpdPolicy.Mode.PERIODIC) {
            probeIfSilent();
        }
    }

    private void notMeasured() {
        measuring = false;
        probeIfSilent();
    }

    /** The answer may have taken a while. */
    private void probeIfSilent() {
        boolean wanted = sa.state() == IkeSaState.ESTABLISHED && sa.policy().dpd().isEnabled();
        if (wanted && isSilent()) {
            sa.probe();
        }
    }

    private void rearm() {
        if (sa.state() == IkeSaState.ESTABLISHED) {
            arm();
        }
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
