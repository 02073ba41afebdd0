package io.edgeipsec.daemon.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Runs worlds, and says what came of them. */
public final class Simulator {
    private static final int LINES_SHOWN = 120;

    private final PrintStream out;
    private final boolean brief;
    private final Probes probes = new Probes();
    private final List<String> violations = new ArrayList<>();
    private long virtualNanos;
    private long events;
    private int worlds;

    /** {@code brief} to say of a violation no more than the world. */
    Simulator(PrintStream out, boolean brief) {
        this.out = out;
        this.brief = brief;
    }

    /** What became of one world. */
    record Result(World world, @Nullable Violation violation) {
        Optional<String> invariant() {
            return violation == null ? Optional.empty() : Optional.of(violation.invariant());
        }
    }

    static Result run(Scenario scenario) {
        World world = new World(scenario);
        try {
            world.live();
            return new Result(world, null);
        } catch (Violation violation) {
            return new Result(world, violation);
        }
    }

    /** Leaves out what the violation of an invariant does not need. */
    static Scenario minimise(Scenario scenario, String invariant) {
        Scenario smallest = scenario;
        for (Hazard hazard : Hazard.values()) {
            if (smallest.has(hazard)) {
                Scenario smaller = smallest.without(hazard);
                if (run(smaller).invariant().filter(invariant::equals).isPresent()) {
                    smallest = smaller;
                }
            }
        }
        return smallest;
    }

    /** Whether nothing was violated. */
    boolean simulate(Scenario scenario) {
        Result result = run(scenario);
        worlds++;
        virtualNanos += result.world().timeline().now();
        events += result.world().timeline().happened();
        probes.add(result.world().probes());
        if (result.violation() != null) {
            report(scenario, result.violation());
            return false;
        }
        return true;
    }

    private void report(Scenario scenario, Violation violation) {
        if (brief) {
            out.println(scenario + " VIOLATION of " + violation.getMessage());
            violations.add(scenario + " " + violation.getMessage());
            return;
        }
        Scenario smallest = minimise(scenario, violation.invariant());
        Result again = run(smallest);
        out.println();
        out.println("VIOLATION of " + violation.getMessage());
        out.println("  in world " + scenario);
        out.println("  minimised to " + smallest);
        if (again.violation() != null) {
            out.println("  there: " + again.violation().getMessage());
            if (again.violation().getCause() != null) {
                again.violation().getCause().printStackTrace(out);
            }
        }
        again.world().trace().last(LINES_SHOWN).forEach(line -> out.println("  " + line));
        violations.add(smallest + " " + violation.getMessage());
    }

    void summarise(Duration took) {
        double hours = virtualNanos / 3.6e12;
        out.println();
        out.printf(
                Locale.ROOT,
                "%d worlds, %.1f virtual hours, %d events in %.1f s: %.2f virtual hours a second%n",
                worlds,
                hours,
                events,
                took.toMillis() / 1e3,
                hours / (took.toMillis() / 1e3));
        out.println(probes.hits().size() + " probes hit:");
        probes.hits().forEach((probe, hits) -> out.printf("  %9d %s%n", hits, probe));
        out.println(violations.size() + " violations");
        violations.forEach(violation -> out.println("  " + violation));
    }

    /** {@code --seconds N}, {@code --seeds A..B}, or {@code --world SEED:HAZARD,…}. */
    public static void main(String[] arguments) {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        System.exit(new SimulatorCommand(System.out).run(List.of(arguments)));
    }
}
