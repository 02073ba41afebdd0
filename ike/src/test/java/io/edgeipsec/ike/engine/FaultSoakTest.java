package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ML_KEM_768;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.testing.BadNetwork;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two pairs under a network that loses, doubles, delays and reorders, with short lifetimes, while
 * operators change things and A now and then loses its memory. When the faults end, both sides
 * agree on one IKE SA and one Child SA of each pair.
 *
 * <p>{@code -Dsoak.seed=…} repeats one run, {@code -Dsoak.seeds=…} makes more or fewer.
 */
final class FaultSoakTest {
    private static final int SEEDS = Integer.getInteger("soak.seeds", 80);
    private static final int STEPS = 20;
    private static final Duration STEP = Duration.ofSeconds(90);
    private static final Duration RECOVERY = Duration.ofMinutes(10);

    static LongStream seeds() {
        String one = System.getProperty("soak.seed");
        return one == null ? LongStream.range(0, SEEDS) : LongStream.of(Long.parseLong(one));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void bothSidesConvergeOnceTheFaultsEnd(long seed) {
        Random random = new Random(seed);
        InitiationMode modeOfB =
                random.nextBoolean() ? InitiationMode.INITIATOR : InitiationMode.RESPOND_ONLY;
        // ML-KEM doubles the exchanges that make SAs, and what may come between their halves.
        boolean hybrid = seed % 2 == 1;
        Policies b = atB(hybrid).mode(modeOfB);
        TwoGateways net = new TwoGateways(seed);
        net.b().configure(b.build());
        net.a().configure(atA(hybrid).build());
        BadNetwork.Faults faults =
                new BadNetwork.Faults(
                        random.nextDouble() * 0.4,
                        random.nextDouble() * 0.3,
                        Duration.ofMillis(1 + random.nextInt(3_000)));
        BadNetwork network = new BadNetwork(net, random, faults);
        try {
            for (int step = 0; step < STEPS; step++) {
                network.pass(STEP.multipliedBy(1 + random.nextInt(3)).dividedBy(2));
                disturb(net, random, hybrid);
            }
            network.heal();
            net.pass(RECOVERY, true);
            net.assertOneTunnel();
            assertEquals(2, net.a().childSas().size());
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError("-Dsoak.seed=" + seed + " " + modeOfB + " " + faults, failure);
        }
    }

    private static void disturb(TwoGateways net, Random random, boolean hybrid) {
        Gateway one = random.nextBoolean() ? net.a() : net.b();
        switch (random.nextInt(8)) {
            case 0 -> rekeyChild(one, random);
            case 1 -> {
                rekeyChild(net.a(), random);
                rekeyChild(net.b(), random);
            }
            case 2 -> {
                // One pair is taken away and given back.
                net.a().configure(usual(onePairAtA(), hybrid).build());
                net.a().configure(atA(hybrid).build());
            }
            case 3 -> {
                net.a().tell(new IkeInput.PeerRemoved("session-a"));
                net.a().configure(atA(hybrid).build());
            }
            case 4 -> {
                net.restartA(random.nextLong());
                net.a().configure(atA(hybrid).build());
            }
            default -> {}
        }
    }

    private static void rekeyChild(Gateway gateway, Random random) {
        List<ChildSaLocator> children = gateway.childSas();
        if (!children.isEmpty()) {
            ChildSaLocator child = children.get(random.nextInt(children.size()));
            gateway.tell(
                    new IkeInput.ChildSaExpired(
                            child.session(), child.child(), child.inbound(), false));
        }
    }

    private static Policies atA(boolean hybrid) {
        return usual(onePairAtA().pair("two", "10.1.2.0/24", "10.2.2.0/24"), hybrid);
    }

    private static Policies onePairAtA() {
        return Policies.a().pair("one", "10.1.1.0/24", "10.2.1.0/24");
    }

    private static Policies atB(boolean hybrid) {
        return usual(
                Policies.b()
                        .pair("one", "10.2.1.0/24", "10.1.1.0/24")
                        .pair("two", "10.2.2.0/24", "10.1.2.0/24"),
                hybrid);
    }

    private static Policies usual(Policies policies, boolean hybrid) {
        policies.lifetimes(Duration.ofMinutes(10), Duration.ofMinutes(4))
                .dpd(new DpdPolicy(DpdPolicy.Mode.PERIODIC, Duration.ofSeconds(30), 4));
        return hybrid
                ? policies.additional(true, ML_KEM_768).espAdditional(true, ML_KEM_768)
                : policies;
    }
}
