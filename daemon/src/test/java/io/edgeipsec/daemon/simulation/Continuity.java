package io.edgeipsec.daemon.simulation;

import io.edgeipsec.daemon.simulation.Relation.Flow;
import io.edgeipsec.daemon.simulation.Relation.Side;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * While nobody changes anything, whatever could be sent and taken still can be, at every moment:
 * rekeying costs no packet. Only a network that loses messages may end a tunnel, by time-outs.
 */
final class Continuity {
    /**
     * Whoever has rekeyed waits for an answer then for longer than the other end, which sends by
     * the new SA ten seconds after it has answered.
     */
    private static final int IN_VAIN = 2;

    private final Scenario scenario;
    private final List<Relation> relations;
    private final Trace trace;

    /** Those that a time-out has broken, until they are whole again. */
    private final Set<Relation> excused = new HashSet<>();

    private boolean watching;

    Continuity(Scenario scenario, List<Relation> relations, Trace trace) {
        this.scenario = scenario;
        this.relations = relations;
        this.trace = trace;
    }

    void begin() {
        watching = true;
        excused.clear();
        relations.stream().filter(Relation::neverStarts).forEach(excused::add);
    }

    void end() {
        watching = false;
    }

    void happened(Gateway at, IkeEvent event) {
        if (!watching) {
            return;
        }
        if (event instanceof IkeEvent.ChildSaClosed closed
                && closed.reason().kind() == FailReason.Kind.EXPIRED
                && scenario.has(Hazard.SLOW_CRYPTOGRAPHY)) {
            // Seconds for each step, and steps that crossed: the lifetime was over before them.
            excuse(at, closed.session(), closed.reason());
        }
        if (isNoisy()) {
            if (event instanceof IkeEvent.IkeSaClosed closed) {
                excuse(at, closed.session(), closed.reason());
            } else if (event instanceof IkeEvent.ChildSaClosed closed) {
                excuse(at, closed.session(), closed.reason());
            } else if (event instanceof IkeEvent.Retransmitted again
                    && again.attempt() >= IN_VAIN) {
                for (Relation relation : relations) {
                    if (relation.sides().stream().anyMatch(s -> isOf(s, at, again))) {
                        excuse(relation, "asked over and over");
                    }
                }
            }
        }
    }

    private static boolean isOf(Side side, Gateway at, IkeEvent.Retransmitted again) {
        return side.gateway() == at
                && at.daemon != null
                && at.daemon.live().ikeSas(side.session()).contains(again.ikeSa());
    }

    private void excuse(Relation relation, Object why) {
        if (excused.add(relation)) {
            trace.add("**", relation.one().session() + " is excused: " + why);
        }
    }

    private boolean isNoisy() {
        return scenario.has(Hazard.LOSS)
                || scenario.has(Hazard.CORRUPTION)
                || scenario.has(Hazard.REORDERING)
                || scenario.has(Hazard.SLOW_NETWORK);
    }

    private void excuse(Gateway at, String session, FailReason reason) {
        boolean timedOut =
                reason.kind() == FailReason.Kind.PEER_STOPPED_ANSWERING
                        || reason.kind() == FailReason.Kind.PEER_NEVER_ANSWERED
                        || reason.kind() == FailReason.Kind.EXPIRED;
        for (Relation relation : relations) {
            boolean concerned =
                    relation.sides().stream()
                            .anyMatch(s -> s.gateway() == at && s.session().equals(session));
            if (timedOut && concerned) {
                excuse(relation, reason);
            }
        }
    }

    void tick() {
        if (watching) {
            excused.removeIf(r -> !r.neverStarts() && r.flaw().isEmpty());
        }
    }

    void check() {
        if (!watching) {
            return;
        }
        for (Relation relation : relations) {
            if (!excused.contains(relation)) {
                relation.flows().forEach(this::check);
            }
        }
    }

    private void check(Flow flow) {
        Optional<SimulatedSas.Sa> carrier =
                Relation.packet(flow).flatMap(flow.from().kernel::carrierOf);
        if (carrier.isEmpty()) {
            throw new Violation("continuity", flow.from().name + " has nothing to send by");
        }
        if (!flow.to().kernel.receives(carrier.get(), flow.to().inet())) {
            throw new Violation(
                    "continuity",
                    flow.from().name
                            + " sends by "
                            + carrier.get().id
                            + ", which "
                            + flow.to().name
                            + " cannot take");
        }
    }

    /** A packet got lost. */
    void missing(Relation relation, Flow flow, String why) {
        if (watching && !excused.contains(relation)) {
            throw new Violation(
                    "continuity",
                    "a packet from " + flow.from().name + " to " + flow.to().name + " " + why);
        }
    }
}
