package io.edgeipsec.daemon.simulation;

import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What lies between the gateways, and what it does to what they say. */
final class Network {
    /** No datagram is faster, and ESP is not slower. */
    static final Duration FASTEST = Duration.ofMillis(5);

    /** Of which some are said again. */
    private static final int REMEMBERED = 64;

    private static final Duration REPLAY_WITHIN = Duration.ofSeconds(60);

    /** How bad it is: shares of the datagrams, and by how much each may be late. */
    static final class Faults {
        double loss;
        double duplication;
        double corruption;
        double replay;
        double reflection;
        Duration jitter = Duration.ZERO;
        Duration latency = Duration.ZERO;

        void heal() {
            loss = 0;
            duplication = 0;
            corruption = 0;
            replay = 0;
            reflection = 0;
            jitter = Duration.ZERO;
            latency = Duration.ZERO;
        }
    }

    final Faults faults = new Faults();
    private final Timeline timeline;
    private final Trace trace;
    private final Probes probes;
    private final Random random;
    private final List<Gateway> gateways;
    private final WireCheck check;
    private final Set<String> cut = new HashSet<>();
    private final List<Sent> remembered = new ArrayList<>();

    private record Sent(Endpoint source, Endpoint destination, Octets datagram) {}

    Network(
            Timeline timeline,
            Trace trace,
            Probes probes,
            Random random,
            List<Gateway> gateways,
            WireCheck check) {
        this.timeline = timeline;
        this.trace = trace;
        this.probes = probes;
        this.random = random;
        this.gateways = gateways;
        this.check = check;
    }

    /** Nothing gets from one to the other any more, but the other way it does. */
    void cut(Gateway from, Gateway to) {
        cut.add(from.name + to.name);
    }

    void heal() {
        cut.clear();
    }

    boolean isCut(Gateway from, Gateway to) {
        return cut.contains(from.name + to.name);
    }

    /** A gateway sends an IKE message. */
    void send(Gateway from, Path path, Octets datagram) {
        check.sent(from, datagram);
        if (!from.kernel.hasAddress(Conversions.toInet(path.local().address()))) {
            probes.hit("network: no source address");
            return;
        }
        Nat nat = from.nat;
        Endpoint source = nat == null ? path.local() : nat.leave(path.local().port());
        Sent sent = new Sent(source, path.remote(), datagram);
        if (remembered.size() < REMEMBERED) {
            remembered.add(sent);
        } else if (faults.replay > 0 || faults.reflection > 0) {
            remembered.set(random.nextInt(REMEMBERED), sent);
        }
        carry(from, sent);
        if (random.nextDouble() < faults.duplication) {
            probes.hit("network: duplicated");
            carry(from, sent);
        }
        if (random.nextDouble() < faults.replay) {
            probes.hit("network: replayed");
            Sent old = remembered.get(random.nextInt(remembered.size()));
            long delay = (long) (random.nextDouble() * REPLAY_WITHIN.toNanos());
            timeline.after(Duration.ofNanos(delay), () -> arrive(old, null));
        }
        if (random.nextDouble() < faults.reflection) {
            probes.hit("network: reflected");
            Gateway other = gateways.get(random.nextInt(gateways.size()));
            // To whom it was meant for, from elsewhere, only those on the path can send in time.
            if (!other.outside().equals(path.remote().address())) {
                Endpoint to = new Endpoint(other.outside(), path.local().port());
                carry(from, new Sent(path.remote(), to, datagram));
            }
        }
    }

    private void carry(Gateway from, Sent sent) {
        if (random.nextDouble() < faults.loss) {
            probes.hit("network: lost");
            trace.add(from.name, "   lost");
            return;
        }
        Octets octets = sent.datagram();
        if (random.nextDouble() < faults.corruption) {
            probes.hit("network: corrupted");
            octets = corrupted(octets);
        }
        long delay =
                FASTEST.toNanos()
                        + faults.latency.toNanos()
                        + (long) (random.nextDouble() * faults.jitter.toNanos());
        Sent carried = new Sent(sent.source(), sent.destination(), octets);
        timeline.after(Duration.ofNanos(delay), () -> arrive(carried, from));
    }

    private Octets corrupted(Octets datagram) {
        byte[] octets = datagram.toByteArray();
        int cutAt = random.nextInt(octets.length);
        switch (random.nextInt(4)) {
            case 0 -> octets = java.util.Arrays.copyOf(octets, cutAt);
            case 1 -> octets = java.util.Arrays.copyOf(octets, octets.length + 1 + cutAt % 7);
            default -> octets[cutAt] ^= (byte) (1 << random.nextInt(8));
        }
        return Octets.wrap(octets);
    }

    private void arrive(Sent sent, @Nullable Gateway from) {
        for (Gateway to : gateways) {
            Optional<Integer> port = portOf(to, sent.destination());
            SimulatedDaemon daemon = to.daemon;
            if (port.isPresent() && daemon != null) {
                if (from != null && isCut(from, to)) {
                    probes.hit("network: cut off");
                    trace.add(from.name, "   cut off from " + to.name);
                } else if (to.kernel.hasAddress(to.inet())) {
                    Path path = new Path(new Endpoint(to.address, port.get()), sent.source());
                    daemon.receive(path, sent.datagram());
                }
            }
        }
    }

    private static Optional<Integer> portOf(Gateway to, Endpoint destination) {
        if (!destination.address().equals(to.outside())) {
            return Optional.empty();
        }
        return to.nat == null ? Optional.of(destination.port()) : to.nat.enter(destination.port());
    }

    /** Where ESP in UDP from this gateway seems to come from. */
    Endpoint seen(Gateway from, int port) {
        return from.nat == null ? new Endpoint(from.address, port) : from.nat.leave(port);
    }

    /** The gateway that ESP to this address gets to, at which port; 0 where it is not in UDP. */
    Optional<Gateway> receiver(Endpoint destination) {
        return gateways.stream()
                .filter(to -> destination.address().equals(to.outside()))
                .filter(to -> to.nat == null || to.nat.enter(destination.port()).isPresent())
                .findFirst();
    }
}
