package io.edgeipsec.api.auth;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Who is logged in. In memory only, so that a restart ends all logins; and only hashes of the
 * tokens, so that a look into the memory gives none away. Any thread.
 */
final class LoginSessions {

    private static final int TOKEN_OCTETS = 32;

    /** Some 300 octets each. */
    private static final int MAX_SESSIONS = 1024;

    /** A client that logs in anew for each request ends its own logins, not those of others. */
    private static final int MAX_SESSIONS_OF_USER = 64;

    private final long idleNanos;
    private final long lifetimeNanos;
    private final LongSupplier nanoClock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> sessions = new HashMap<>();

    private static final class Session {
        private final String user;
        private final byte[] xsrfHash;
        private final long begun;
        private long used;

        Session(String user, byte[] xsrfHash, long now) {
            this.user = user;
            this.xsrfHash = xsrfHash;
            this.begun = now;
            this.used = now;
        }
    }

    LoginSessions(AuthSettings settings, LongSupplier nanoClock) {
        this.idleNanos = settings.sessionIdle().toNanos();
        this.lifetimeNanos = settings.sessionLifetime().toNanos();
        this.nanoClock = nanoClock;
    }

    synchronized LoginTokens open(String user) {
        removeOver();
        if (sessions.values().stream().filter(each -> each.user.equals(user)).count()
                >= MAX_SESSIONS_OF_USER) {
            sessions.entrySet().stream()
                    .filter(each -> each.getValue().user.equals(user))
                    .min((a, b) -> Long.compare(a.getValue().used, b.getValue().used))
                    .map(Map.Entry::getKey)
                    .ifPresent(sessions::remove);
        }
        if (sessions.size() >= MAX_SESSIONS) {
            throw new ApiException(
                    ErrorCode.BUSY,
                    MAX_SESSIONS + " logins are open, which is the limit; end some, or try later",
                    Map.of("Retry-After", "60"));
        }
        LoginTokens tokens = new LoginTokens(token(), token());
        sessions.put(
                key(tokens.session()),
                new Session(user, hash(tokens.xsrf()), nanoClock.getAsLong()));
        return tokens;
    }

    /** Whose login it is, if both tokens are right and it is not over. */
    synchronized Optional<String> userOf(String sessionToken, String xsrfToken) {
        Session session = sessions.get(key(sessionToken));
        if (session == null || !MessageDigest.isEqual(session.xsrfHash, hash(xsrfToken))) {
            return Optional.empty();
        }
        if (isOver(session)) {
            sessions.remove(key(sessionToken));
            return Optional.empty();
        }
        session.used = nanoClock.getAsLong();
        return Optional.of(session.user);
    }

    synchronized void close(String sessionToken) {
        sessions.remove(key(sessionToken));
    }

    /** Ends every login of a user whose password or role has changed. */
    synchronized void closeAllOf(String user) {
        sessions.values().removeIf(session -> session.user.equals(user));
    }

    private void removeOver() {
        sessions.values().removeIf(this::isOver);
    }

    private boolean isOver(Session session) {
        long now = nanoClock.getAsLong();
        return now - session.used > idleNanos || now - session.begun > lifetimeNanos;
    }

    private String token() {
        byte[] octets = new byte[TOKEN_OCTETS];
        random.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    private static String key(String token) {
        return Base64.getEncoder().encodeToString(hash(token));
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }
}
