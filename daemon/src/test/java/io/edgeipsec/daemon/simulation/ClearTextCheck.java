package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.state.Scope;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a packet of a protected pair could leave in clear: once a policy has stood for it, one
 * has to stand until the operator does not want the pair any more.
 */
final class ClearTextCheck {
    /** Packets of one pair of one session, and whether they have been kept back so far. */
    private static final class Guard {
        final SessionEnd session;
        final Optional<SelectorPair> pair;

        /** Before, what the operator wanted earlier may still be on its way to the kernel. */
        final long since;

        boolean covered;

        Guard(SessionEnd session, Optional<SelectorPair> pair, long since) {
            this.session = session;
            this.pair = pair;
            this.since = since;
        }
    }

    private static final Duration SETTLED = Duration.ofSeconds(20);

    private final String gateway;
    private final Timeline timeline;
    private final Map<String, Guard> guards = new LinkedHashMap<>();

    ClearTextCheck(String gateway, Timeline timeline) {
        this.gateway = gateway;
        this.timeline = timeline;
    }

    /** The operator wants this now. */
    void wants(List<SessionEnd> sessions, SimulatedKernel kernel) {
        Map<String, Guard> before = new LinkedHashMap<>(guards);
        guards.clear();
        for (SessionEnd session : sessions) {
            if (session.enabled()) {
                for (Optional<SelectorPair> pair : pairs(session)) {
                    String key = session.id() + pair;
                    Guard known = before.get(key);
                    long since = known != null ? known.since : timeline.now() + SETTLED.toNanos();
                    Guard guard = new Guard(session, pair, since);
                    guard.covered = known != null && known.covered;
                    guards.put(key, guard);
                }
            }
        }
        check(kernel, "the change");
    }

    private static List<Optional<SelectorPair>> pairs(SessionEnd session) {
        List<Optional<SelectorPair>> pairs = new ArrayList<>();
        if (session.routeBased()) {
            pairs.add(Optional.empty());
        }
        session.pairs().forEach(pair -> pairs.add(Optional.of(pair)));
        return pairs;
    }

    /** Somebody else has taken policies away: from now on nothing is promised until they return. */
    void excuse() {
        guards.values().forEach(guard -> guard.covered = false);
    }

    void check(SimulatedKernel kernel, String after) {
        for (Guard guard : guards.values()) {
            boolean covered = covered(guard, kernel);
            if (guard.covered && !covered && timeline.now() >= guard.since) {
                throw new Violation(
                        "clear text",
                        gateway
                                + ": packets of "
                                + guard.session.id()
                                + guard.pair.map(p -> " " + p).orElse("")
                                + " could leave in clear after "
                                + after);
            }
            guard.covered = covered;
        }
    }

    /** Those whose packets nothing holds back. */
    List<String> uncovered() {
        return guards.values().stream()
                .filter(guard -> !guard.covered)
                .map(guard -> guard.session.id() + guard.pair)
                .toList();
    }

    private static boolean covered(Guard guard, SimulatedKernel kernel) {
        return guard.pair.isPresent()
                ? covered(Packets.of(guard.pair.get()), kernel)
                : linkOf(guard.session, kernel)
                        .filter(link -> covered(Packets.through(link), kernel))
                        .isPresent();
    }

    private static boolean covered(List<SimulatedKernel.Packet> packets, SimulatedKernel kernel) {
        return packets.stream()
                .allMatch(
                        packet ->
                                kernel.policyOf(PolicyDirection.OUT, packet)
                                        .filter(p -> p.action() != PolicyAction.BYPASS)
                                        .isPresent());
    }

    static Optional<LinkEntry> linkOf(SessionEnd session, SimulatedKernel kernel) {
        return kernel.links().stream()
                .filter(link -> KernelNumbers.session(link).equals(session.id()))
                .findFirst();
    }

    /** Packets that stand for all. */
    static final class Packets {
        private Packets() {}

        /** From the first and the last address of the one network to those of the other. */
        static List<SimulatedKernel.Packet> of(SelectorPair pair) {
            InetAddress source = pair.source().address().toInetAddress();
            InetAddress destination = pair.destination().address().toInetAddress();
            return List.of(
                    new SimulatedKernel.Packet(source, destination, Scope.GLOBAL),
                    new SimulatedKernel.Packet(
                            last(source, pair.source().prefixLength()),
                            last(destination, pair.destination().prefixLength()),
                            Scope.GLOBAL));
        }

        private static InetAddress last(InetAddress first, int prefixLength) {
            byte[] octets = first.getAddress();
            for (int bit = prefixLength; bit < octets.length * 8; bit++) {
                octets[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
            try {
                return InetAddress.getByAddress(octets);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        static List<SimulatedKernel.Packet> through(LinkEntry link) {
            Scope scope =
                    link.kind().equals("vti")
                            ? Scope.mark(link.key())
                            : Scope.interfaceId(link.key());
            InetAddress source = Conversions.toInet(IpAddress.parse("10.9.0.1"));
            InetAddress destination = Conversions.toInet(IpAddress.parse("10.8.0.1"));
            return List.of(new SimulatedKernel.Packet(source, destination, scope));
        }
    }
}
