package io.edgeipsec.api.resource;

import java.util.List;

/** A session's status with the traffic of each rule or tunnel port. */
public record IPSecVPNSessionStatistics(
        IPSecVPNSessionStatus status, List<IPSecVPNPolicyTrafficStatistics> policies) {

    public IPSecVPNSessionStatistics {
        policies = List.copyOf(policies);
    }
}
