package io.edgeipsec.xfrm.state;

/**
 * When the kernel reports an SA (soft) and when it removes it (hard); 0 is no limit. Seconds count
 * from installation. The kernel is the backstop: IKE rekeys by its own clock.
 */
public record SaLifetimes(
        long softSeconds,
        long hardSeconds,
        long softOctets,
        long hardOctets,
        long softPackets,
        long hardPackets) {
    public static final SaLifetimes NONE = new SaLifetimes(0, 0, 0, 0, 0, 0);

    /**
     * Sequence numbers are 32 bits and must not repeat (RFC 4303 §3.3.3); without ESN they end
     * here.
     */
    private static final long SEQUENCE_NUMBERS = 0xffff_ffffL;

    private static final long SEQUENCE_NUMBERS_SOFT = SEQUENCE_NUMBERS / 16 * 15;

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
    LifetimeConfig toStruct(boolean esn) {
        long softP = softPackets;
        long hardP = hardPackets;
        if (!esn) {
            hardP = hardP == 0 ? SEQUENCE_NUMBERS : Math.min(hardP, SEQUENCE_NUMBERS);
            softP = softP == 0 ? Math.min(SEQUENCE_NUMBERS_SOFT, hardP) : Math.min(softP, hardP);
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

    private static long limit(long value) {
        return value == 0 ? LifetimeConfig.UNLIMITED : value;
    }
}
