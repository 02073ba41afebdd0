package io.edgeipsec.api.resource;

import org.jspecify.annotations.Nullable;

/**
 * What both session types have in common. All ids of profiles are set: the system's own where the
 * caller named none.
 *
 * @param ppk goes into the keys beside what the key exchange gives; null without
 */
public record SessionSettings(
        boolean enabled,
        AuthenticationMode authenticationMode,
        ConnectionInitiationMode connectionInitiationMode,
        IPSecVPNLocalEndpoint localEndpoint,
        Ipv4Address peerAddress,
        String peerId,
        String ikeProfileId,
        String ipsecTunnelProfileId,
        String dpdProfileId,
        TcpMssClamping tcpMssClamping,
        @Nullable PostQuantumPresharedKey ppk) {

    /** Without a post-quantum pre-shared key. */
    public SessionSettings(
            boolean enabled,
            AuthenticationMode authenticationMode,
            ConnectionInitiationMode connectionInitiationMode,
            IPSecVPNLocalEndpoint localEndpoint,
            Ipv4Address peerAddress,
            String peerId,
            String ikeProfileId,
            String ipsecTunnelProfileId,
            String dpdProfileId,
            TcpMssClamping tcpMssClamping) {
        this(
                enabled,
                authenticationMode,
                connectionInitiationMode,
                localEndpoint,
                peerAddress,
                peerId,
                ikeProfileId,
                ipsecTunnelProfileId,
                dpdProfileId,
                tcpMssClamping,
                null);
    }
}
