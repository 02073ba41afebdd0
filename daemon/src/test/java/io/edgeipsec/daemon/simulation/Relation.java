package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.link.LinkEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Two gateways that are to have one session with each other, and what both operators want. */
final class Relation {
    /** One of the two. */
    record Side(Gateway gateway, SessionEnd wanted) {
        String session() {
            return wanted.id();
        }
    }

    /** One direction of one pair. */
    record Flow(Gateway from, Gateway to, SessionEnd sender, int pair) {}

    private final Side one;
    private final Side other;

    Relation(Side one, Side other) {
        this.one = one;
        this.other = other;
    }

    Side one() {
        return one;
    }

    Side other() {
        return other;
    }

    List<Side> sides() {
        return List.of(one, other);
    }

    /** Whether nobody who can reach the other starts it, not even with packets. */
    boolean neverStarts() {
        return !starts(one, other) && !starts(other, one);
    }

    private static boolean starts(Side side, Side peer) {
        return side.wanted().mode() != ConnectionInitiationMode.RESPOND_ONLY
                && peer.gateway().nat == null;
    }

    List<Flow> flows() {
        List<Flow> flows = new ArrayList<>();
        for (int pair = 0; pair < Math.max(1, one.wanted().pairs().size()); pair++) {
            flows.add(new Flow(one.gateway(), other.gateway(), one.wanted(), pair));
            flows.add(new Flow(other.gateway(), one.gateway(), other.wanted(), pair));
        }
        return flows;
    }

    /** A packet of a flow; empty where there is no interface for it. */
    static Optional<SimulatedKernel.Packet> packet(Flow flow) {
        if (flow.sender().routeBased()) {
            Optional<LinkEntry> link = ClearTextCheck.linkOf(flow.sender(), flow.from().kernel);
            return link.map(l -> ClearTextCheck.Packets.through(l).get(0));
        }
        SelectorPair pair = flow.sender().pairs().get(flow.pair());
        return Optional.of(ClearTextCheck.Packets.of(pair).get(0));
    }

    /** What keeps it from being exactly one IKE SA and one Child SA for each pair; empty if so. */
    Optional<String> flaw() {
        for (Side side : sides()) {
            Optional<String> flaw = flaw(side);
            if (flaw.isPresent()) {
                return flaw;
            }
        }
        List<?> ikeSas = daemon(one).live().ikeSas(one.session());
        if (!ikeSas.equals(daemon(other).live().ikeSas(other.session()))) {
            return Optional.of("they have different IKE SAs");
        }
        for (Flow flow : flows()) {
            Optional<SimulatedSas.Sa> carrier = packet(flow).flatMap(flow.from().kernel::carrierOf);
            if (carrier.isEmpty()) {
                return Optional.of(flow.from().name + " has nothing to send by: " + flow.pair());
            }
            if (!flow.to().kernel.receives(carrier.get(), flow.to().inet())) {
                return Optional.of(
                        flow.to().name + " cannot open what " + flow.from().name + " sends");
            }
        }
        return Optional.empty();
    }

    private static SimulatedDaemon daemon(Side side) {
        SimulatedDaemon daemon = side.gateway().daemon;
        if (daemon == null) {
            throw new IllegalStateException(side.gateway().name + " is down");
        }
        return daemon;
    }

    private static Optional<String> flaw(Side side) {
        String at = side.gateway().name + ": ";
        SimulatedDaemon daemon = daemon(side);
        int ikeSas = daemon.live().ikeSas(side.session()).size();
        if (ikeSas != 1) {
            return Optional.of(at + ikeSas + " IKE SAs");
        }
        int wanted = Math.max(1, side.wanted().pairs().size());
        List<ChildSaLocator> children = daemon.live().childSas(side.session());
        long names = children.stream().map(ChildSaLocator::child).distinct().count();
        if (children.size() != wanted || names != wanted) {
            return Optional.of(at + "Child SAs " + children);
        }
        for (int reqid : reqids(side)) {
            List<SimulatedSas.Sa> sas = side.gateway().kernel.sas().ofReqid(reqid);
            long in = sas.stream().filter(sa -> sa.inbound && !sa.larval()).count();
            long out = sas.stream().filter(sa -> !sa.inbound).count();
            if (in != 1 || out != 1 || sas.size() != 2) {
                return Optional.of(at + in + " SAs in, " + out + " out, " + sas.size() + " in all");
            }
        }
        var view = daemon.board().view(side.session());
        boolean up =
                view.isPresent()
                        && view.get().ikeUp()
                        && view.get().up() == wanted
                        && view.get().reason().isEmpty();
        return up ? Optional.empty() : Optional.of(at + "status " + view);
    }

    /** Those that a side's session has, if it is stored. */
    static List<Integer> reqids(Side side) {
        if (side.gateway().store.find(side.session()) == null) {
            return List.of();
        }
        var numbers = side.gateway().store.numbers(side.session());
        return numbers.tunnelNumber().isPresent()
                ? List.of(KernelNumbers.reqid(0xfe_0000 | numbers.tunnelNumber().getAsInt()))
                : numbers.pairNumbers().values().stream().map(KernelNumbers::reqid).toList();
    }
}
