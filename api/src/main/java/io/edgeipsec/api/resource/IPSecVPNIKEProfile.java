package io.edgeipsec.api.resource;

import java.time.Duration;
import java.util.List;

/**
 * What we offer and accept for the IKE SA. An empty digest list goes with AEAD ciphers only, and
 * leaves the PRF to us.
 *
 * @param additionalKeyExchanges one of which is done beside that of the group; empty for none
 */
public record IPSecVPNIKEProfile(
        ResourceHeader header,
        IkeVersion ikeVersion,
        List<EncryptionAlgorithm> encryptionAlgorithms,
        List<DigestAlgorithm> digestAlgorithms,
        List<DhGroup> dhGroups,
        Duration saLifeTime,
        List<AdditionalKeyExchange> additionalKeyExchanges)
        implements IPSecVPNProfile {

    public static final String TYPE = "IPSecVPNIKEProfile";

    public IPSecVPNIKEProfile {
        encryptionAlgorithms = List.copyOf(encryptionAlgorithms);
        digestAlgorithms = List.copyOf(digestAlgorithms);
        dhGroups = List.copyOf(dhGroups);
        additionalKeyExchanges = List.copyOf(additionalKeyExchanges);
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
                saLifeTime,
                additionalKeyExchanges);
    }
}
