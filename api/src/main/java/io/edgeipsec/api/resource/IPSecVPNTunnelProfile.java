package io.edgeipsec.api.resource;

import java.time.Duration;
import java.util.List;

/**
 * What we offer and accept for Child SAs: always ESP in tunnel mode. The groups count only with
 * perfect forward secrecy.
 *
 * @param extendedSequenceNumbers whether ESN (RFC 4303 §2.2.1) is offered and preferred; without,
 *     it is refused
 * @param antiReplayWindow packets by which one may be late (RFC 4303 §3.4.3), 0 to 4096; 0 turns
 *     the check off, which ESN does not allow
 * @param additionalKeyExchanges one of which is done beside that of the group; empty for none
 */
public record IPSecVPNTunnelProfile(
        ResourceHeader header,
        List<EncryptionAlgorithm> encryptionAlgorithms,
        List<DigestAlgorithm> digestAlgorithms,
        boolean enablePerfectForwardSecrecy,
        List<DhGroup> dhGroups,
        DfPolicy dfPolicy,
        Duration saLifeTime,
        boolean extendedSequenceNumbers,
        int antiReplayWindow,
        List<AdditionalKeyExchange> additionalKeyExchanges)
        implements IPSecVPNProfile {

    public static final String TYPE = "IPSecVPNTunnelProfile";

    /** Enough for 100 Mbit/s of full packets that are late by more than 100 ms. */
    public static final int DEFAULT_ANTI_REPLAY_WINDOW = 1024;

    public IPSecVPNTunnelProfile {
        encryptionAlgorithms = List.copyOf(encryptionAlgorithms);
        digestAlgorithms = List.copyOf(digestAlgorithms);
        dhGroups = List.copyOf(dhGroups);
        additionalKeyExchanges = List.copyOf(additionalKeyExchanges);
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
                saLifeTime,
                extendedSequenceNumbers,
                antiReplayWindow,
                additionalKeyExchanges);
    }
}
