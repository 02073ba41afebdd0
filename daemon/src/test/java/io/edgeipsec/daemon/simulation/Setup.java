package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.daemon.simulation.Relation.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws what the operators of a world want. */
final class Setup {
    private static final double ROUTE_BASED = 0.3;
    private static final double SAME_LIVES = 0.5;

    private final Scenario scenario;
    private final Random random;

    Setup(Scenario scenario) {
        this.scenario = scenario;
        this.random = scenario.random("setup");
    }

    /** Each gateway with each other. */
    List<Relation> relations(List<Gateway> gateways) {
        List<Relation> relations = new ArrayList<>();
        for (int i = 0; i < gateways.size(); i++) {
            for (int j = i + 1; j < gateways.size(); j++) {
                relations.add(relation(gateways, i, j, 0));
                if (scenario.has(Hazard.TWO_SESSIONS)) {
                    relations.add(relation(gateways, i, j, 1));
                }
            }
        }
        return relations;
    }

    private Relation relation(List<Gateway> gateways, int i, int j, int number) {
        // A VTI would take the other session's packets too.
        boolean routeBased =
                random.nextDouble() < ROUTE_BASED && !scenario.has(Hazard.TWO_SESSIONS);
        int drawn = 1 + random.nextInt(3);
        int pairs = routeBased ? 0 : scenario.has(Hazard.MANY_PAIRS) ? drawn : 1;
        Duration childLife = childLife();
        Duration ikeLife = scenario.has(Hazard.EQUAL_LIVES) ? childLife : ikeLife();
        boolean same = random.nextDouble() < SAME_LIVES;
        Duration otherChildLife = childLife();
        Duration otherIkeLife = ikeLife();
        Side one = side(gateways, i, j, number, pairs, ikeLife, childLife);
        Side other =
                side(
                        gateways,
                        j,
                        i,
                        number,
                        pairs,
                        same ? ikeLife : otherIkeLife,
                        same ? childLife : otherChildLife);
        return new Relation(one, other);
    }

    private Duration childLife() {
        return Duration.ofSeconds(
                scenario.has(Hazard.SHORT_LIVES)
                        ? shortest() + random.nextInt(90)
                        : 600 + random.nextInt(3_000));
    }

    /** An exchange that takes seconds has to fit between the soft and the hard end. */
    private Duration ikeLife() {
        return Duration.ofSeconds(
                scenario.has(Hazard.SHORT_LIVES)
                        ? shortest() + 10 + random.nextInt(200)
                        : 900 + random.nextInt(6_000));
    }

    private int shortest() {
        boolean slow =
                scenario.has(Hazard.SLOW_NETWORK)
                        || scenario.has(Hazard.SLOW_CRYPTOGRAPHY)
                        || scenario.has(Hazard.SLOW_KERNEL)
                        || scenario.has(Hazard.REORDERING);
        return slow ? 90 : 30;
    }

    private Side side(
            List<Gateway> gateways,
            int here,
            int there,
            int number,
            int pairs,
            Duration ikeLife,
            Duration childLife) {
        Gateway gateway = gateways.get(here);
        Gateway peer = gateways.get(there);
        ConnectionInitiationMode[] modes = ConnectionInitiationMode.values();
        String suffix = number == 0 ? "" : "-" + number;
        List<SelectorPair> selectors = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            selectors.add(
                    new SelectorPair(
                            net(here, there, number, pair), net(there, here, number, pair)));
        }
        SessionEnd end =
                new SessionEnd(
                        "session-" + gateway.name + peer.name + suffix,
                        true,
                        modes[random.nextInt(modes.length)],
                        gateway.address.toString(),
                        "id-" + gateway.name + suffix + ".example",
                        peer.outside().toString(),
                        "id-" + peer.name + suffix + ".example",
                        selectors,
                        "192.168." + (here * 10 + there) + ".1/30",
                        "a secret of both",
                        EncryptionAlgorithm.AES_GCM_128,
                        scenario.has(Hazard.ADDITIONAL_KEY_EXCHANGE),
                        scenario.has(Hazard.POST_QUANTUM_KEY),
                        !scenario.has(Hazard.NO_PFS),
                        ikeLife,
                        childLife,
                        scenario.has(Hazard.DPD_ON_DEMAND)
                                ? DpdProbeMode.ON_DEMAND
                                : DpdProbeMode.PERIODIC,
                        Duration.ofSeconds(10 + random.nextInt(50)));
        return new Side(gateway, end);
    }

    private static Ipv4Subnet net(int of, int towards, int number, int pair) {
        return Ipv4Subnet.parse(
                "10." + (10 + of * 10 + towards) + "." + (number * 10 + pair) + ".0/24");
    }
}
