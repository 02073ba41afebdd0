package io.edgeipsec.api.resource;

/** Traffic of a session since its tunnels came up, or its counters were reset. */
public record IPSecVPNTrafficCounters(
        long bytesIn,
        long bytesOut,
        long packetsIn,
        long packetsOut,
        long droppedPacketsIn,
        long droppedPacketsOut) {

    /** For what SAs do not send the kernel has no counter of an SA's own. */
    public static IPSecVPNTrafficCounters of(TunnelTraffic traffic) {
        return new IPSecVPNTrafficCounters(
                traffic.bytesIn(),
                traffic.bytesOut(),
                traffic.packetsIn(),
                traffic.packetsOut(),
                traffic.droppedPacketsIn(),
                0);
    }
}
