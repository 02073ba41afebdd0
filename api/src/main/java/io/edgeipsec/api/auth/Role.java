package io.edgeipsec.api.auth;

/** What a caller may do; each role includes those before it. */
public enum Role {
    /** Reads everything but secrets. */
    AUDITOR,
    /** Also changes sessions and profiles, and acts on sessions. */
    OPERATOR,
    /** Everything. */
    ADMIN;

    /** Whether who has this role may do what another one is required for. */
    public boolean includes(Role required) {
        return compareTo(required) >= 0;
    }
}
