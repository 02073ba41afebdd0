package io.edgeipsec.api.resource;

import org.jspecify.annotations.Nullable;

/**
 * A session with a tunnel interface; what is routed into it is protected. The contract's list of
 * tunnel ports has exactly one element, and so this has one port.
 */
public record RouteBasedIPSecVPNSession(
        ResourceHeader header,
        SessionSettings settings,
        TunnelPort tunnelPort,
        @Nullable String multiPathGroupId)
        implements IPSecVPNSession {

    public static final String TYPE = "RouteBasedIPSecVPNSession";

    @Override
    public String resourceType() {
        return TYPE;
    }

    @Override
    public RouteBasedIPSecVPNSession withStamp(Stamp stamp) {
        return new RouteBasedIPSecVPNSession(
                header.withStamp(stamp), settings, tunnelPort, multiPathGroupId);
    }
}
