package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.engine.Fragments.FALLING;
import static io.edgeipsec.ike.engine.Fragments.WHOLE;
import static io.edgeipsec.ike.engine.Fragments.assertFragments;
import static io.edgeipsec.ike.engine.Fragments.assertTunnel;
import static io.edgeipsec.ike.engine.Fragments.changed;
import static io.edgeipsec.ike.engine.Fragments.configured;
import static io.edgeipsec.ike.engine.Fragments.connected;
import static io.edgeipsec.ike.engine.Fragments.datagramOctets;
import static io.edgeipsec.ike.engine.Fragments.deliverAll;
import static io.edgeipsec.ike.engine.Fragments.drops;
import static io.edgeipsec.ike.engine.Fragments.fallingAfter;
import static io.edgeipsec.ike.engine.Fragments.initDone;
import static io.edgeipsec.ike.engine.Fragments.isFragment;
import static io.edgeipsec.ike.engine.Fragments.isFromA;
import static io.edgeipsec.ike.engine.Fragments.pass;
import static io.edgeipsec.ike.engine.Fragments.rekeyChild;
import static io.edgeipsec.ike.engine.Fragments.sizes;
import static io.edgeipsec.ike.engine.Fragments.takeAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.testing.TwoGateways;
import io.edgeipsec.ike.testing.TwoGateways.InFlight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 7383 between two gateways: sizes that fall until messages get through (§2.5.2). */
final class FragmentSizesTest {
    @Test
    void anUnansweredRequestIsCutSmaller() {
        TwoGateways net = initDone(22, FALLING, FALLING);
        List<InFlight> whole = takeAll(net);
        assertEquals(1, whole.size());
        assertFalse(isFragment(whole.get(0)));
        List<List<InFlight>> transmissions = new ArrayList<>();
        while (transmissions.size() < 4) {
            net.pass(Duration.ofMillis(100), false);
            if (!net.wire().isEmpty()) {
                transmissions.add(takeAll(net));
            }
        }
        assertEquals(whole, transmissions.get(0));
        assertEquals(whole, transmissions.get(1));
        assertFragments(2, transmissions.get(2));
        transmissions.get(2).forEach(f -> assertTrue(datagramOctets(f) <= 200));
        assertEquals(transmissions.get(2), transmissions.get(3), "again octet by octet");

        deliverAll(net, transmissions.get(3));
        assertFragments(2, List.copyOf(net.wire()));
        net.deliverAll();
        assertTunnel(net);
        rekeyChild(net.a(), "session-a");
        assertTrue(isFragment(net.wire().element()), "it begins with what got through");
    }

    @Test
    void aNarrowPathIsFoundInBothDirections() {
        TwoGateways net = initDone(23, FALLING, FALLING);
        pass(net, Duration.ofSeconds(10), d -> datagramOctets(d) <= 200);
        assertTunnel(net);
        int transmissions = net.a().events(IkeEvent.Retransmitted.class).size();
        assertEquals(3, transmissions, "the answer is cut like the request, at once");
    }

    @Test
    void anAnswerThatDoesNotGetThroughIsCutSmaller() {
        // A never cuts smaller by itself, its request fits.
        TwoGateways net = initDone(24, fallingAfter(100, 400, 200), FALLING);
        pass(net, Duration.ofSeconds(15), d -> isFromA(d) || datagramOctets(d) <= 200);
        assertTunnel(net);
        assertEquals(3, net.a().events(IkeEvent.Retransmitted.class).size());
        rekeyChild(net.b(), "session-b");
        assertTrue(isFragment(net.wire().element()), "it begins with what got through");
    }

    @Test
    @DisplayName("RFC 7383 §2.6: more fragments than before, and it starts from the beginning")
    void aSmallerCutReplacesAHalfDoneOne() {
        TwoGateways net = initDone(25, sizes(200, 160), WHOLE);
        List<InFlight> large = takeAll(net);
        assertFragments(2, large);
        net.deliver(large.get(0));
        List<InFlight> small = retransmitted(net, 3);
        assertFragments(3, small);
        net.deliver(small.get(2));
        net.deliver(large.get(1));
        assertEquals(List.of(DropReason.FRAGMENT), drops(net.b()), "of a smaller total");
        deliverAll(net, small.subList(0, 2));
        net.deliverAll();
        assertTunnel(net);
    }

    private static List<InFlight> retransmitted(TwoGateways net, int times) {
        for (int time = 0; time < times; time++) {
            net.wire().clear();
            while (net.wire().isEmpty()) {
                net.pass(Duration.ofMillis(100), false);
            }
        }
        return takeAll(net);
    }

    @Test
    @DisplayName("RFC 7383 §2.6.1: fragments of a request that was answered whole")
    void aRequestThatWasAnsweredWholeMayComeAgainInFragments() {
        TwoGateways net = initDone(26, FALLING, FALLING);
        List<InFlight> whole = takeAll(net);
        deliverAll(net, whole);
        List<InFlight> answer = takeAll(net);
        assertFalse(isFragment(answer.get(0)));

        List<InFlight> fragments = retransmitted(net, 3);
        assertFragments(2, fragments);
        net.deliver(changed(fragments.get(0), 50));
        net.deliver(fragments.get(1));
        assertTrue(net.wire().isEmpty(), "neither garbage nor fragment 2 calls for the answer");
        assertEquals(List.of(DropReason.OUTSIDE_WINDOW, DropReason.OUTSIDE_WINDOW), drops(net.b()));
        net.deliver(fragments.get(0));
        List<InFlight> again = takeAll(net);
        assertFragments(2, again);
        net.deliver(again.get(0));
        deliverAll(net, answer); // the first answer, late, is as good
        assertTunnel(net);
        net.deliver(again.get(1));
        assertEquals(List.of(DropReason.OUTSIDE_WINDOW), drops(net.a()));
        assertEquals(1, net.b().sad().inbound().size(), "the request was processed once");
    }

    @Test
    void aWholeRequestEndsTheWaitForItsFragments() {
        TwoGateways net = initDone(27, FALLING, FALLING);
        List<InFlight> whole = takeAll(net);
        List<InFlight> fragments = retransmitted(net, 3);
        net.deliver(fragments.get(0));
        deliverAll(net, whole);
        List<InFlight> answer = takeAll(net);
        assertEquals(1, answer.size());
        net.deliver(fragments.get(1));
        assertTrue(net.wire().isEmpty());
        deliverAll(net, answer);
        assertTunnel(net);
        // Nothing is left of the old set: the next request under the next id goes through.
        rekeyChild(net.a(), "session-a");
        net.deliverAll();
        assertTunnel(net);
    }

    @Test
    void smallMessagesAreNeverCut() {
        TwoGateways net = connected(28, FALLING, FALLING);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        List<InFlight> first = takeAll(net);
        net.pass(Duration.ofSeconds(5), false);
        List<InFlight> rest = takeAll(net);
        assertFalse(rest.isEmpty());
        rest.forEach(again -> assertEquals(first.get(0), again));
    }

    // All at once.

    @Test
    void lossReorderingAndDuplicationAreSurvived() {
        int established = 0;
        for (int seed = 0; seed < 40; seed++) {
            Random dice = new Random(seed);
            TwoGateways net =
                    configured(seed, fallingAfter(2, 200, 160), fallingAfter(2, 230, 160));
            for (int step = 0; step < 600 && established == seed; step++) {
                misdeliver(net, dice);
                net.pass(Duration.ofMillis(100), false);
                established += net.a().sad().inbound().isEmpty() ? 0 : 1;
            }
            net.deliverAll();
            assertTunnel(net);
            rekeyChild(net.a(), "session-a");
            for (int step = 0; step < 600; step++) {
                misdeliver(net, dice);
                net.pass(Duration.ofMillis(100), false);
            }
            net.pass(Duration.ofSeconds(30), true);
            assertTunnel(net);
        }
        assertEquals(40, established);
    }

    /** Each datagram is lost, delayed, doubled or delivered out of turn. */
    private static void misdeliver(TwoGateways net, Random dice) {
        List<InFlight> datagrams = new ArrayList<>(takeAll(net));
        Collections.shuffle(datagrams, dice);
        for (InFlight datagram : datagrams) {
            int fate = dice.nextInt(100);
            if (fate >= 15) {
                net.deliver(datagram);
            }
            if (fate >= 80) {
                net.deliver(datagram);
            }
            if (fate >= 15 && fate < 25) {
                net.wire().add(datagram);
            }
        }
    }
}
