package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Both sides replace the same SA at once, and the wire does its worst: every way in which the first
 * messages can be delivered, overtake each other or be lost (RFC 7296 §2.8.1, §2.8.2, §2.25).
 */
final class RekeyRacesTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final DpdPolicy NO_DPD = new DpdPolicy(DpdPolicy.Mode.DISABLED, LONG, 1);
    private static final int DEPTH = 6;

    private enum Fate {
        DELIVER_OLDEST,
        DELIVER_NEWEST,
        LOSE_OLDEST
    }

    @Test
    void bothReplaceTheChildSa() {
        exploreAll(RekeyRacesTest::bothRekeyChild, LongStream.range(0, 4).boxed().toList());
    }

    @Test
    void bothReplaceTheIkeSa() {
        exploreAll(RekeyRacesTest::bothRekeyIke, seedsOfCrossingRekeys(4));
    }

    @Test
    void oneReplacesTheIkeSaAndTheOtherItsChildSa() {
        exploreAll(RekeyRacesTest::oneRekeysEach, LongStream.range(0, 4).boxed().toList());
    }

    @Test
    void bothMakeAChildSaForTheSamePair() {
        exploreAll(RekeyRacesTest::bothCreate, LongStream.range(0, 4).boxed().toList());
    }

    private static void exploreAll(LongFunction<TwoGateways> start, List<Long> seeds) {
        int ways = (int) Math.pow(Fate.values().length, DEPTH);
        for (int way = 0; way < ways; way++) {
            long seed = seeds.get(way % seeds.size());
            List<Fate> fates = fates(way);
            TwoGateways net = start.apply(seed);
            try {
                suffer(net, fates);
                net.pass(Duration.ofMinutes(2), true);
                net.assertOneTunnel();
                assertEquals(1, net.a().engine().ikeSaCount(), "nothing lingers");
                assertEquals(1, net.b().engine().ikeSaCount(), "nothing lingers");
                assertEquals(List.of(), net.b().events(IkeEvent.NegotiationFailed.class));
                assertEquals(
                        1,
                        net.a().events(IkeEvent.NegotiationStarted.class).size(),
                        "the tunnel was never down");
            } catch (AssertionError failure) {
                throw new AssertionError("seed " + seed + ", " + fates, failure);
            }
        }
    }

    private static List<Fate> fates(int way) {
        List<Fate> fates = new ArrayList<>();
        for (int i = 0, rest = way; i < DEPTH; i++, rest /= Fate.values().length) {
            fates.add(Fate.values()[rest % Fate.values().length]);
        }
        return fates;
    }

    /** Lets each fate befall one message; what is repeated comes to the wire by itself. */
    private static void suffer(TwoGateways net, List<Fate> fates) {
        Deque<Fate> left = new ArrayDeque<>(fates);
        while (!left.isEmpty()) {
            if (net.wire().isEmpty()) {
                net.pass(Duration.ofSeconds(1), false);
                continue;
            }
            switch (left.remove()) {
                case DELIVER_OLDEST -> net.deliverOne();
                case DELIVER_NEWEST -> net.deliver(net.wire().removeLast());
                case LOSE_OLDEST -> net.dropOne();
            }
        }
    }

    private static TwoGateways bothRekeyChild(long seed) {
        TwoGateways net =
                connected(
                        seed,
                        Policies.a().lifetimes(LONG, LONG),
                        Policies.b().lifetimes(LONG, LONG));
        rekeyChild(net.a());
        rekeyChild(net.b());
        return net;
    }

    private static TwoGateways bothRekeyIke(long seed) {
        TwoGateways net =
                connected(
                        seed,
                        Policies.a().lifetimes(LIFETIME, LONG),
                        Policies.b().lifetimes(LIFETIME, LONG));
        net.passUntilSomethingIsSaid();
        net.pass(Duration.ofMillis(1_700), false);
        return net;
    }

    /** The two lifetimes are drawn; in these runs they end close to each other. */
    private static List<Long> seedsOfCrossingRekeys(int wanted) {
        return LongStream.range(0, 10_000)
                .filter(seed -> bothRekeyIke(seed).wire().size() == 2)
                .limit(wanted)
                .boxed()
                .toList();
    }

    private static TwoGateways oneRekeysEach(long seed) {
        TwoGateways net =
                connected(
                        seed,
                        Policies.a().lifetimes(LIFETIME, LONG),
                        Policies.b().lifetimes(LONG, LONG));
        net.passUntilSomethingIsSaid();
        rekeyChild(net.b());
        return net;
    }

    private static TwoGateways bothCreate(long seed) {
        TwoGateways net = connected(seed, onePairAtA(), onePairAtB());
        net.a()
                .configure(
                        onePairAtA()
                                .pair("two", "10.1.2.0/24", "10.2.2.0/24")
                                .dpd(NO_DPD)
                                .espGroups()
                                .build());
        net.b()
                .configure(
                        onePairAtB()
                                .pair("two", "10.2.2.0/24", "10.1.2.0/24")
                                .dpd(NO_DPD)
                                .espGroups()
                                .build());
        return net;
    }

    private static Policies onePairAtA() {
        return Policies.a().lifetimes(LONG, LONG).pair("one", "10.1.1.0/24", "10.2.1.0/24");
    }

    private static Policies onePairAtB() {
        return Policies.b()
                .mode(InitiationMode.INITIATOR)
                .lifetimes(LONG, LONG)
                .pair("one", "10.2.1.0/24", "10.1.1.0/24");
    }

    private static TwoGateways connected(long seed, Policies a, Policies b) {
        return TwoGateways.connected(seed, a.dpd(NO_DPD).espGroups(), b.dpd(NO_DPD).espGroups());
    }

    private static void rekeyChild(Gateway gateway) {
        var child = gateway.childSas().get(0);
        gateway.tell(new IkeInput.ChildSaExpired(child.session(), "net", child.inbound(), false));
    }
}
