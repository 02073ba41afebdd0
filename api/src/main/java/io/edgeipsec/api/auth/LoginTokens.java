package io.edgeipsec.api.auth;

/** What a login is known by: the cookie's token and the one that goes in a header. */
public record LoginTokens(String session, String xsrf) {
    @Override
    public String toString() {
        return "LoginTokens[redacted]";
    }
}
