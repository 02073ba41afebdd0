package io.edgeipsec.api.contract;

import io.edgeipsec.api.auth.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the document; schemas are named by their pointers in it.
 *
 * @param path its template, such as {@code /vpn/ipsec/sessions/{id}}
 * @param pathParameters schemas by name
 * @param queryParameters schemas by name
 * @param requiredQueryParameters the names of those that must be sent
 * @param headerParameters schemas by name
 * @param body schema of the request body, null if it takes none
 * @param bodyType the body's media type
 * @param requiredRole who may call it; empty for anybody at all
 * @param audited whether a call that succeeds is an act of its own in the audit record
 */
public record ApiOperation(
        String id,
        String method,
        String path,
        Map<String, String> pathParameters,
        Map<String, String> queryParameters,
        Set<String> requiredQueryParameters,
        Map<String, String> headerParameters,
        @Nullable String body,
        String bodyType,
        Optional<Role> requiredRole,
        boolean audited) {

    /** The segments of the path; those in braces are parameters. */
    public List<String> segments() {
        return List.of(path.substring(1).split("/", -1));
    }
}
