package io.edgeipsec.api.resource;

/**
 * What the SAs of a tunnel have carried, and refused, as the kernel counts it for each of them.
 *
 * @param integrityFailures packets that failed the integrity check; the kernel does not tell those
 *     apart that could not be decrypted
 * @param replays packets seen before, or too old for the anti-replay window
 */
public record TunnelTraffic(
        long bytesIn,
        long bytesOut,
        long packetsIn,
        long packetsOut,
        long integrityFailures,
        long replays) {

    public static final TunnelTraffic NONE = new TunnelTraffic(0, 0, 0, 0, 0, 0);

    public TunnelTraffic plus(TunnelTraffic other) {
        return new TunnelTraffic(
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut,
                packetsIn + other.packetsIn,
                packetsOut + other.packetsOut,
                integrityFailures + other.integrityFailures,
                replays + other.replays);
    }

    public TunnelTraffic negated() {
        return new TunnelTraffic(
                -bytesIn, -bytesOut, -packetsIn, -packetsOut, -integrityFailures, -replays);
    }

    public long droppedPacketsIn() {
        return integrityFailures + replays;
    }
}
