package io.edgeipsec.api.auth;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request over HTTPS claims of its caller, unverified.
 *
 * @param password user and password, if they came with the request
 * @param sessionToken of the cookie
 * @param certificates the client's, its own first; empty if it sent none
 * @param source the caller's address
 */
public record Claims(
        Optional<Password> password,
        @Nullable String sessionToken,
        @Nullable String xsrfToken,
        List<X509Certificate> certificates,
        Source source) {

    public Claims {
        certificates = List.copyOf(certificates);
    }

    /** A user's name and password; the octets are zeroed by whoever verifies them. */
    @SuppressWarnings("ArrayRecordComponent") // A secret that is to be zeroed.
    public record Password(String user, byte[] octets) {
        @Override
        public String toString() {
            return "Password[" + user + "]";
        }
    }

    @Override
    public String toString() {
        return "Claims[" + source + "]";
    }
}
