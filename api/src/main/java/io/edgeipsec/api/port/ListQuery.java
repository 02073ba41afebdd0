package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import java.util.Optional;

/**
 * Which part of a collection is wanted.
 *
 * @param resourceType only resources of this concrete type
 * @param after only resources with an id after this one
 * @param limit how many at most; 0 asks for the total alone
 */
public record ListQuery<R extends ManagedResource>(
        ResourceKind<R> kind, Optional<String> resourceType, Optional<String> after, int limit) {

    /** The contract's largest page. */
    public static final int MAX_LIMIT = 1000;

    public ListQuery {
        if (limit < 0 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit " + limit);
        }
    }
}
