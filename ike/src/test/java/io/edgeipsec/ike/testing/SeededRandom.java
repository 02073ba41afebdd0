package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.crypto.RandomSource;
import java.util.Random;

/** The same octets for the same seed. */
public final class SeededRandom implements RandomSource {
    private final Random random;

    public SeededRandom(long seed) {
        random = new Random(seed);
    }

    @Override
    public void fill(byte[] destination) {
        random.nextBytes(destination);
    }
}
