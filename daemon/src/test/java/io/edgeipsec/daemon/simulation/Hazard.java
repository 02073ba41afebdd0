package io.edgeipsec.daemon.simulation;

/** What a world may be troubled by. A seed switches on a part of them. */
enum Hazard {
    // The network.
    LOSS,
    DUPLICATION,
    REORDERING,
    CORRUPTION,
    /** What was said before is said again, to the one it was meant for. */
    REPLAY,
    /** What was said comes back to its sender, or to somebody else. */
    REFLECTION,
    SLOW_NETWORK,
    PARTITION,
    /** One direction is cut. */
    ONE_WAY,
    NAT,
    /** The NAT forgets its mappings, and makes others. */
    NAT_REBINDING,
    SMALL_FRAGMENTS,

    // The kernel.
    SLOW_KERNEL,
    KERNEL_REFUSALS,
    LOST_EVENTS,
    /** Both kernels want an SA replaced at nearly the same time, as after equal traffic. */
    SOFT_LIMITS,
    /** Others delete our SAs and policies. */
    FOREIGN_CHANGES,
    /** An address of ours goes and comes back. */
    ADDRESS_LOSS,

    // The process and its machine.
    CRASH,
    STOP,
    /** The process stands still, the kernel does not. */
    STALL,
    /** The wall clock, by which the kernel ends SAs, steps. */
    CLOCK_STEP,
    SLOW_CRYPTOGRAPHY,
    SLOW_STORE,

    // The operator.
    CHANGES,
    DISABLING,
    DELETION,
    /** The two ends are configured so that they cannot agree, for a while. */
    MISMATCH,

    // How things are set up.
    SHORT_LIVES,
    /** IKE SAs and Child SAs are rekeyed at the same moment. */
    EQUAL_LIVES,
    MANY_PAIRS,
    /** Two sessions between the same two addresses. */
    TWO_SESSIONS,
    THREE_GATEWAYS,
    ADDITIONAL_KEY_EXCHANGE,
    POST_QUANTUM_KEY,
    DPD_ON_DEMAND,
    NO_PFS
}
