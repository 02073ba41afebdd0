package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.daemon.simulation.Relation.Side;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Does to a world what its scenario says, until it is told to stop. */
final class Chaos {
    private final World world;
    private final Scenario scenario;
    private final Timeline timeline;
    private boolean stopped;

    Chaos(World world, Scenario scenario, Timeline timeline) {
        this.world = world;
        this.scenario = scenario;
        this.timeline = timeline;
    }

    private void noise() {
        Network.Faults faults = world.network().faults;
        Random random = scenario.random("noise");
        double loss = 0.02 + 0.1 * random.nextDouble();
        double duplication = 0.05 + 0.3 * random.nextDouble();
        Duration jitter = Duration.ofMillis(50 + random.nextInt(1_500));
        Duration latency = Duration.ofMillis(100 + random.nextInt(900));
        faults.loss = scenario.has(Hazard.LOSS) ? loss : 0;
        faults.duplication = scenario.has(Hazard.DUPLICATION) ? duplication : 0;
        faults.corruption = scenario.has(Hazard.CORRUPTION) ? 0.05 : 0;
        faults.replay = scenario.has(Hazard.REPLAY) ? 0.2 : 0;
        faults.reflection = scenario.has(Hazard.REFLECTION) ? 0.1 : 0;
        faults.jitter = scenario.has(Hazard.REORDERING) ? jitter : Duration.ZERO;
        faults.latency = scenario.has(Hazard.SLOW_NETWORK) ? latency : Duration.ZERO;
    }

    /** What happens all the time, and no tunnel may break from. */
    void usual() {
        noise();
        every(Hazard.SOFT_LIMITS, 15, this::reachLimits);
    }

    private void reachLimits(Random random) {
        List<Relation> relations = world.relations();
        Relation relation = relations.get(random.nextInt(relations.size()));
        for (Side side : relation.sides()) {
            long nanos = (long) (random.nextDouble() * random.nextInt(3) * 1e9);
            timeline.after(
                    Duration.ofNanos(nanos),
                    () -> side.gateway().kernel.reachSoftLimits(Relation.reqids(side)));
        }
    }

    /** Everything that the scenario has. */
    void start() {
        usual();
        if (scenario.has(Hazard.LOSS)) {
            world.network().faults.loss = 0.05 + 0.4 * scenario.random("loss").nextDouble();
        }
        for (Gateway gateway : world.gateways()) {
            if (scenario.has(Hazard.LOST_EVENTS)) {
                gateway.kernel.loseEvents(0.3);
                gateway.kernel.eventDelay(Duration.ofMillis(300));
            }
        }
        every(Hazard.KERNEL_REFUSALS, 40, this::refuse);
        every(Hazard.PARTITION, 60, random -> cut(random, true));
        every(Hazard.ONE_WAY, 60, random -> cut(random, false));
        every(Hazard.NAT_REBINDING, 45, random -> rebind());
        every(Hazard.FOREIGN_CHANGES, 90, this::meddle);
        every(Hazard.ADDRESS_LOSS, 120, this::loseAddress);
        every(Hazard.CRASH, 80, this::crash);
        every(Hazard.STOP, 120, this::stop);
        every(Hazard.STALL, 60, this::stall);
        every(Hazard.CLOCK_STEP, 60, this::stepClock);
        every(Hazard.CHANGES, 25, this::change);
        every(Hazard.DISABLING, 50, this::disable);
        every(Hazard.DELETION, 60, this::delete);
        every(Hazard.MISMATCH, 60, this::mismatch);
    }

    private void every(Hazard hazard, int meanSeconds, Consumer<Random> act) {
        if (scenario.has(hazard)) {
            next(hazard, scenario.random(hazard.name()), meanSeconds, act);
        }
    }

    private void next(Hazard hazard, Random random, int meanSeconds, Consumer<Random> act) {
        double wait = -Math.log(1 - random.nextDouble()) * meanSeconds;
        timeline.after(
                Duration.ofNanos((long) (wait * 1e9)),
                () -> {
                    if (!stopped) {
                        world.probes().hit("hazard " + hazard);
                        act.accept(random);
                        next(hazard, random, meanSeconds, act);
                    }
                });
    }

    /** After some time, if there is still chaos then. */
    private void later(Random random, int longestSeconds, Runnable work) {
        long nanos = (long) (random.nextDouble() * longestSeconds * 1e9);
        timeline.after(
                Duration.ofNanos(nanos),
                () -> {
                    if (!stopped) {
                        work.run();
                    }
                });
    }

    private Gateway any(Random random) {
        return world.gateways().get(random.nextInt(world.gateways().size()));
    }

    private Side anySide(Random random) {
        List<Relation> relations = world.relations();
        return relations.get(random.nextInt(relations.size())).sides().get(random.nextInt(2));
    }

    private void refuse(Random random) {
        Gateway gateway = any(random);
        double share = random.nextBoolean() ? 1 : 0.3;
        gateway.kernel.refuse(share);
        world.note(gateway.name + "'s kernel refuses " + share);
        later(random, 20, () -> gateway.kernel.refuse(0));
    }

    private void cut(Random random, boolean both) {
        Gateway from = any(random);
        Gateway to = any(random);
        if (from != to) {
            world.note("cut from " + from.name + " to " + to.name + (both ? " and back" : ""));
            world.network().cut(from, to);
            if (both) {
                world.network().cut(to, from);
            }
            later(random, random.nextInt(4) == 0 ? 400 : 40, () -> world.network().heal());
        }
    }

    private void rebind() {
        for (Gateway gateway : world.gateways()) {
            if (gateway.nat != null) {
                world.note(gateway.name + "'s NAT forgets");
                gateway.nat.rebind();
            }
        }
    }

    private void meddle(Random random) {
        Gateway gateway = any(random);
        if (random.nextBoolean()) {
            world.note("somebody flushes SAs at " + gateway.name);
            gateway.kernel.flushSas();
        } else {
            world.note("somebody flushes policies at " + gateway.name);
            gateway.clearText.excuse();
            gateway.kernel.flushPolicies();
        }
    }

    private void loseAddress(Random random) {
        Gateway gateway = any(random);
        world.note(gateway.name + " loses its address");
        gateway.kernel.setAddresses(List.of());
        later(random, 60, () -> world.giveAddress(gateway));
    }

    private void crash(Random random) {
        Gateway gateway = any(random);
        if (world.crash(gateway)) {
            later(random, 40, () -> world.start(gateway));
        }
    }

    private void stop(Random random) {
        Gateway gateway = any(random);
        int pause = random.nextInt(30);
        world.stop(
                gateway,
                () ->
                        timeline.after(
                                Duration.ofSeconds(pause),
                                () -> {
                                    if (!stopped) {
                                        world.start(gateway);
                                    }
                                }));
    }

    private void stall(Random random) {
        Gateway gateway = any(random);
        SimulatedDaemon daemon = gateway.daemon;
        if (daemon != null) {
            int longest = random.nextInt(4) == 0 ? 60_000 : 5_000;
            Duration time = Duration.ofMillis(1 + random.nextInt(longest));
            world.note(gateway.name + " stands still for " + time);
            daemon.stall(time);
            gateway.lifetimesExcusedUntil =
                    Math.max(
                            gateway.lifetimesExcusedUntil,
                            timeline.now() + time.plusSeconds(5).toNanos());
        }
    }

    private void stepClock(Random random) {
        Gateway gateway = any(random);
        Duration step = Duration.ofSeconds(random.nextInt(240) - 120);
        world.note(gateway.name + "'s wall clock steps by " + step);
        gateway.kernel.stepClock(step);
    }

    // The operators.

    private void put(Side side, @Nullable SessionEnd as) {
        if (as != null) {
            world.put(side.gateway(), as);
        }
    }

    private void change(Random random) {
        Side side = anySide(random);
        SessionEnd stored = side.gateway().store.find(side.session());
        SessionEnd base = stored == null ? side.wanted() : stored;
        ConnectionInitiationMode[] modes = ConnectionInitiationMode.values();
        switch (random.nextInt(4)) {
            case 0 -> put(side, base.mode(modes[random.nextInt(modes.length)]));
            case 1 -> put(side, base); // as it was
            case 2 -> {
                EncryptionAlgorithm cipher =
                        base.cipher() == EncryptionAlgorithm.AES_GCM_128
                                ? EncryptionAlgorithm.AES_GCM_256
                                : EncryptionAlgorithm.AES_GCM_128;
                put(side, base.cipher(cipher));
            }
            default -> {
                List<SelectorPair> all = side.wanted().pairs();
                if (all.size() > 1) {
                    int from = random.nextInt(all.size());
                    put(side, base.pairs(all.subList(from, all.size())));
                }
            }
        }
    }

    private void disable(Random random) {
        Side side = anySide(random);
        SessionEnd stored = side.gateway().store.find(side.session());
        if (stored != null && stored.enabled()) {
            put(side, stored.enabled(false));
            later(random, 30, () -> put(side, side.wanted()));
        }
    }

    private void delete(Random random) {
        Side side = anySide(random);
        world.delete(side.gateway(), side.session());
        later(random, random.nextBoolean() ? 2 : 40, () -> put(side, side.wanted()));
    }

    private void mismatch(Random random) {
        Side side = anySide(random);
        SessionEnd stored = side.gateway().store.find(side.session());
        if (stored != null) {
            put(side, stored.secret("another secret"));
            later(random, 60, () -> put(side, side.wanted()));
        }
    }

    // The end.

    /** Takes everything back. */
    void heal() {
        stopped = true;
        world.note("everything heals");
        world.network().faults.heal();
        world.network().heal();
        for (Gateway gateway : world.gateways()) {
            gateway.kernel.refuse(0);
            gateway.kernel.loseEvents(0);
            gateway.kernel.eventDelay(Duration.ofMillis(1));
            gateway.store.slow(Duration.ofMillis(2), 0);
            world.giveAddress(gateway);
        }
    }
}
