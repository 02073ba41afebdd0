package io.edgeipsec.xfrm.state;

import java.util.Objects;

/**
 * The rest of an SA.
 *
 * @param replayWindowPackets anti-replay window, 0 to 4096; 0 turns the check off, except with ESN,
 *     which cannot do without. Only an inbound SA has one
 * @param esn extended sequence numbers (RFC 4304)
 * @param acquireSequence that of the ACQUIRE which this SA answers, so that the kernel ends its
 *     wait; else 0
 * @param outputMark mark that the encapsulated packet gets for its own routing; 0 for none
 */
public record SaOptions(
        int replayWindowPackets,
        boolean esn,
        SaLifetimes lifetimes,
        DfPolicy dfPolicy,
        int acquireSequence,
        int outputMark) {
    public static final SaOptions DEFAULT =
            new SaOptions(64, false, SaLifetimes.NONE, DfPolicy.COPY, 0, 0);

    public SaOptions {
        Objects.requireNonNull(lifetimes);
        Objects.requireNonNull(dfPolicy);
        if (replayWindowPackets < 0 || replayWindowPackets > ReplayStateEsn.MAX_WINDOW) {
            throw new IllegalArgumentException(
                    "replay window "
                            + replayWindowPackets
                            + " is not 0.."
                            + ReplayStateEsn.MAX_WINDOW);
        }
        if (esn && replayWindowPackets == 0) {
            throw new IllegalArgumentException("ESN needs a replay window");
        }
    }
}
