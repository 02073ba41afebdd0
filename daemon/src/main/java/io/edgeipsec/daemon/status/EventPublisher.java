package io.edgeipsec.daemon.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.event.ApiEvent;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.event.EventType;
import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.port.ConfigurationListener;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Puts what happens into the journal that the API's event stream reads: IKE's events, changes of
 * the configuration, and what becomes of sessions by both. Any thread; brief, since what an event
 * says in JSON is written when somebody reads it.
 */
public final class EventPublisher
        implements IkeEvent.Handler, ConfigurationListener, StatusBoard.Listener {

    private final EventJournal journal;

    /** Sessions that were up, are not, and should be. */
    private final Set<String> outages = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean losing = new AtomicBoolean();

    public EventPublisher(EventJournal journal) {
        this.journal = journal;
    }

    /** What somebody has to look at. */
    public enum Alarm {
        /** A session that was up is not any more, and should be. */
        TUNNEL_DOWN,
        /** The kernel does not take what a session needs. */
        KERNEL_REFUSED,
        /** A session's address is not on this machine. */
        LOCAL_ADDRESS_MISSING,
        /** An operator has stopped the service. */
        SERVICE_STOPPED,
        /** The store is out of order; the daemon stops. */
        STORE_FAILED,
        /** Notifications of changes were given up: too many wait for their receiver. */
        NOTIFICATIONS_LOST,
        /** An invariant of ours broke, and an IKE SA was ended for it. */
        INTERNAL_DEFECT
    }

    private void publish(EventType type, Optional<String> session, Consumer<ObjectNode> details) {
        journal.publish(new ApiEvent(type, session, details));
    }

    // Alarms.

    /** The store cannot go on. */
    public void storeFailed(Throwable failure) {
        raise(
                Alarm.STORE_FAILED,
                Optional.empty(),
                "the store is out of order ("
                        + failure.getMessage()
                        + "), and edge-ipsecd stops; see its log, and the disk of state_dir");
    }

    /** Too many notifications wait, and the oldest was given up; told once for all in a row. */
    public void notificationLost(String reason) {
        if (losing.compareAndSet(false, true)) {
            raise(Alarm.NOTIFICATIONS_LOST, Optional.empty(), reason);
        }
    }

    /** The receiver takes notifications again. */
    public void notificationDelivered() {
        if (losing.compareAndSet(true, false)) {
            clear(Alarm.NOTIFICATIONS_LOST, Optional.empty());
        }
    }

    private void raise(Alarm alarm, Optional<String> session, String message) {
        publish(
                EventType.ALARM,
                session,
                node ->
                        node.put("alarm", alarm.name())
                                .put("state", "RAISED")
                                .put("message", message));
    }

    private void clear(Alarm alarm, Optional<String> session) {
        publish(
                EventType.ALARM,
                session,
                node -> node.put("alarm", alarm.name()).put("state", "CLEARED"));
    }

    // The configuration.

    @Override
    public void changed(ConfigurationChange change) {
        publish(
                EventType.CONFIG,
                change.kind() == ResourceKind.SESSION ? Optional.of(change.id()) : Optional.empty(),
                node ->
                        node.put("change", change.type().name())
                                .put("resource_type", change.resourceType())
                                .put("object_id", change.id())
                                .put("path", change.kind().path() + "/" + change.id())
                                .put("revision", change.revision()));
    }

    // What becomes of a session.

    @Override
    public void changed(String session, StatusBoard.Situation before, StatusBoard.Situation now) {
        // That a session is there is no news: its configuration is.
        if (!before.equals(StatusBoard.Situation.UNKNOWN) && !looksTheSame(before, now)) {
            publish(EventType.SESSION, Optional.of(session), node -> describe(node, now.view()));
        }
        compareRefusals(session, before.kernelRefusal(), now.kernelRefusal());
        compareSuspensions(session, before.suspension(), now.suspension());
        boolean isUp = now.view().status() == SessionStatus.UP;
        if (isUp
                || !now.enabled()
                || now.suspension().filter(EventPublisher::isOfService).isPresent()) {
            endOutage(session);
        } else if (before.view().status() == SessionStatus.UP && outages.add(session)) {
            raise(Alarm.TUNNEL_DOWN, Optional.of(session), now.view().reason());
        }
    }

    @Override
    public void removed(String session, StatusBoard.Situation before) {
        compareRefusals(session, before.kernelRefusal(), "");
        compareSuspensions(session, before.suspension(), Optional.empty());
        endOutage(session);
    }

    /** Once for all sessions. */
    @Override
    public void serviceChanged(Optional<FailReason> stop) {
        stop.ifPresentOrElse(
                reason -> raise(Alarm.SERVICE_STOPPED, Optional.empty(), reason.toString()),
                () -> clear(Alarm.SERVICE_STOPPED, Optional.empty()));
    }

    @Override
    public void changed(String group, GroupBoard.View now) {
        publish(
                EventType.MULTI_PATH_GROUP,
                Optional.empty(),
                node -> {
                    node.put("group_id", group)
                            .put("nexthop_group_id", Integer.toUnsignedLong(now.nexthopGroupId()))
                            .put("installed", now.installed())
                            .put("total_members", now.members().size())
                            .put("usable_members", now.usable())
                            .put("fail_reason", now.refusal());
                });
    }

    private static boolean looksTheSame(StatusBoard.Situation before, StatusBoard.Situation now) {
        return before.view().status() == now.view().status()
                && before.view().ikeState() == now.view().ikeState()
                && before.view().reason().equals(now.view().reason());
    }

    private static void describe(ObjectNode node, StatusBoard.View view) {
        node.put("session_status", view.status().name())
                .put("ike_session_state", view.ikeState().name())
                .put("fail_reason", view.reason())
                .put("total_tunnels", view.total())
                .put("negotiated_tunnels", view.up())
                .put("failed_tunnels", view.failed());
    }

    private void compareRefusals(String session, String before, String now) {
        compare(Alarm.KERNEL_REFUSED, session, before, now);
    }

    /** That the service was stopped is not told for each session. */
    private void compareSuspensions(
            String session, Optional<FailReason> before, Optional<FailReason> now) {
        compare(Alarm.LOCAL_ADDRESS_MISSING, session, ofSession(before), ofSession(now));
    }

    private static String ofSession(Optional<FailReason> suspension) {
        return suspension
                .filter(reason -> !isOfService(reason))
                .map(FailReason::toString)
                .orElse("");
    }

    private static boolean isOfService(FailReason reason) {
        return reason.kind() == FailReason.Kind.SERVICE_STOPPED;
    }

    private void compare(Alarm alarm, String session, String before, String now) {
        if (now.isEmpty() && !before.isEmpty()) {
            clear(alarm, Optional.of(session));
        } else if (!now.equals(before)) {
            raise(alarm, Optional.of(session), now);
        }
    }

    private void endOutage(String session) {
        if (outages.remove(session)) {
            clear(Alarm.TUNNEL_DOWN, Optional.of(session));
        }
    }

    // IKE.

    private void ikeSa(String change, String session, Consumer<ObjectNode> details) {
        publish(
                EventType.IKE_SA,
                Optional.of(session),
                node -> details.accept(node.put("change", change)));
    }

    private void childSa(String change, String session, Consumer<ObjectNode> details) {
        publish(
                EventType.CHILD_SA,
                Optional.of(session),
                node -> details.accept(node.put("change", change)));
    }

    private static ObjectNode putPath(ObjectNode node, Path path) {
        return node.put("local", path.local().toString()).put("remote", path.remote().toString());
    }

    private static void putReason(ObjectNode node, FailReason reason) {
        node.put("reason_code", reason.kind().name()).put("reason", reason.toString());
    }

    private static void putSpis(ObjectNode node, IkeSaId ikeSa, ChildSaLocator locator) {
        node.put("ike_sa", ikeSa.toString())
                .put("child", locator.child())
                .put("spi_in", locator.inbound().toString())
                .put("spi_out", locator.outbound().toString());
    }

    private static void putSelectors(ObjectNode node, String name, List<TrafficSelector> list) {
        ArrayNode array = node.putArray(name);
        list.forEach(selector -> array.add(selector.toString()));
    }

    @Override
    public void ikeSaEstablished(IkeEvent.IkeSaEstablished event) {
        ikeSa(
                event.replaced().isPresent() ? "REKEYED" : "ESTABLISHED",
                event.session(),
                node -> {
                    node.put("ike_sa", event.ikeSa().toString());
                    event.replaced().ifPresent(old -> node.put("replaces", old.toString()));
                    putPath(node, event.path())
                            .put("role", event.initiator() ? "INITIATOR" : "RESPONDER")
                            .put("nat", EventLog.nat(event.nat()).toUpperCase(Locale.ROOT))
                            .put("suite", event.suite().toString())
                            .put("ppk", event.usesPpk())
                            .put("local_id", event.localId().toString())
                            .put("peer_id", event.remoteId().toString());
                });
    }

    @Override
    public void ikeSaClosed(IkeEvent.IkeSaClosed event) {
        ikeSa(
                "CLOSED",
                event.session(),
                node -> putReason(node.put("ike_sa", event.ikeSa().toString()), event.reason()));
    }

    @Override
    public void negotiationFailed(IkeEvent.NegotiationFailed event) {
        ikeSa(
                "FAILED",
                event.session(),
                node -> {
                    putReason(node, event.reason());
                    event.retryIn().ifPresent(in -> node.put("retry_in_seconds", in.toSeconds()));
                });
    }

    @Override
    public void peerRejected(IkeEvent.PeerRejected event) {
        ikeSa("REJECTED", event.session(), node -> putReason(node, event.reason()));
    }

    @Override
    public void peerMoved(IkeEvent.PeerMoved event) {
        ikeSa(
                "MOVED",
                event.session(),
                node -> putPath(node.put("ike_sa", event.ikeSa().toString()), event.path()));
    }

    @Override
    public void childSaEstablished(IkeEvent.ChildSaEstablished event) {
        childSa(
                "ESTABLISHED",
                event.session(),
                node -> {
                    putSpis(node, event.ikeSa(), event.locator());
                    putSelectors(node, "local_selectors", event.local());
                    putSelectors(node, "remote_selectors", event.remote());
                    node.put("suite", event.suite().toString());
                });
    }

    @Override
    public void childSaFailed(IkeEvent.ChildSaFailed event) {
        childSa(
                "FAILED",
                event.session(),
                node -> {
                    node.put("ike_sa", event.ikeSa().toString()).put("child", event.child());
                    putReason(node, event.reason());
                });
    }

    @Override
    public void childSaClosed(IkeEvent.ChildSaClosed event) {
        childSa(
                "CLOSED",
                event.session(),
                node -> {
                    putSpis(node, event.ikeSa(), event.locator());
                    putReason(node, event.reason());
                });
    }

    @Override
    public void defectContained(IkeEvent.DefectContained event) {
        raise(
                Alarm.INTERNAL_DEFECT,
                Optional.empty(),
                "IKE SA " + event.ikeSa() + " was ended by a defect; the log says more");
    }

    // What a message or a datagram does is for the log alone.

    @Override
    public void negotiationStarted(IkeEvent.NegotiationStarted event) {}

    @Override
    public void retransmitted(IkeEvent.Retransmitted event) {}

    @Override
    public void messageExchanged(IkeEvent.MessageExchanged event) {}

    @Override
    public void datagramDropped(IkeEvent.DatagramDropped event) {}
}
