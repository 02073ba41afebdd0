package io.edgeipsec.api.resource;

/**
 * One tunnel: the Child SA of a pair of subnets, with those before it that it has replaced.
 *
 * @param downReason empty while it is up
 */
public record IPSecVPNTunnelTrafficStatistics(
        String localSubnet,
        String peerSubnet,
        IkeSessionState status,
        String downReason,
        TunnelTraffic traffic) {}
