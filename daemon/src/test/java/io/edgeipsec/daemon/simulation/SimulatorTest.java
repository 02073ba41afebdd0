package io.edgeipsec.daemon.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** The simulator by itself; `packaging/simulate` lets it run. */
final class SimulatorTest {
    private static Simulator.Result run(long seed, Hazard... hazards) {
        EnumSet<Hazard> set = EnumSet.noneOf(Hazard.class);
        set.addAll(java.util.List.of(hazards));
        return Simulator.run(new Scenario(seed, set));
    }

    @Test
    void sameWorldHasTheSameTrace() {
        Scenario scenario =
                Scenario.parse("9:LOSS,REORDERING,CRASH,STALL,CHANGES,DELETION,SHORT_LIVES");
        String once = Simulator.run(scenario).world().trace().fingerprint(); // of every octet
        assertEquals(once, Simulator.run(scenario).world().trace().fingerprint());
        assertNotEquals(
                once, Simulator.run(scenario.without(Hazard.LOSS)).world().trace().fingerprint());
    }

    @Test
    void scenarioIsReadAsItIsWritten() {
        Scenario scenario = Scenario.of(77);
        assertEquals(scenario, Scenario.parse(scenario.toString()));
        assertEquals(scenario, Scenario.parse("77"));
        assertEquals("5:", new Scenario(5, EnumSet.noneOf(Hazard.class)).toString());
    }

    @Test
    void undisturbedWorldIsFlawless() {
        Simulator.Result result = run(3);
        assertNull(result.violation(), () -> String.valueOf(result.violation()));
        assertTrue(result.world().probes().hits().containsKey("packet PROTECTED"));
    }

    /** As many as fit into some seconds; the same that {@code packaging/simulate} begins with. */
    @Test
    void theFirstWorldsHaveNoFlaw() {
        for (long seed = 1; seed <= 12; seed++) {
            Simulator.Result result = Simulator.run(Scenario.of(seed));
            assertNull(result.violation(), "world " + seed);
        }
    }
}
