package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FragmentationPolicy;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import io.edgeipsec.ike.testing.TwoGateways.InFlight;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Steps of tests with fragments. The sizes are so small that ordinary messages do not fit: IKE_AUTH
 * has some 260 octets with its IP and UDP headers.
 */
final class Fragments {
    static final IkeSettings WHOLE = sizes(1280, 576);
    static final IkeSettings SMALL = sizes(200);
    static final IkeSettings TINY = sizes(160);
    static final IkeSettings FALLING = sizes(400, 200);
    static final IkeSettings OFF =
            IkeSettings.defaults().withFragmentation(FragmentationPolicy.OFF);

    static IkeSettings sizes(Integer... datagramOctets) {
        return fallingAfter(3, datagramOctets);
    }

    static IkeSettings fallingAfter(int transmissionsPerSize, Integer... datagramOctets) {
        return IkeSettings.defaults()
                .withFragmentation(
                        new FragmentationPolicy(List.of(datagramOctets), transmissionsPerSize));
    }

    private Fragments() {}

    static TwoGateways configured(long seed, IkeSettings a, IkeSettings b) {
        return configured(new TwoGateways(seed, a, b), Policies.a(), Policies.b());
    }

    static TwoGateways configured(TwoGateways net, Policies a, Policies b) {
        net.b().configure(b.build());
        net.a().configure(a.build());
        return net;
    }

    /** Both have finished IKE_SA_INIT; A's IKE_AUTH request lies on the wire. */
    static TwoGateways initDone(long seed, IkeSettings a, IkeSettings b) {
        TwoGateways net = configured(seed, a, b);
        net.deliverOne();
        net.deliverOne();
        return net;
    }

    static TwoGateways connected(long seed, IkeSettings a, IkeSettings b) {
        TwoGateways net = configured(seed, a, b);
        net.deliverAll();
        assertTunnel(net);
        return net;
    }

    static void assertTunnel(TwoGateways net) {
        assertEquals(1, net.a().sad().inbound().size(), net.a().ladder());
        net.assertKernelsAgree();
    }

    static List<InFlight> takeAll(TwoGateways net) {
        List<InFlight> taken = List.copyOf(net.wire());
        net.wire().clear();
        return taken;
    }

    static void deliverAll(TwoGateways net, List<InFlight> datagrams) {
        datagrams.forEach(net::deliver);
    }

    /** Lets time pass; what the filter does not let through is lost. */
    static void pass(TwoGateways net, Duration duration, Predicate<InFlight> filter) {
        for (long passed = 0; passed < duration.toMillis(); passed += 100) {
            while (!net.wire().isEmpty()) {
                if (filter.test(net.wire().element())) {
                    net.deliverOne();
                } else {
                    net.dropOne();
                }
            }
            net.pass(Duration.ofMillis(100), false);
        }
    }

    static List<Octets> octets(List<InFlight> datagrams) {
        return datagrams.stream().map(InFlight::datagram).toList();
    }

    static IkeHeader header(InFlight datagram) {
        try {
            return IkeHeader.decode(datagram.datagram().reader());
        } catch (MalformedMessageException malformed) {
            throw new AssertionError(malformed);
        }
    }

    static boolean isFragment(InFlight datagram) {
        return header(datagram).nextPayload().equals(PayloadType.SKF);
    }

    static boolean isFromA(InFlight datagram) {
        return datagram.path().local().address().equals(TwoGateways.A);
    }

    static int datagramOctets(InFlight datagram) {
        int marker = datagram.path().local().port() == 4500 ? 4 : 0;
        return 20 + 8 + marker + datagram.datagram().length();
    }

    static int number(InFlight fragment) {
        return fragment.datagram().at(33) | fragment.datagram().at(32) << 8;
    }

    static int total(InFlight fragment) {
        return fragment.datagram().at(35) | fragment.datagram().at(34) << 8;
    }

    /** That these are all fragments of one message, in order. */
    static void assertFragments(int expectedTotal, List<InFlight> datagrams) {
        assertEquals(expectedTotal, datagrams.size());
        for (int i = 0; i < datagrams.size(); i++) {
            assertTrue(isFragment(datagrams.get(i)));
            assertEquals(i + 1, number(datagrams.get(i)));
            assertEquals(expectedTotal, total(datagrams.get(i)));
        }
    }

    static List<DropReason> drops(Gateway gateway) {
        return gateway.events(IkeEvent.DatagramDropped.class).stream()
                .map(IkeEvent.DatagramDropped::reason)
                .toList();
    }

    static void rekeyChild(Gateway gateway, String session) {
        gateway.tell(
                new IkeInput.ChildSaExpired(
                        session, "net", gateway.sad().inbound().keySet().iterator().next(), false));
    }

    static InFlight changed(InFlight datagram, int position) {
        byte[] bytes = datagram.datagram().toByteArray();
        bytes[position] ^= 1;
        return new InFlight(datagram.path(), Octets.wrap(bytes));
    }
}
