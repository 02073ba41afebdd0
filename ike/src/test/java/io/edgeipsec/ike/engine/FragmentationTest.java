package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.engine.Fragments.OFF;
import static io.edgeipsec.ike.engine.Fragments.SMALL;
import static io.edgeipsec.ike.engine.Fragments.TINY;
import static io.edgeipsec.ike.engine.Fragments.WHOLE;
import static io.edgeipsec.ike.engine.Fragments.assertFragments;
import static io.edgeipsec.ike.engine.Fragments.assertTunnel;
import static io.edgeipsec.ike.engine.Fragments.changed;
import static io.edgeipsec.ike.engine.Fragments.configured;
import static io.edgeipsec.ike.engine.Fragments.connected;
import static io.edgeipsec.ike.engine.Fragments.datagramOctets;
import static io.edgeipsec.ike.engine.Fragments.deliverAll;
import static io.edgeipsec.ike.engine.Fragments.drops;
import static io.edgeipsec.ike.engine.Fragments.header;
import static io.edgeipsec.ike.engine.Fragments.initDone;
import static io.edgeipsec.ike.engine.Fragments.isFragment;
import static io.edgeipsec.ike.engine.Fragments.isFromA;
import static io.edgeipsec.ike.engine.Fragments.number;
import static io.edgeipsec.ike.engine.Fragments.octets;
import static io.edgeipsec.ike.engine.Fragments.pass;
import static io.edgeipsec.ike.engine.Fragments.rekeyChild;
import static io.edgeipsec.ike.engine.Fragments.takeAll;
import static io.edgeipsec.ike.engine.Fragments.total;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import io.edgeipsec.ike.testing.TwoGateways.InFlight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 7383 between two gateways: agreeing, cutting, reassembling. */
final class FragmentationTest {
    // Agreement (RFC 7383 §2.3).

    @Test
    void bothAnnounceItInTheFirstExchange() {
        TwoGateways net = connected(1, WHOLE, WHOLE);
        List<String> ladder = net.a().ladder().lines().toList();
        assertTrue(ladder.get(0).endsWith(" N(IKEV2_FRAGMENTATION_SUPPORTED)"), ladder.get(0));
        assertTrue(ladder.get(1).endsWith(" N(IKEV2_FRAGMENTATION_SUPPORTED)"), ladder.get(1));
    }

    @Test
    void aResponderWithoutSupportIsSentWholeMessages() {
        assertNeverFragmented(SMALL, OFF, true);
    }

    @Test
    void anInitiatorWithoutSupportIsSentWholeMessages() {
        assertNeverFragmented(OFF, SMALL, false);
    }

    private static void assertNeverFragmented(IkeSettings a, IkeSettings b, boolean offered) {
        TwoGateways net = configured(2, a, b);
        int large = 0;
        while (!net.wire().isEmpty()) {
            InFlight next = net.wire().element();
            assertFalse(isFragment(next));
            large += datagramOctets(next) > 200 ? 1 : 0;
            net.deliverOne();
        }
        assertTunnel(net);
        assertTrue(large > 2, "IKE_AUTH is larger than a fragment may be");
        List<String> ladder = net.a().ladder().lines().toList();
        assertEquals(offered, ladder.get(0).contains("FRAGMENTATION_SUPPORTED"));
        assertFalse(ladder.get(1).contains("FRAGMENTATION_SUPPORTED"));
    }

    @Test
    void aFragmentThatWasNotAgreedIsNotEvenDecrypted() {
        TwoGateways net = initDone(3, SMALL, OFF);
        InFlight whole = net.wire().element();
        net.deliver(asFragment(whole, 1, 1));
        assertEquals(List.of(DropReason.FRAGMENT), drops(net.b()));
        net.deliverAll();
        assertTunnel(net);
    }

    /** The octets of a message in SK as if they were a fragment, which no ICV covers. */
    private static InFlight asFragment(InFlight whole, int number, int total) {
        Octets from = whole.datagram();
        OctetWriter writer = new OctetWriter();
        writer.octets(from.slice(0, 28)).octets(from.slice(28, 30));
        writer.u16(from.length() - 28 + 4).u16(number).u16(total);
        writer.octets(from.slice(32, from.length()));
        writer.patchU8(16, PayloadType.SKF.value());
        IkeHeader.patchLength(writer);
        return new InFlight(whole.path(), writer.toOctets());
    }

    // Sending (RFC 7383 §2.5).

    @Test
    void ordinaryMessagesStayWhole() {
        TwoGateways net = configured(4, WHOLE, WHOLE);
        int seen = 0;
        while (!net.wire().isEmpty()) {
            assertFalse(isFragment(net.wire().element()));
            seen++;
            net.deliverOne();
        }
        assertEquals(4, seen);
        assertTunnel(net);
    }

    @Test
    void largeMessagesAreCutButNeverIkeSaInit() {
        TwoGateways net = configured(5, SMALL, SMALL);
        // HDR(IKE_SA_INIT) in one datagram each, larger than a fragment may be.
        for (int message = 0; message < 2; message++) {
            assertEquals(1, net.wire().size());
            assertTrue(datagramOctets(net.wire().element()) > 200);
            assertEquals(PayloadType.SA, header(net.wire().element()).nextPayload());
            net.deliverOne();
        }
        // HDR, SKF {1/2} SKF {2/2} -->  <-- HDR, SKF {1/2} SKF {2/2}
        for (int message = 0; message < 2; message++) {
            List<InFlight> fragments = takeAll(net);
            assertFragments(2, fragments);
            fragments.forEach(f -> assertTrue(datagramOctets(f) <= 200));
            assertEquals(1, header(fragments.get(1)).messageId());
            deliverAll(net, fragments);
        }
        assertTrue(net.wire().isEmpty());
        assertTunnel(net);
        assertEquals(List.of(), drops(net.a()));
        assertEquals(List.of(), drops(net.b()));
    }

    @Test
    void theLadderShowsWholeMessages() {
        TwoGateways cut = connected(6, SMALL, TINY);
        TwoGateways whole = connected(6, WHOLE, WHOLE);
        assertEquals(whole.a().ladder(), cut.a().ladder());
        assertEquals(whole.b().ladder(), cut.b().ladder());
    }

    @Test
    void theMarkerOfPort4500CountsToo() {
        TwoGateways net = new TwoGateways(7, TINY, TINY);
        net.putNatBeforeA(new TwoGateways.Nat(IpAddress.parse("203.0.113.7"), 2000));
        IpAddress outside = IpAddress.parse("203.0.113.7");
        configured(net, Policies.a(), Policies.b().remote(outside));
        int full = 0;
        while (!net.wire().isEmpty()) {
            InFlight next = net.wire().element();
            if (isFragment(next)) {
                assertEquals(4500, next.path().local().port());
                assertTrue(datagramOctets(next) <= 160);
                full += datagramOctets(next) == 160 ? 1 : 0;
            }
            net.deliverOne();
        }
        assertTunnel(net);
        assertTrue(full > 2, "nothing of the size is wasted");
    }

    @Test
    void classicSuitesWorkToo() {
        TwoGateways net = new TwoGateways(8, TINY, SMALL);
        configured(
                net,
                Policies.a().ike(Policies.classicIke()),
                Policies.b().ike(Policies.classicIke()));
        net.deliverOne();
        net.deliverOne();
        assertTrue(isFragment(net.wire().element()));
        net.deliverAll();
        assertTunnel(net);
    }

    // Receiving (RFC 7383 §2.6).

    @Test
    void fragmentsMayComeInAnyOrder() {
        TwoGateways net = initDone(9, TINY, TINY);
        for (int message = 0; message < 2; message++) {
            List<InFlight> fragments = new ArrayList<>(takeAll(net));
            assertTrue(fragments.size() > 1);
            Collections.reverse(fragments);
            deliverAll(net, fragments);
        }
        assertTunnel(net);
    }

    @Test
    void fragmentsMayComeTwice() {
        TwoGateways net = initDone(10, SMALL, SMALL);
        InFlight first = net.dropOne();
        InFlight second = net.dropOne();
        net.deliver(first);
        net.deliver(first);
        assertEquals(List.of(DropReason.DUPLICATE_FRAGMENT), drops(net.b()));
        assertTrue(net.wire().isEmpty());
        net.deliver(second);
        List<InFlight> answer = takeAll(net);
        assertFragments(2, answer);

        net.deliver(second); // no first fragment, so no call for the answer (RFC 7383 §2.6.1)
        assertTrue(net.wire().isEmpty());
        assertEquals(
                List.of(DropReason.DUPLICATE_FRAGMENT, DropReason.OUTSIDE_WINDOW), drops(net.b()));
        net.deliver(first);
        assertEquals(answer, takeAll(net));

        for (InFlight fragment : answer) {
            net.deliver(fragment);
            net.deliver(fragment);
        }
        assertEquals(
                List.of(DropReason.DUPLICATE_FRAGMENT, DropReason.OUTSIDE_WINDOW), drops(net.a()));
        assertTunnel(net);
        assertEquals(1, net.b().sad().inbound().size(), "the request was processed once");
    }

    @Test
    void fragmentsOfARequestThatIsBeingWorkedOnAreDropped() {
        TwoGateways net = initDone(11, SMALL, SMALL);
        List<InFlight> request = takeAll(net);
        net.b().stall();
        deliverAll(net, request);
        deliverAll(net, request);
        assertEquals(List.of(DropReason.IN_PROGRESS, DropReason.IN_PROGRESS), drops(net.b()));
        net.b().resume();
        net.deliverAll();
        assertTunnel(net);
    }

    @Test
    void aRequestWithALostFragmentIsSentAgainOctetByOctet() {
        TwoGateways net = initDone(12, SMALL, SMALL);
        List<InFlight> request = takeAll(net);
        net.deliver(request.get(0));
        net.pass(Duration.ofMillis(1200), false);
        List<InFlight> again = takeAll(net);
        assertEquals(request, again);
        deliverAll(net, again);
        assertEquals(List.of(DropReason.DUPLICATE_FRAGMENT), drops(net.b()));
        net.deliverAll();
        assertTunnel(net);
    }

    @Test
    @DisplayName("RFC 7383 §2.6: an incomplete response does not stop retransmission")
    void aResponseWithALostFragmentIsAskedForAgain() {
        TwoGateways net = initDone(13, SMALL, SMALL);
        List<InFlight> request = takeAll(net);
        deliverAll(net, request);
        List<InFlight> response = takeAll(net);
        net.deliver(response.get(1));
        net.pass(Duration.ofMillis(1200), false);
        assertEquals(request, takeAll(net));
        assertEquals(1, net.a().events(IkeEvent.Retransmitted.class).size());

        deliverAll(net, request);
        assertEquals(response, takeAll(net), "once, for fragment 1, octet by octet");
        net.deliver(response.get(0));
        assertTunnel(net);
        net.pass(Duration.ofSeconds(30), false);
        assertEquals(1, net.a().events(IkeEvent.Retransmitted.class).size());
    }

    @Test
    void aPeerThatNeverCompletesItsResponseIsGivenUp() {
        TwoGateways net = initDone(14, SMALL, SMALL);
        pass(net, Duration.ofMinutes(3), d -> isFromA(d) || !isFragment(d) || number(d) == 1);
        assertTrue(net.a().sad().inbound().isEmpty());
        assertFalse(net.a().events(IkeEvent.NegotiationFailed.class).isEmpty());
    }

    @Test
    @DisplayName("RFC 7383 §2.6: what is not authentic is not stored and evicts nothing")
    void garbageChangesNothing() {
        TwoGateways net = initDone(15, TINY, TINY);
        List<InFlight> request = takeAll(net);
        int total = request.size();
        net.deliver(changed(request.get(0), request.get(0).datagram().length() - 1));
        net.deliver(request.get(0));
        for (InFlight fragment : request.subList(1, total)) {
            for (int position = 36; position < fragment.datagram().length(); position += 7) {
                net.deliver(changed(fragment, position));
            }
            net.deliver(renumbered(fragment, 1, total + 1));
            net.deliver(renumbered(fragment, number(fragment), total + 1));
            net.deliver(fragment);
        }
        assertEquals(1, drops(net.b()).stream().distinct().count());
        assertEquals(DropReason.NOT_AUTHENTIC, drops(net.b()).get(0));
        net.deliverAll();
        assertTunnel(net);
    }

    private static InFlight renumbered(InFlight fragment, int number, int total) {
        OctetWriter writer = new OctetWriter().octets(fragment.datagram());
        writer.patchU16(32, number);
        writer.patchU16(34, total);
        return new InFlight(fragment.path(), writer.toOctets());
    }

    @Test
    void impossibleFragmentsAreDroppedUnseen() {
        TwoGateways net = initDone(16, SMALL, SMALL);
        InFlight fragment = net.wire().element();
        net.deliver(renumbered(fragment, 0, 2));
        net.deliver(renumbered(fragment, 3, 2));
        net.deliver(renumbered(fragment, 1, 0xffff));
        assertEquals(
                List.of(DropReason.FRAGMENT, DropReason.FRAGMENT, DropReason.FRAGMENT_LIMIT),
                drops(net.b()));
        net.deliverAll();
        assertTunnel(net);
    }

    @Test
    void aFragmentOutsideTheWindowIsDropped() {
        TwoGateways net = initDone(17, SMALL, SMALL);
        InFlight fragment = net.wire().element();
        OctetWriter later = new OctetWriter().octets(fragment.datagram());
        later.patchU32(20, 2);
        net.deliver(new InFlight(fragment.path(), later.toOctets()));
        assertEquals(List.of(DropReason.OUTSIDE_WINDOW), drops(net.b()));
    }

    @Test
    void aPeerMaySendManyTinyFragments() {
        String longId = "a-host-with-a-name.".repeat(12) + "example";
        TwoGateways net = new TwoGateways(18, TINY, WHOLE);
        configured(
                net,
                Policies.a().localId("keyid:" + longId.repeat(5)),
                Policies.b().remoteId("keyid:" + longId.repeat(5)));
        net.deliverOne();
        net.deliverOne();
        List<InFlight> request = takeAll(net);
        assertTrue(request.size() >= 16, request.size() + " fragments");
        assertFragments(request.size(), request);
        List<InFlight> shuffled = new ArrayList<>(request);
        Collections.shuffle(shuffled, new Random(18));
        deliverAll(net, shuffled);
        assertEquals(1, net.wire().size(), "the answer fits, so it stays whole");
        net.deliverAll();
        assertTunnel(net);
    }

    @Test
    void theErrorAnswerOfAClosedIkeSaIsRepeatedForTheFirstFragment() {
        TwoGateways net = new TwoGateways(19, SMALL, SMALL);
        configured(net, Policies.a(), Policies.b().psk("another one"));
        net.deliverOne();
        net.deliverOne();
        List<InFlight> request = takeAll(net);
        deliverAll(net, request);
        List<InFlight> refusal = takeAll(net);
        assertEquals(1, refusal.size());
        net.deliver(request.get(1));
        assertTrue(net.wire().isEmpty());
        net.deliver(request.get(0));
        assertEquals(refusal, takeAll(net));
    }

    // Later exchanges.

    @Test
    void everyExchangeMayBeCut() {
        TwoGateways net = connected(20, TINY, TINY);
        rekeyChild(net.a(), "session-a");
        assertTrue(isFragment(net.wire().element()));
        assertEquals(2, header(net.wire().element()).messageId());
        net.deliverAll();
        assertTunnel(net);
        rekeyChild(net.b(), "session-b");
        assertTrue(isFragment(net.wire().element()));
        assertEquals(0, header(net.wire().element()).messageId());
        net.deliverAll();
        assertTunnel(net);
        assertEquals(3, net.a().events(IkeEvent.ChildSaEstablished.class).size());
    }

    @Test
    void theNextIkeSaCutsToo() {
        Duration lifetime = Duration.ofMinutes(10);
        TwoGateways net = new TwoGateways(21, TINY, TINY);
        configured(
                net,
                Policies.a().lifetimes(lifetime, Duration.ofDays(1)),
                Policies.b().lifetimes(Duration.ofDays(1), Duration.ofDays(1)));
        net.pass(lifetime, true);
        assertEquals(2, net.a().events(IkeEvent.IkeSaEstablished.class).size());
        IkeEvent.IkeSaEstablished successor =
                net.b().events(IkeEvent.IkeSaEstablished.class).get(1);
        rekeyChild(net.b(), "session-b");
        InFlight request = net.wire().element();
        assertTrue(isFragment(request));
        assertEquals(successor.ikeSa().initiator(), header(request).initiatorSpi());
        net.deliverAll();
        assertTunnel(net);
    }

    @Test
    void whatStaysIncompleteIsForgottenAndComesAnew() {
        TwoGateways net = connected(30, TINY, TINY);
        rekeyChild(net.a(), "session-a");
        List<InFlight> request = takeAll(net);
        net.deliver(request.get(0));
        net.pass(Duration.ofSeconds(31), false);
        List<InFlight> again = takeAll(net).subList(0, request.size());
        assertEquals(request, again);
        deliverAll(net, request.subList(1, request.size()));
        assertTrue(net.wire().isEmpty(), "its first fragment is gone");
        net.deliver(request.get(0));
        net.deliverAll();
        assertTunnel(net);
        assertEquals(2, net.a().events(IkeEvent.ChildSaEstablished.class).size());
        assertEquals(List.of(), drops(net.b()));
    }

    @Test
    void fragmentsOfOneMessageAllDiffer() {
        TwoGateways net = initDone(29, TINY, TINY);
        List<Octets> ivs =
                octets(takeAll(net)).stream().map(octets -> octets.slice(36, 44)).toList();
        assertEquals(ivs.size(), ivs.stream().distinct().count());
        assertNotEquals(0, ivs.size());
    }
}
