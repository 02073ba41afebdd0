package io.edgeipsec.api.auth;

import java.time.Duration;

/**
 * How callers over HTTPS are treated. The names and defaults of the first three are NSX's.
 *
 * @param maxFailures failed logins of a user from a source that lock the two out
 * @param failureReset after which failures are forgotten
 * @param lockout how long
 * @param sessionIdle a login ends when it was not used for so long
 * @param sessionLifetime a login ends after so long in any case
 * @param basic whether user and password may come with each request
 * @param sessions whether there are logins with a cookie
 * @param requestsPerSecond of one client; 0 for no limit
 * @param concurrentRequests of one client; 0 for no limit
 */
public record AuthSettings(
        int maxFailures,
        Duration failureReset,
        Duration lockout,
        Duration sessionIdle,
        Duration sessionLifetime,
        boolean basic,
        boolean sessions,
        int requestsPerSecond,
        int concurrentRequests) {

    public static final AuthSettings DEFAULTS =
            new AuthSettings(
                    5,
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(30),
                    Duration.ofHours(12),
                    true,
                    true,
                    100,
                    40);
}
