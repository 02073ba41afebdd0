package io.edgeipsec.ike.model;

/**
 * Why something is down, for the operator: what failed, what was seen and expected, what to do.
 *
 * @param detail one or two sentences without secrets
 */
public record FailReason(Kind kind, String detail) {
    public enum Kind {
        PEER_NEVER_ANSWERED("Peer not responding"),
        PEER_STOPPED_ANSWERING("Peer not responding"),
        NO_PROPOSAL_CHOSEN("No proposal chosen"),
        AUTHENTICATION_FAILED("Authentication failed"),
        TS_UNACCEPTABLE("TS unacceptable"),
        VERSION_UNSUPPORTED("IKE version unsupported"),
        DELETED_BY_PEER("Peer sent delete"),
        LOCAL_ADDRESS_MISSING("Local address missing"),
        SERVICE_STOPPED("VPN service disabled"),
        KERNEL_REFUSED("Configuration failed"),
        PEER_REFUSED("Peer refused"),
        INVALID_MESSAGE("Invalid syntax"),
        EXPIRED("Timed out"),
        REPLACED("Replaced"),
        CONFIGURATION("Configuration changed"),
        INTERNAL_ERROR("Internal error");

        private final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    @Override
    public String toString() {
        return detail.isEmpty() ? kind.title : kind.title + ": " + detail;
    }
}
