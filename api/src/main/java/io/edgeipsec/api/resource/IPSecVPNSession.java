package io.edgeipsec.api.resource;

/**
 * A VPN session with one peer, in the form of the Autonomous Edge API: the local endpoint is
 * embedded, and peer and profiles stand on the session itself. The pre-shared key is never part of
 * it; it travels as {@link io.edgeipsec.api.port.PresharedKey} beside it.
 */
public sealed interface IPSecVPNSession extends ManagedResource
        permits PolicyBasedIPSecVPNSession, RouteBasedIPSecVPNSession {

    SessionSettings settings();

    @Override
    IPSecVPNSession withStamp(Stamp stamp);

    @Override
    default ResourceKind<IPSecVPNSession> kind() {
        return ResourceKind.SESSION;
    }
}
