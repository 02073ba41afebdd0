package io.edgeipsec.ike.negotiation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.testing.Policies;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which of our policies a peer's selectors mean, and how much of them (RFC 7296 §2.9). */
final class NarrowingTest {
    private static final List<ChildPolicy> TWO =
            Policies.b()
                    .pair("one", "10.2.1.0/24", "10.1.1.0/24")
                    .pair("two", "10.2.2.0/24", "10.1.2.0/24")
                    .build()
                    .children();

    private static List<TrafficSelector> ts(String... subnets) {
        return Stream.of(subnets).map(TrafficSelector::parse).toList();
    }

    private static Optional<Narrowing> choose(
            List<TrafficSelector> remote, List<TrafficSelector> local, String... up) {
        return Narrowing.choose(TWO, remote, local, p -> List.of(up).contains(p.name()));
    }

    @Test
    void whatIsOursIsReturnedWhole() {
        Narrowing narrowing = choose(ts("10.1.2.0/24"), ts("10.2.2.0/24")).orElseThrow();
        assertEquals("two", narrowing.child().name());
        assertEquals(ts("10.2.2.0/24"), narrowing.local());
        assertEquals(ts("10.1.2.0/24"), narrowing.remote());
    }

    @Test
    void moreThanOursIsCut() {
        Narrowing narrowing = choose(ts("0.0.0.0/0"), ts("10.2.0.0/16")).orElseThrow();
        assertEquals("one", narrowing.child().name());
        assertEquals(ts("10.2.1.0/24"), narrowing.local());
        assertEquals(ts("10.1.1.0/24"), narrowing.remote());
    }

    @Test
    void lessThanOursIsTaken() {
        Narrowing narrowing = choose(ts("10.1.1.7/32"), ts("10.2.1.128/25")).orElseThrow();
        assertEquals(ts("10.2.1.128/25"), narrowing.local());
        assertEquals(ts("10.1.1.7/32"), narrowing.remote());
    }

    @Test
    void nothingInCommon() {
        assertEquals(Optional.empty(), choose(ts("10.1.1.0/24"), ts("10.2.2.0/24")));
        assertEquals(Optional.empty(), choose(ts("10.7.0.0/16"), ts("10.2.0.0/16")));
        assertEquals(Optional.empty(), choose(ts("::/0"), ts("::/0")));
    }

    @Test
    void aPolicyWithoutSaComesFirst() {
        assertEquals(
                "two",
                choose(ts("0.0.0.0/0"), ts("0.0.0.0/0"), "one").orElseThrow().child().name());
        assertEquals(
                "one",
                choose(ts("0.0.0.0/0"), ts("0.0.0.0/0"), "one", "two")
                        .orElseThrow()
                        .child()
                        .name());
    }

    @Test
    void thePolicyOfThePacketComesBeforeOthers() {
        Narrowing narrowing =
                choose(ts("10.1.2.5/32", "10.1.0.0/16"), ts("10.2.2.6/32", "10.2.0.0/16"), "two")
                        .orElseThrow();
        assertEquals("two", narrowing.child().name());
        // The packet's own selectors lie inside those of the policy.
        assertEquals(ts("10.2.2.0/24"), narrowing.local());
        assertEquals(ts("10.1.2.0/24"), narrowing.remote());
    }

    @Test
    void severalSelectorsStayApart() {
        Narrowing narrowing =
                choose(ts("10.1.1.0/26", "10.1.1.128/26", "10.1.1.0/27"), ts("10.2.1.0/24"))
                        .orElseThrow();
        assertEquals(ts("10.1.1.0/26", "10.1.1.128/26"), narrowing.remote());
    }

    @Test
    void anAnswerHasToLieInsideTheOffer() {
        TrafficSelector offered = TrafficSelector.parse("10.1.0.0/16");
        assertTrue(Narrowing.isWithin(ts("10.1.0.0/16"), offered));
        assertTrue(Narrowing.isWithin(ts("10.1.7.0/24", "10.1.9.0/24"), offered));
        assertFalse(Narrowing.isWithin(List.of(), offered));
        assertFalse(Narrowing.isWithin(ts("10.0.0.0/8"), offered));
        assertFalse(Narrowing.isWithin(ts("10.1.7.0/24", "10.2.0.0/24"), offered));
    }
}
