package io.edgeipsec.api.port;

import io.edgeipsec.api.auth.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user who may log in.
 *
 * @param number the contract's numeric {@code userid}
 * @param passwordChanged null while there is no password, so that nobody can log in
 */
public record User(
        long number,
        String name,
        @Nullable String fullName,
        Role role,
        @Nullable Instant passwordChanged) {}
