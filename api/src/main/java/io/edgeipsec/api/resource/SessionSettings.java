package io.edgeipsec.api.resource;

/**
 * What both session types have in common. All ids of profiles are set: the system's own where the
 * caller named none.
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
        TcpMssClamping tcpMssClamping) {}
