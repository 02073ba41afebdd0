package io.edgeipsec.api.resource;

import java.util.List;

/**
 * The tunnels of one rule of a policy-based session, or of the tunnel port of a route-based one.
 *
 * @param id of the rule or port
 */
public record IPSecVPNPolicyTrafficStatistics(
        String id, boolean tunnelPort, List<IPSecVPNTunnelTrafficStatistics> tunnels) {

    public IPSecVPNPolicyTrafficStatistics {
        tunnels = List.copyOf(tunnels);
    }
}
