package io.edgeipsec.api.resource;

import io.edgeipsec.api.auth.Caller;
import io.edgeipsec.api.auth.Role;

/**
 * Whether someone may change an object (NSX {@code _protection}). What a principal created is for
 * that principal; administrators may insist.
 */
public enum Protection {
    PROTECTED,
    REQUIRE_OVERRIDE,
    NOT_PROTECTED;

    /** What a caller is told, and held to. */
    public static Protection of(ResourceHeader header, Caller caller) {
        if (header.systemOwned()) {
            return PROTECTED;
        }
        Stamp stamp = header.stamp();
        boolean own = caller.isPrincipal() && caller.name().equals(stamp.createUser());
        if (!stamp.ofPrincipal() || own) {
            return NOT_PROTECTED;
        }
        return caller.role() == Role.ADMIN ? REQUIRE_OVERRIDE : PROTECTED;
    }
}
