package io.edgeipsec.api.auth;

/**
 * Is told who is not let through any more as they were, so that answers without an end can be ended
 * too. Any thread.
 */
public interface Logouts {

    /** Ends nothing. */
    Logouts NONE =
            new Logouts() {
                @Override
                public void loginEnded(String sessionToken) {}

                @Override
                public void callerChanged(String name) {}
            };

    /** A login is over. */
    void loginEnded(String sessionToken);

    /** A user or principal has another role or password, or is gone. */
    void callerChanged(String name);
}
