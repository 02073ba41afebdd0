package io.edgeipsec.xfrm.state;

/**
 * When the kernel reports an SA (soft) and when it removes it (hard); 0 is no limit. Seconds count
 * from installation. The kernel is the backstop: IKE rekeys by its own clock.
 *
 * <p>Packets are the kernel's alone to count. Sequence numbers of 32 bits must not repeat (RFC 4303
 * §3.3.3), so an SA without ESN always has packet limits: hard at the last number, soft so far
 * before that ten million packets a second leave 25 seconds for a rekey.
 *
 * <p>The soft limit is spread, so that SAs that began together, or the two of a pair under the same
 * load, do not meet: by the SPI, which is random already. Whoever sends comes first and whoever
 * receives a little later, in case the sender does not care. An SA that is moved skips 2^20 numbers
 * that the packet counter does not see ({@link StoredSa#SEQUENCE_MARGIN}); there is room for 256
 * moves behind the soft limit.
 */
public record SaLifetimes(
        long softSeconds,
        long hardSeconds,
        long softOctets,
        long hardOctets,
        long softPackets,
        long hardPackets) {
    public static final SaLifetimes NONE = new SaLifetimes(0, 0, 0, 0, 0, 0);

    private static final long SEQUENCE_NUMBERS = 0xffff_ffffL;

    /** Soft limits of outbound SAs lie in the fifteenth sixteenth, inbound ones in what follows. */
    private static final long SOFT_SPAN = SEQUENCE_NUMBERS / 16;

    private static final long OUTBOUND_SOFT = 14 * SOFT_SPAN;
    private static final long INBOUND_SOFT = 15 * SOFT_SPAN;

    /** Spreads neighbouring numbers over all 32 bits: 2^32 over the golden ratio. */
    private static final int GOLDEN = 0x9e37_79b9;

    public SaLifetimes {
        check("seconds", softSeconds, hardSeconds);
        check("octets", softOctets, hardOctets);
        check("packets", softPackets, hardPackets);
    }

    private static void check(String unit, long soft, long hard) {
        if (soft < 0 || hard < 0 || (hard != 0 && soft > hard)) {
            throw new IllegalArgumentException(
                    "lifetime in " + unit + ": soft " + soft + " and hard " + hard);
        }
    }

    public static SaLifetimes ofSeconds(long soft, long hard) {
        return new SaLifetimes(soft, hard, 0, 0, 0, 0);
    }

    /** With the packet limits that 32-bit sequence numbers impose, where none stricter are set. */
    LifetimeConfig toStruct(boolean esn, SaDirection direction, int spi) {
        long softP = softPackets;
        long hardP = hardPackets;
        if (!esn) {
            hardP = hardP == 0 ? SEQUENCE_NUMBERS : Math.min(hardP, SEQUENCE_NUMBERS);
            softP = Math.min(softP == 0 ? softPackets(direction, spi) : softP, hardP);
        }
        return new LifetimeConfig(
                limit(softOctets),
                limit(hardOctets),
                limit(softP),
                limit(hardP),
                softSeconds,
                hardSeconds,
                0,
                0);
    }

    private static long softPackets(SaDirection direction, int spi) {
        long spread = (SOFT_SPAN * Integer.toUnsignedLong(spi * GOLDEN)) >>> 32;
        // Half a span ends the inbound limits well before the last number.
        return direction == SaDirection.OUT ? OUTBOUND_SOFT + spread : INBOUND_SOFT + spread / 2;
    }

    private static long limit(long value) {
        return value == 0 ? LifetimeConfig.UNLIMITED : value;
    }
}
