package io.edgeipsec.api.auth;

/**
 * A request as log and audit know it; whatever a request changes is changed in its name.
 *
 * @param operation the operation's id in the API document
 * @param requestId names the request in the log and, for changes, in the answer
 * @param allowOverwrite whether an administrator insists on changing what is protected
 * @param notifyMpa whether the caller wants the management plane to be told of the change
 */
public record CallContext(
        Caller caller,
        String operation,
        String requestId,
        boolean allowOverwrite,
        boolean notifyMpa) {

    /** The same with another wish for a notification. */
    public CallContext withNotifyMpa(boolean wanted) {
        return new CallContext(caller, operation, requestId, allowOverwrite, wanted);
    }

    /** The caller's name, for stamps and the log. */
    public String user() {
        return caller.name();
    }
}
