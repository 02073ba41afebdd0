package io.edgeipsec.api.resource;

import java.time.Duration;

/** When a silent peer is probed, and after how many unanswered probes it is given up. */
public record IPSecVPNDPDProfile(
        ResourceHeader header,
        boolean enabled,
        DpdProbeMode dpdProbeMode,
        Duration dpdProbeInterval,
        int retryCount)
        implements IPSecVPNProfile {

    public static final String TYPE = "IPSecVPNDPDProfile";

    @Override
    public ResourceKind<IPSecVPNDPDProfile> kind() {
        return ResourceKind.DPD_PROFILE;
    }

    @Override
    public String resourceType() {
        return TYPE;
    }

    @Override
    public IPSecVPNDPDProfile withStamp(Stamp stamp) {
        return new IPSecVPNDPDProfile(
                header.withStamp(stamp), enabled, dpdProbeMode, dpdProbeInterval, retryCount);
    }
}
