package io.edgeipsec.ike.negotiation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.Octets;
import org.junit.jupiter.api.Test;

final class RekeyCollisionTest {
    private static final Octets LOW = Octets.ofHex("00ff");
    private static final Octets MIDDLE = Octets.ofHex("7f00");
    private static final Octets HIGH = Octets.ofHex("80");

    @Test
    void theExchangeOfTheLowestNonceIsRedundant() {
        assertTrue(RekeyCollision.oursIsRedundant(LOW, MIDDLE));
        assertFalse(RekeyCollision.oursIsRedundant(MIDDLE, LOW));
    }

    @Test
    void octetsAreUnsigned() {
        assertEquals(MIDDLE, RekeyCollision.lowestNonce(MIDDLE, HIGH));
        assertEquals(MIDDLE, RekeyCollision.lowestNonce(HIGH, MIDDLE));
    }

    @Test
    void aPrefixIsLower() {
        assertTrue(RekeyCollision.oursIsRedundant(Octets.ofHex("00"), LOW));
    }
}
