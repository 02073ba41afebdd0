package io.edgeipsec.api.resource;

/**
 * Whether a session is in force as it is stored.
 *
 * @param failureMessage empty where there is nothing to say
 */
public record IPSecVPNSessionState(State state, String failureMessage) {

    /** The words of the contract that we use. */
    public enum State {
        PENDING("pending"),
        IN_PROGRESS("in_progress"),
        IN_SYNC("in_sync"),
        SUCCESS("success"),
        ERROR("error"),
        UNKNOWN("unknown");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** As it stands in an answer. */
        public String word() {
            return word;
        }
    }
}
