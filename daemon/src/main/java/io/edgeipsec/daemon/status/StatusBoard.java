package io.edgeipsec.daemon.status;

import io.edgeipsec.api.resource.IkeSessionState;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.api.resource.TunnelInterface;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSaId;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The state of every session as events tell it. Any thread; events of one session come in order,
 * since one event loop owns it. Those of a session's former life, before it was deleted and put
 * again, may still come, and count for nothing.
 */
public final class StatusBoard implements IkeEvent.Handler {
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Listener listener;
    private volatile Optional<FailReason> serviceStop = Optional.empty();
    private final GroupBoard groups;

    /** One session; guarded by itself. */
    private static final class Session {
        private boolean enabled;
        private long carriedOut;
        private Set<String> children = Set.of();
        private final Set<IkeSaId> ikeSas = new HashSet<>();
        private final Map<ChildSaLocator, String> childSas = new HashMap<>();
        private final Map<String, String> failedChildren = new HashMap<>();
        private boolean negotiating;
        private String failure = "";
        private String kernelRefusal = "";
        private Optional<TunnelInterface> tunnelInterface = Optional.empty();
        private Optional<FailReason> suspension = Optional.empty();
        private Situation told = Situation.UNKNOWN;
    }

    /**
     * What is known of a session.
     *
     * @param ikeUp an IKE SA stands
     * @param negotiating one is in the making, or will be tried again
     * @param reason why it is not all up; empty while nothing failed
     * @param total Child SAs that the configuration asks for
     * @param up those that stand
     * @param failed those whose last attempt failed
     */
    public record View(
            boolean ikeUp, boolean negotiating, String reason, int total, int up, int failed) {

        SessionStatus status() {
            boolean allUp = ikeUp && total > 0 && up == total;
            return allUp ? SessionStatus.UP : up == 0 ? SessionStatus.DOWN : SessionStatus.DEGRADED;
        }

        IkeSessionState ikeState() {
            return ikeUp
                    ? IkeSessionState.UP
                    : negotiating ? IkeSessionState.NEGOTIATING : IkeSessionState.DOWN;
        }
    }

    /**
     * What is known of the tunnel of one Child policy.
     *
     * @param reason empty while it is up
     */
    public record Tunnel(IkeSessionState state, String reason) {}

    /**
     * A view with what keeps the session from working.
     *
     * @param kernelRefusal what the kernel did not take; empty if it took all
     * @param suspension why the session waits; empty if it does not
     */
    public record Situation(
            boolean enabled, View view, String kernelRefusal, Optional<FailReason> suspension) {

        /** Of a session that was not configured yet. */
        static final Situation UNKNOWN =
                new Situation(false, new View(false, false, "", 0, 0, 0), "", Optional.empty());
    }

    /**
     * Is told of each change, those of one session in order, while others of this session wait:
     * must be brief.
     */
    public interface Listener {

        /** Tells nobody. */
        Listener NONE =
                new Listener() {
                    @Override
                    public void changed(String session, Situation before, Situation now) {}

                    @Override
                    public void removed(String session, Situation before) {}

                    @Override
                    public void serviceChanged(Optional<FailReason> stop) {}

                    @Override
                    public void changed(String group, GroupBoard.View now) {}
                };

        /** Before the first change the situation is {@link Situation#UNKNOWN}. */
        void changed(String session, Situation before, Situation now);

        void removed(String session, Situation before);

        /** The service was stopped, for this reason, or started. */
        void serviceChanged(Optional<FailReason> stop);

        /** Of a multiple-path group. */
        void changed(String group, GroupBoard.View now);
    }

    public StatusBoard() {
        this(Listener.NONE);
    }

    public StatusBoard(Listener listener) {
        this.listener = listener;
        this.groups = new GroupBoard(listener);
    }

    /** The multiple-path groups. */
    public GroupBoard groups() {
        return groups;
    }

    // Told by the control.

    /** Whether, and why, no session is negotiated. One thread. */
    public void service(Optional<FailReason> stop) {
        if (!stop.equals(serviceStop)) {
            serviceStop = stop;
            listener.serviceChanged(stop);
        }
    }

    /** Why no session is negotiated, if that is so. */
    public Optional<FailReason> serviceStop() {
        return serviceStop;
    }

    /** A session was stored or changed. */
    public void configure(String id, boolean enabled, Collection<String> children) {
        Session session = sessions.computeIfAbsent(id, key -> new Session());
        synchronized (session) {
            if (enabled && !session.enabled) {
                session.failure = ""; // it was the end of its former life
            }
            session.enabled = enabled;
            session.children = Set.copyOf(children);
            session.failedChildren.keySet().retainAll(children);
            if (!enabled) {
                session.failure = "";
                session.negotiating = false;
                session.failedChildren.clear();
            }
            tell(id, session);
        }
    }

    /**
     * Every change up to this number has been carried out for the session, as far as it could be.
     */
    public void carriedOut(String id, long change) {
        update(id, session -> session.carriedOut = Math.max(session.carriedOut, change));
    }

    /**
     * How far a session is behind what is stored.
     *
     * @param carriedOut the last change that is known to have been carried out
     * @param obstacle why the session cannot be what it should; empty if it can
     */
    public record Progress(long carriedOut, String obstacle) {}

    /** Empty for a session that the control has not taken up yet. */
    public Optional<Progress> progress(String id) {
        Session session = sessions.get(id);
        if (session == null) {
            return Optional.empty();
        }
        synchronized (session) {
            return Optional.of(
                    new Progress(
                            session.carriedOut,
                            session.kernelRefusal.isEmpty()
                                    ? session.suspension.map(FailReason::toString).orElse("")
                                    : session.kernelRefusal));
        }
    }

    public void remove(String id) {
        Session session = sessions.remove(id);
        if (session != null) {
            synchronized (session) {
                listener.removed(id, session.told);
            }
        }
    }

    private void tell(String id, Session session) {
        Situation now =
                new Situation(
                        session.enabled, view(session), session.kernelRefusal, session.suspension);
        Situation before = session.told;
        if (!now.equals(before)) {
            session.told = now;
            listener.changed(id, before, now);
        }
    }

    /** The interface that stands for the session now, if there is one. */
    public void interfaceStands(String id, Optional<TunnelInterface> now) {
        update(id, session -> session.tunnelInterface = now);
    }

    /** The interface that stands for the session, if it has one. */
    public Optional<TunnelInterface> tunnelInterface(String id) {
        Session session = sessions.get(id);
        if (session == null) {
            return Optional.empty();
        }
        synchronized (session) {
            return session.tunnelInterface;
        }
    }

    public void kernelRefused(String id, String reason) {
        update(id, session -> session.kernelRefusal = "Configuration failed: " + reason);
    }

    public void kernelAccepted(String id) {
        update(id, session -> session.kernelRefusal = "");
    }

    /** The session cannot work for now, whatever IKE still says. */
    public void suspended(String id, FailReason reason) {
        update(id, session -> session.suspension = Optional.of(reason));
    }

    public void resumed(String id) {
        update(id, session -> session.suspension = Optional.empty());
    }

    /** Empty for a session that the control has not taken up yet. */
    public Optional<View> view(String id) {
        Session session = sessions.get(id);
        return session == null ? Optional.empty() : Optional.of(view(session));
    }

    private static View view(Session session) {
        synchronized (session) {
            Set<String> up = new HashSet<>(session.childSas.values());
            up.retainAll(session.children);
            return new View(
                    !session.ikeSas.isEmpty(),
                    session.negotiating && session.suspension.isEmpty(),
                    reason(session, up),
                    session.children.size(),
                    up.size(),
                    (int)
                            session.failedChildren.keySet().stream()
                                    .filter(child -> !up.contains(child))
                                    .count());
        }
    }

    /** The tunnels of a session by the name of their Child policy. */
    public Map<String, Tunnel> tunnels(String id) {
        Session session = sessions.get(id);
        if (session == null) {
            return Map.of();
        }
        synchronized (session) {
            Set<String> up = Set.copyOf(session.childSas.values());
            Map<String, Tunnel> tunnels = new HashMap<>();
            for (String child : session.children) {
                tunnels.put(
                        child,
                        up.contains(child)
                                ? new Tunnel(IkeSessionState.UP, "")
                                : downTunnel(session, child, reason(session, up)));
            }
            return tunnels;
        }
    }

    private static Tunnel downTunnel(Session session, String child, String reasonOfSession) {
        boolean ikeUp = !session.ikeSas.isEmpty();
        boolean negotiating = session.negotiating && session.suspension.isEmpty();
        String reason =
                ikeUp
                        ? session.failedChildren.getOrDefault(child, "Negotiation not started")
                        : reasonOfSession.isEmpty() ? "IKE SA down" : reasonOfSession;
        return new Tunnel(
                !ikeUp && negotiating ? IkeSessionState.NEGOTIATING : IkeSessionState.DOWN, reason);
    }

    /** How many sessions are in each state; those that are disabled do not count as down. */
    public Map<SessionStatus, Integer> counts() {
        Map<SessionStatus, Integer> counts = new EnumMap<>(SessionStatus.class);
        sessions.forEach(
                (id, session) -> {
                    SessionStatus status = view(session).status();
                    if (status != SessionStatus.DOWN || isEnabled(session)) {
                        counts.merge(status, 1, Integer::sum);
                    }
                });
        return counts;
    }

    private static boolean isEnabled(Session session) {
        synchronized (session) {
            return session.enabled;
        }
    }

    private static String reason(Session session, Set<String> up) {
        if (!session.enabled) {
            return "Session disabled";
        }
        if (session.suspension.isPresent()) {
            return session.suspension.get().toString();
        }
        if (!session.kernelRefusal.isEmpty()) {
            return session.kernelRefusal;
        }
        if (up.size() == session.children.size() && !session.ikeSas.isEmpty()) {
            return "";
        }
        return session.failedChildren.entrySet().stream()
                .filter(entry -> !up.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(session.failure);
    }

    private void update(String id, Consumer<Session> change) {
        Session session = sessions.get(id);
        if (session != null) {
            synchronized (session) {
                change.accept(session);
                tell(id, session);
            }
        }
    }

    // Told by IKE.

    @Override
    public void negotiationStarted(IkeEvent.NegotiationStarted event) {
        update(event.session(), session -> session.negotiating = true);
    }

    @Override
    public void negotiationFailed(IkeEvent.NegotiationFailed event) {
        update(
                event.session(),
                session -> {
                    session.failure = event.reason().toString();
                    session.negotiating = event.retryIn().isPresent();
                });
    }

    /** What works is not made to look broken by somebody else's attempt. */
    @Override
    public void peerRejected(IkeEvent.PeerRejected event) {
        update(
                event.session(),
                session -> {
                    if (session.ikeSas.isEmpty()) {
                        session.failure = event.reason().toString();
                    }
                });
    }

    @Override
    public void ikeSaEstablished(IkeEvent.IkeSaEstablished event) {
        update(
                event.session(),
                session -> {
                    session.ikeSas.add(event.ikeSa());
                    session.negotiating = false;
                    session.failure = "";
                });
    }

    @Override
    public void ikeSaClosed(IkeEvent.IkeSaClosed event) {
        update(
                event.session(),
                session -> {
                    if (session.ikeSas.remove(event.ikeSa()) && session.ikeSas.isEmpty()) {
                        session.failure = event.reason().toString();
                    }
                });
    }

    @Override
    public void childSaEstablished(IkeEvent.ChildSaEstablished event) {
        update(
                event.session(),
                session -> {
                    session.childSas.put(event.locator(), event.locator().child());
                    session.failedChildren.remove(event.locator().child());
                });
    }

    @Override
    public void childSaFailed(IkeEvent.ChildSaFailed event) {
        update(
                event.session(),
                session -> {
                    if (session.children.contains(event.child())) {
                        session.failedChildren.put(event.child(), event.reason().toString());
                    }
                });
    }

    @Override
    public void childSaClosed(IkeEvent.ChildSaClosed event) {
        update(
                event.session(),
                session -> {
                    boolean known = session.childSas.remove(event.locator()) != null;
                    if (known && !session.childSas.containsValue(event.locator().child())) {
                        session.failure = event.reason().toString();
                    }
                });
    }

    @Override
    public void peerMoved(IkeEvent.PeerMoved event) {}

    @Override
    public void retransmitted(IkeEvent.Retransmitted event) {}

    @Override
    public void messageExchanged(IkeEvent.MessageExchanged event) {}

    @Override
    public void datagramDropped(IkeEvent.DatagramDropped event) {}

    @Override
    public void defectContained(IkeEvent.DefectContained event) {}
}
