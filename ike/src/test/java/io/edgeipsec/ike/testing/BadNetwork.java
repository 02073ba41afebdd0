package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.model.MonotonicTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/** Loses, doubles and delays what two gateways say, so that it is also overtaken. */
public final class BadNetwork {
    private record Arrival(TwoGateways.InFlight datagram, MonotonicTime at) {}

    /**
     * How bad it is.
     *
     * @param loss share of the datagrams that never arrive
     * @param duplication share of those that arrive twice
     * @param longestDelay each copy takes anything up to it
     */
    public record Faults(double loss, double duplication, Duration longestDelay) {}

    private final TwoGateways net;
    private final Random random;
    private final Faults faults;
    private final PriorityQueue<Arrival> underWay =
            new PriorityQueue<>(Comparator.comparing(Arrival::at));

    public BadNetwork(TwoGateways net, Random random, Faults faults) {
        this.net = net;
        this.random = random;
        this.faults = faults;
    }

    /** Moves the clock, deadline by deadline and arrival by arrival. */
    public void pass(Duration duration) {
        MonotonicTime end = net.now().plus(duration);
        while (true) {
            takeUp();
            MonotonicTime next = earlier(end, net.nextDeadline());
            next = earlier(next, Optional.ofNullable(underWay.peek()).map(Arrival::at));
            net.pass(next.since(net.now()), false);
            takeUp();
            deliverDue();
            if (net.now().hasReached(end)) {
                return;
            }
        }
    }

    /** Delivers what is still under way, in any order, and nothing is lost any more. */
    public void heal() {
        underWay.forEach(arrival -> net.deliver(arrival.datagram()));
        underWay.clear();
        net.deliverAll();
    }

    private MonotonicTime earlier(MonotonicTime one, Optional<MonotonicTime> other) {
        MonotonicTime first = other.filter(at -> at.isBefore(one)).orElse(one);
        return first.isBefore(net.now()) ? net.now() : first;
    }

    private void takeUp() {
        while (!net.wire().isEmpty()) {
            TwoGateways.InFlight datagram = net.dropOne();
            if (random.nextDouble() >= faults.loss()) {
                send(datagram);
                if (random.nextDouble() < faults.duplication()) {
                    send(datagram);
                }
            }
        }
    }

    private void send(TwoGateways.InFlight datagram) {
        long delay = (long) (random.nextDouble() * faults.longestDelay().toNanos());
        underWay.add(new Arrival(datagram, net.now().plus(Duration.ofNanos(delay))));
    }

    private void deliverDue() {
        while (!underWay.isEmpty() && net.now().hasReached(underWay.element().at())) {
            net.deliver(underWay.remove().datagram());
            takeUp();
        }
    }
}
