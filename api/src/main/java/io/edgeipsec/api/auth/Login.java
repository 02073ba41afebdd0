package io.edgeipsec.api.auth;

import org.jspecify.annotations.Nullable;

/**
 * An account as far as authentication goes.
 *
 * @param passwordHash null if there is no password
 */
public record Login(String name, Role role, @Nullable String passwordHash) {
    @Override
    public String toString() {
        return "Login[" + name + "]";
    }
}
