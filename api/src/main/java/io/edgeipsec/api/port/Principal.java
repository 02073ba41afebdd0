package io.edgeipsec.api.port;

import io.edgeipsec.api.auth.Role;
import java.time.Instant;

/**
 * Someone whom a client certificate stands for.
 *
 * @param certificateSha256 of the whole certificate, in lower-case hexadecimal digits
 * @param certificateSubject for people
 */
public record Principal(
        String id,
        String name,
        Role role,
        String certificateSha256,
        String certificateSubject,
        Instant certificateNotAfter) {}
