package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.Octets;
import org.junit.jupiter.api.Test;

class RandomSourceTest {
    @Test
    void octetsAndNumbersAreWhatWasDrawn() {
        byte[] drawn = Octets.ofHex("0102030405 fffefdfcfbfaf9f8").toByteArray();
        RandomSource random = TestRandom.giving(drawn);
        assertEquals(Octets.ofHex("0102030405"), random.octets(5));
        assertEquals(0xfffefdfcfbfaf9f8L, random.nextLong());
    }

    @Test
    void aFractionIsAtLeastZeroAndBelowOne() {
        assertEquals(0.0, TestRandom.giving(new byte[8]).nextFraction());
        byte[] most = Octets.ofHex("ffffffffffffffff").toByteArray();
        double highest = TestRandom.giving(most).nextFraction();
        assertTrue(highest > 0.999 && highest < 1.0, Double.toString(highest));
        byte[] half = Octets.ofHex("8000000000000000").toByteArray();
        assertEquals(0.5, TestRandom.giving(half).nextFraction());
    }
}
