package io.edgeipsec.ike.engine;

/**
 * What strangers can make one engine hold or send.
 *
 * @param cookieThreshold half-open IKE SAs from which on a peer has to prove its address (RFC 7296
 *     §2.6); low, since honest peers lose one round trip only
 * @param halfOpen IKE SAs of strangers at most, which wait for IKE_AUTH or have been refused; each
 *     holds some 4 KiB for 30 s, and at most 16 KiB of a fragmented request
 * @param halfOpenPerSource of one IPv4 address or IPv6 /64: a NAT with many peers behind it
 *     restarts at once
 * @param answersPerSecond errors to strangers that are worth an answer (INVALID_IKE_SPI and such)
 * @param rejectionsPerSecond peers that were not let in, of which log and status hear
 */
public record EngineLimits(
        int cookieThreshold,
        int halfOpen,
        int halfOpenPerSource,
        int answersPerSecond,
        int rejectionsPerSecond) {
    public static EngineLimits defaults() {
        return new EngineLimits(64, 2_000, 200, 50, 5);
    }
}
