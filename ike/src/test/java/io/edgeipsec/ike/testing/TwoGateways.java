package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gateways A (192.0.2.1) and B (198.51.100.1) with a wire between them. Datagrams lie on the wire
 * until the test delivers, changes or drops them; the clock stands until the test moves it.
 */
public final class TwoGateways {
    public static final IpAddress A = IpAddress.parse("192.0.2.1");
    public static final IpAddress B = IpAddress.parse("198.51.100.1");

    /** One datagram on its way, as its sender sees it. */
    public record InFlight(Path path, Octets datagram) {
        boolean isFromA() {
            return path.local().address().equals(A);
        }
    }

    /** Between A and the wire: B sees A's datagrams come from {@code outside}. */
    public record Nat(IpAddress outside, int portOffset) {}

    private final Deque<InFlight> wire = new ArrayDeque<>();
    private MonotonicTime now = new MonotonicTime(1_000_000_000L);
    private final IkeSettings settingsOfA;
    private final EngineLimits limits;
    private Gateway a;
    private final Gateway b;
    private @Nullable Nat nat;
    private boolean cutOff;

    public TwoGateways(long seed) {
        this(seed, IkeSettings.defaults(), EngineLimits.defaults());
    }

    public TwoGateways(long seed, IkeSettings settings, EngineLimits limits) {
        this(seed, settings, settings, limits);
    }

    /** Gateways that are set up differently. */
    public TwoGateways(long seed, IkeSettings settingsOfA, IkeSettings settingsOfB) {
        this(seed, settingsOfA, settingsOfB, EngineLimits.defaults());
    }

    private TwoGateways(
            long seed, IkeSettings settingsOfA, IkeSettings settingsOfB, EngineLimits limits) {
        this.settingsOfA = settingsOfA;
        this.limits = limits;
        a = new Gateway(new SeededRandom(seed), 0xa0000001, settingsOfA, limits, now, this::send);
        b = new Gateway(new SeededRandom(~seed), 0xb0000001, settingsOfB, limits, now, this::send);
    }

    /** Both configured, B first, and everything delivered that they have to say. */
    public static TwoGateways connected(long seed, Policies a, Policies b) {
        TwoGateways net = new TwoGateways(seed);
        net.b().configure(b.build());
        net.a().configure(a.build());
        net.deliverAll();
        return net;
    }

    /** The usual tunnel: A has started it, B has answered. */
    public static TwoGateways connected(long seed) {
        TwoGateways net = connected(seed, Policies.a(), Policies.b());
        net.assertOneTunnel();
        return net;
    }

    public boolean isFromB(InFlight datagram) {
        return !datagram.isFromA();
    }

    /** Another A without memory, in place of the old one and its kernel. */
    public void restartA(long seed) {
        a = new Gateway(new SeededRandom(seed), 0xa1000001, settingsOfA, limits, now, this::send);
    }

    private void send(Path path, Octets datagram) {
        if (!cutOff) {
            wire.add(new InFlight(path, datagram));
        }
    }

    public Gateway a() {
        return a;
    }

    public Gateway b() {
        return b;
    }

    public Deque<InFlight> wire() {
        return wire;
    }

    /** What the oldest datagram says. */
    IkeMessage oldest() {
        InFlight oldest = wire.element();
        return (oldest.isFromA() ? a : b).message(oldest.datagram());
    }

    /** Sender and payloads of the oldest datagram. */
    String outline() {
        return wire.isEmpty()
                ? "silence"
                : (wire.element().isFromA() ? "A: " : "B: ") + oldest().outline();
    }

    public MonotonicTime now() {
        return now;
    }

    /** Whether everything that is put on the wire is lost from now on. */
    public void cutOff(boolean value) {
        cutOff = value;
    }

    public void putNatBeforeA(Nat between) {
        nat = between;
    }

    /** Delivers the oldest datagram. */
    public void deliverOne() {
        deliver(wire.remove());
    }

    /** Delivers the oldest datagram after the test has changed its octets. */
    public void deliverOne(UnaryOperator<Octets> change) {
        InFlight oldest = wire.remove();
        deliver(new InFlight(oldest.path(), change.apply(oldest.datagram())));
    }

    public InFlight dropOne() {
        return wire.remove();
    }

    /** Delivers the oldest datagram twice. */
    public void deliverOneTwice() {
        InFlight oldest = wire.remove();
        deliver(oldest);
        deliver(oldest);
    }

    /** Delivers until the wire is empty. */
    public void deliverAll() {
        int budget = 10_000;
        while (!wire.isEmpty()) {
            if (budget-- == 0) {
                throw new AssertionError("the gateways never stop talking\n" + a.ladder());
            }
            deliverOne();
        }
    }

    /** The same octets but one. */
    public static Octets patched(Octets datagram, int position, int value) {
        byte[] changed = datagram.toByteArray();
        changed[position] = (byte) value;
        return Octets.wrap(changed);
    }

    /** How a datagram of A's would arrive at B from another port. */
    public Path arrival(InFlight datagram, int sourcePort) {
        return new Path(datagram.path().remote(), new Endpoint(A, sourcePort));
    }

    public void deliver(InFlight datagram) {
        Endpoint source = datagram.path().local();
        Endpoint destination = datagram.path().remote();
        Nat between = nat;
        if (between != null && datagram.isFromA()) {
            source = new Endpoint(between.outside(), source.port() + between.portOffset());
        } else if (between != null && destination.address().equals(between.outside())) {
            destination = new Endpoint(A, destination.port() - between.portOffset());
        }
        Path arrived = new Path(destination, source);
        if (destination.address().equals(A)) {
            a.receive(arrived, datagram.datagram());
        } else if (destination.address().equals(B)) {
            b.receive(arrived, datagram.datagram());
        }
    }

    /**
     * Moves the clock, stopping at every deadline; with {@code deliver}, the wire works meanwhile.
     */
    public void pass(Duration duration, boolean deliver) {
        MonotonicTime end = now.plus(duration);
        while (true) {
            if (deliver) {
                deliverAll();
            }
            Optional<MonotonicTime> next = nextDeadline();
            if (next.isEmpty() || !end.hasReached(next.get())) {
                break;
            }
            now = next.get().isBefore(now) ? now : next.get();
            a.passTo(now);
            b.passTo(now);
        }
        now = end;
        a.passTo(now);
        b.passTo(now);
        if (deliver) {
            deliverAll();
        }
    }

    /** Moves the clock to the first deadline at which one of the gateways sends something. */
    public void passUntilSomethingIsSaid() {
        while (wire.isEmpty()) {
            Optional<MonotonicTime> next = nextDeadline();
            pass(next.orElseThrow().since(now), false);
        }
    }

    /** When one of the gateways has something to do by itself. */
    public Optional<MonotonicTime> nextDeadline() {
        return nearest(a.nextDeadline(), b.nextDeadline());
    }

    private static Optional<MonotonicTime> nearest(
            Optional<MonotonicTime> one, Optional<MonotonicTime> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isPresent() ? one : other;
        }
        return one.get().isBefore(other.get()) ? one : other;
    }

    /**
     * Every SA of one end has its counterpart with the same keys at the other, and none is left
     * over.
     */
    public void assertKernelsAgree() {
        assertSame("A to B", a.sad().outbound(), b.sad().inbound());
        assertSame("B to A", b.sad().outbound(), a.sad().inbound());
        if (!a.sad().larval().isEmpty() || !b.sad().larval().isEmpty()) {
            throw new AssertionError("SPIs left over: " + a.sad().larval() + b.sad().larval());
        }
    }

    /** One IKE SA, the same at both ends, and one Child SA of each pair, in both kernels. */
    public void assertOneTunnel() {
        assertKernelsAgree();
        boolean oneIkeSa = a.ikeSas().size() == 1 && a.ikeSas().equals(b.ikeSas());
        if (!oneIkeSa || hasTwins(a) || hasTwins(b)) {
            throw new AssertionError(
                    "IKE SAs at A "
                            + a.ikeSas()
                            + ", at B "
                            + b.ikeSas()
                            + "\nChild SAs at A "
                            + a.childSas()
                            + ", at B "
                            + b.childSas()
                            + "\n"
                            + a.ladder());
        }
    }

    private static boolean hasTwins(Gateway gateway) {
        List<String> names =
                gateway.childSas().stream().map(ChildSaLocator::child).sorted().toList();
        List<String> installed =
                gateway.sad().inbound().values().stream().map(FakeSad.Sa::child).sorted().toList();
        return names.isEmpty()
                || names.stream().distinct().count() != names.size()
                || !names.equals(installed);
    }

    private void assertSame(
            String direction, Map<EspSpi, FakeSad.Sa> out, Map<EspSpi, FakeSad.Sa> in) {
        boolean same =
                out.keySet().equals(in.keySet())
                        && out.entrySet().stream()
                                .allMatch(e -> fits(e.getValue(), in.get(e.getKey())));
        if (!same) {
            throw new AssertionError(
                    direction + ": sender has " + out + "\nreceiver has " + in + "\n" + a.ladder());
        }
    }

    private static boolean fits(FakeSad.Sa one, FakeSad.@Nullable Sa other) {
        return other != null
                && one.suite().equals(other.suite())
                && one.udp() == other.udp()
                && one.encryption().equals(other.encryption())
                && one.integrity().equals(other.integrity());
    }
}
