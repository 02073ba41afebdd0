package io.edgeipsec.api.resource;

import java.time.Duration;
import java.util.List;

/**
 * What we offer and accept for the IKE SA. An empty digest list goes with AEAD ciphers only, and
 * leaves the PRF to us.
 */
public record IPSecVPNIKEProfile(
        ResourceHeader header,
        IkeVersion ikeVersion,
        List<EncryptionAlgorithm> encryptionAlgorithms,
        List<DigestAlgorithm> digestAlgorithms,
        List<DhGroup> dhGroups,
        Duration saLifeTime)
        implements IPSecVPNProfile {

    public static final String TYPE = "IPSecVPNIKEProfile";

    public IPSecVPNIKEProfile {
        encryptionAlgorithms = List.copyOf(encryptionAlgorithms);
        digestAlgorithms = List.copyOf(digestAlgorithms);
        dhGroups = List.copyOf(dhGroups);
    }

    @Override
    public ResourceKind<IPSecVPNIKEProfile> kind() {
        return ResourceKind.IKE_PROFILE;
    }

    @Override
    public String resourceType() {
        return TYPE;
    }

    @Override
    public IPSecVPNIKEProfile withStamp(Stamp stamp) {
        return new IPSecVPNIKEProfile(
                header.withStamp(stamp),
                ikeVersion,
                encryptionAlgorithms,
                digestAlgorithms,
                dhGroups,
                saLifeTime);
    }
}
