package io.edgeipsec.daemon.simulation;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The command line of the simulator. */
final class SimulatorCommand {
    private static final String USAGE =
            "usage: simulate --seconds N [--from SEED] [--brief] | --seeds A..B [--brief]"
                    + " | --world SEED[:HAZARD,...]";

    /** More of them say the same. */
    private static final int ENOUGH_VIOLATIONS = 5;

    private final PrintStream out;

    SimulatorCommand(PrintStream out) {
        this.out = out;
    }

    int run(List<String> arguments) {
        if (arguments.size() < 2) {
            out.println(USAGE);
            return 2;
        }
        String value = arguments.get(1);
        try {
            return switch (arguments.get(0)) {
                case "--seconds" -> {
                    int from = arguments.indexOf("--from");
                    long first = from < 0 ? 1 : Long.parseLong(arguments.get(from + 1));
                    yield seeds(
                            first,
                            Long.MAX_VALUE,
                            Duration.ofSeconds(Long.parseLong(value)),
                            arguments.contains("--brief"));
                }
                case "--seeds" -> {
                    String[] ends = value.split("\\.\\.", 2);
                    long first = Long.parseLong(ends[0]);
                    long last = ends.length == 1 ? first : Long.parseLong(ends[1]);
                    yield seeds(first, last, Duration.ofDays(1), arguments.contains("--brief"));
                }
                case "--world" -> world(Scenario.parse(value));
                default -> {
                    out.println(USAGE);
                    yield 2;
                }
            };
        } catch (IllegalArgumentException wrong) {
            out.println(wrong.getMessage());
            out.println(USAGE);
            return 2;
        }
    }

    private int seeds(long first, long last, Duration limit, boolean brief) {
        Simulator simulator = new Simulator(out, brief);
        long began = System.nanoTime();
        int failed = 0;
        for (long seed = first; seed <= last && (brief || failed < ENOUGH_VIOLATIONS); seed++) {
            if (System.nanoTime() - began > limit.toNanos()) {
                break;
            }
            failed += simulator.simulate(Scenario.of(seed)) ? 0 : 1;
        }
        simulator.summarise(Duration.ofNanos(System.nanoTime() - began));
        return failed == 0 ? 0 : 1;
    }

    /** One world, with its whole story. */
    private int world(Scenario scenario) {
        Simulator.Result result = Simulator.run(scenario);
        result.world().trace().last(Integer.MAX_VALUE).forEach(out::println);
        out.printf(Locale.ROOT, "world %s%n", scenario);
        out.println("trace " + result.world().trace().fingerprint());
        Violation violation = result.violation();
        if (violation == null) {
            out.println("no violation");
            return 0;
        }
        out.println("VIOLATION of " + violation.getMessage());
        if (violation.getCause() != null) {
            violation.getCause().printStackTrace(out);
        }
        return 1;
    }
}
