package io.edgeipsec.api.auth;

/**
 * A request as log and audit know it; whatever a request changes is changed in its name.
 *
 * @param operation the operation's id in the API document
 * @param requestId names the request in the log and, for changes, in the answer
 * @param allowOverwrite whether an administrator insists on changing what is protected
 */
public record CallContext(
        Caller caller, String operation, String requestId, boolean allowOverwrite) {

    /** The caller's name, for stamps and the log. */
    public String user() {
        return caller.name();
    }
}
