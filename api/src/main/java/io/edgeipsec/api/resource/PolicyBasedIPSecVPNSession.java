package io.edgeipsec.api.resource;

import java.util.List;

/** A session that protects the traffic its rules select. */
public record PolicyBasedIPSecVPNSession(
        ResourceHeader header, SessionSettings settings, List<IPSecVPNPolicyRule> policyRules)
        implements IPSecVPNSession {

    public static final String TYPE = "PolicyBasedIPSecVPNSession";

    public PolicyBasedIPSecVPNSession {
        policyRules = List.copyOf(policyRules);
    }

    @Override
    public String resourceType() {
        return TYPE;
    }

    @Override
    public PolicyBasedIPSecVPNSession withStamp(Stamp stamp) {
        return new PolicyBasedIPSecVPNSession(header.withStamp(stamp), settings, policyRules);
    }
}
