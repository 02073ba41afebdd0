package io.edgeipsec.daemon.simulation;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A seed and what it is troubled by. Every purpose draws from a source of its own, so that leaving
 * one hazard out changes as little as possible about the rest.
 */
record Scenario(long seed, Set<Hazard> hazards) {
    /** One hazard in four: with all of them at once, one hides what another shows. */
    private static final double SHARE = 0.25;

    private static final double SHARE_OF_SHORT_LIVES = 0.8;

    Scenario {
        hazards = Set.copyOf(hazards);
    }

    static Scenario of(long seed) {
        Random random = random(seed, "hazards");
        EnumSet<Hazard> drawn = EnumSet.noneOf(Hazard.class);
        for (Hazard hazard : Hazard.values()) {
            double share = hazard == Hazard.SHORT_LIVES ? SHARE_OF_SHORT_LIVES : SHARE;
            if (random.nextDouble() < share) {
                drawn.add(hazard);
            }
        }
        return new Scenario(seed, drawn);
    }

    boolean has(Hazard hazard) {
        return hazards.contains(hazard);
    }

    Scenario without(Hazard hazard) {
        EnumSet<Hazard> fewer = EnumSet.noneOf(Hazard.class);
        fewer.addAll(hazards);
        fewer.remove(hazard);
        return new Scenario(seed, fewer);
    }

    Random random(String purpose) {
        return random(seed, purpose);
    }

    private static Random random(long seed, String purpose) {
        long mixed = seed * 0x9e37_79b9_7f4a_7c15L + purpose.hashCode() * 0xc2b2_ae3d_27d4_eb4fL;
        return new Random(mixed ^ mixed >>> 29);
    }

    @Override
    public String toString() {
        return seed
                + ":"
                + new TreeSet<>(hazards)
                        .stream().map(Hazard::name).collect(Collectors.joining(","));
    }

    /** What {@link #toString} wrote; a number alone has the hazards that it draws. */
    static Scenario parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return of(Long.parseLong(text));
        }
        EnumSet<Hazard> hazards = EnumSet.noneOf(Hazard.class);
        for (String name : text.substring(colon + 1).split(",", -1)) {
            if (!name.isEmpty()) {
                hazards.add(Hazard.valueOf(name));
            }
        }
        return new Scenario(Long.parseLong(text.substring(0, colon)), hazards);
    }
}
