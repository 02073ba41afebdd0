package io.edgeipsec.daemon.control;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.xfrm.link.TunnelKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which kind of interface each route-based session has. A VTI finds its tunnel by the outer
 * addresses alone and so takes all ESP between them, another session's too: it serves only where no
 * other session has the same addresses. A kind that is in use is kept where it serves: changing it
 * would interrupt the tunnel. Any thread.
 */
public final class TunnelKinds implements SessionRule {
    private final Config.TunnelInterface mode;
    private final Map<String, TunnelKind> inUse = new ConcurrentHashMap<>();
    private volatile boolean hasVti = true;

    public TunnelKinds(Config.TunnelInterface mode) {
        this.mode = mode;
    }

    /** This kernel has no VTI: AUTO takes XFRM interfaces. */
    public void withoutVti() {
        hasVti = false;
    }

    /**
     * The kind for a session, from now on in use.
     *
     * @param present the kind of its interface in the kernel, if there is one
     * @param alone whether no other session has its outer addresses
     */
    public TunnelKind choose(String session, Optional<TunnelKind> present, boolean alone) {
        TunnelKind kind =
                switch (mode) {
                    case VTI -> TunnelKind.VTI;
                    case XFRM -> TunnelKind.XFRM_INTERFACE;
                    case AUTO ->
                            present.filter(kept -> alone || kept != TunnelKind.VTI)
                                    .orElse(
                                            alone && hasVti
                                                    ? TunnelKind.VTI
                                                    : TunnelKind.XFRM_INTERFACE);
                };
        inUse.put(session, kind);
        return kind;
    }

    public void forget(String session) {
        inUse.remove(session);
    }

    @Override
    public List<FieldError> check(IPSecVPNSession candidate, Others others) {
        SessionSettings settings = candidate.settings();
        List<IPSecVPNSession> neighbours =
                others.onAddressPair(
                        settings.localEndpoint().localAddress(), settings.peerAddress());
        if (neighbours.isEmpty() || mode == Config.TunnelInterface.XFRM) {
            return List.of();
        }
        boolean needsVti =
                mode == Config.TunnelInterface.VTI
                        && candidate instanceof RouteBasedIPSecVPNSession;
        Optional<IPSecVPNSession> conflict =
                needsVti
                        ? Optional.of(neighbours.get(0))
                        : neighbours.stream().filter(this::hasVti).findFirst();
        return conflict.map(other -> List.of(error(candidate, other))).orElse(List.of());
    }

    /** One that is not taken up yet was stored when it was alone, or it would have been refused. */
    private boolean hasVti(IPSecVPNSession session) {
        return session instanceof RouteBasedIPSecVPNSession
                && inUse.getOrDefault(
                                session.id(), hasVti ? TunnelKind.VTI : TunnelKind.XFRM_INTERFACE)
                        == TunnelKind.VTI;
    }

    private static FieldError error(IPSecVPNSession candidate, IPSecVPNSession other) {
        SessionSettings settings = candidate.settings();
        return new FieldError(
                "/local_endpoint/local_address",
                settings.localEndpoint().localAddress()
                        + " with peer_address "
                        + settings.peerAddress()
                        + ", as session "
                        + other.id()
                        + " ("
                        + other.header().displayName()
                        + ") has, and a VTI takes all ESP between two addresses",
                "another local_address, or tunnel_interface: xfrm in the daemon's configuration");
    }
}
