package io.edgeipsec.api.resource;

/** Traffic of a session since its tunnels came up. */
public record IPSecVPNTrafficCounters(
        long bytesIn,
        long bytesOut,
        long packetsIn,
        long packetsOut,
        long droppedPacketsIn,
        long droppedPacketsOut) {

    public static final IPSecVPNTrafficCounters ZERO =
            new IPSecVPNTrafficCounters(0, 0, 0, 0, 0, 0);
}
