package io.edgeipsec.api.resource;

import java.time.Duration;
import java.util.List;

/**
 * What we offer and accept for Child SAs: always ESP in tunnel mode. The groups count only with
 * perfect forward secrecy.
 */
public record IPSecVPNTunnelProfile(
        ResourceHeader header,
        List<EncryptionAlgorithm> encryptionAlgorithms,
        List<DigestAlgorithm> digestAlgorithms,
        boolean enablePerfectForwardSecrecy,
        List<DhGroup> dhGroups,
        DfPolicy dfPolicy,
        Duration saLifeTime)
        implements IPSecVPNProfile {

    public static final String TYPE = "IPSecVPNTunnelProfile";

    public IPSecVPNTunnelProfile {
        encryptionAlgorithms = List.copyOf(encryptionAlgorithms);
        digestAlgorithms = List.copyOf(digestAlgorithms);
        dhGroups = List.copyOf(dhGroups);
    }

    @Override
    public ResourceKind<IPSecVPNTunnelProfile> kind() {
        return ResourceKind.TUNNEL_PROFILE;
    }

    @Override
    public String resourceType() {
        return TYPE;
    }

    @Override
    public IPSecVPNTunnelProfile withStamp(Stamp stamp) {
        return new IPSecVPNTunnelProfile(
                header.withStamp(stamp),
                encryptionAlgorithms,
                digestAlgorithms,
                enablePerfectForwardSecrecy,
                dhGroups,
                dfPolicy,
                saLifeTime);
    }
}
