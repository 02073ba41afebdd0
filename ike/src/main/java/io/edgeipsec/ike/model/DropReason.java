package io.edgeipsec.ike.model;

/** Why a datagram led to nothing; each is counted. */
public enum DropReason {
    /** Shorter than an IKE header, or longer or shorter than its length field says. */
    LENGTH,
    /** An initiator SPI of zero. */
    ZERO_SPI,
    /** IKEv1, or a response of a version that we do not speak. */
    VERSION,
    /** No IKE SA of ours has these SPIs. */
    UNKNOWN_SPI,
    /** Flags or message id that the exchange does not allow. */
    FLAGS,
    /** A payload chain that does not parse, outside SK. */
    MALFORMED,
    /** No SK or SKF payload where one is required, or its ICV is wrong. */
    NOT_AUTHENTIC,
    /** A message id outside the window, or a response that nothing waits for. */
    OUTSIDE_WINDOW,
    /** A retransmission of a request that we are still working on. */
    IN_PROGRESS,
    /** A fragment that its peer may not send, whose number is impossible, or that is outdated. */
    FRAGMENT,
    /** A fragment that is there already. */
    DUPLICATE_FRAGMENT,
    /** More fragments, or more octets in them, than we reassemble. */
    FRAGMENT_LIMIT,
    /** An exchange that this IKE SA's state does not allow. */
    OUT_OF_STATE,
    /** A first message between addresses that no session is configured for. */
    NO_SESSION,
    /** Too many half-open IKE SAs. */
    HALF_OPEN_LIMIT,
    /** A first message without the cookie that it was then asked for. */
    COOKIE,
    /** Too many answers to strangers within a second, or to one first message. */
    ANSWER_LIMIT,
    /** More came than an event loop can work off. */
    BACKLOG
}
