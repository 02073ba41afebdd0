package io.edgeipsec.ike.crypto;

import java.util.Random;

/** Reproducible randomness for tests. */
final class TestRandom {
    private TestRandom() {}

    static RandomSource seeded(long seed) {
        return new Random(seed)::nextBytes;
    }

    /** Gives what it is told to give, then fails. */
    static RandomSource giving(byte[] octets) {
        return new RandomSource() {
            private int given;

            @Override
            public void fill(byte[] destination) {
                System.arraycopy(octets, given, destination, 0, destination.length);
                given += destination.length;
            }
        };
    }

    /** For what must not draw any. */
    static RandomSource none() {
        return destination -> {
            throw new AssertionError("drew " + destination.length + " random octets");
        };
    }
}
