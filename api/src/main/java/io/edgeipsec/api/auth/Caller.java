package io.edgeipsec.api.auth;

/**
 * Who asks, once that is known.
 *
 * @param name of the user or principal; never empty
 * @param origin where from, in words for log and audit, such as an address
 */
public record Caller(String name, Role role, Authentication authentication, String origin) {

    /** Whether the caller is a principal: what principals create is protected from others. */
    public boolean isPrincipal() {
        return authentication == Authentication.CERTIFICATE;
    }
}
