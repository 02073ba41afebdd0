package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.ManagedResource;
import java.util.List;
import java.util.Optional;

/**
 * A part of a collection in the order that was asked for.
 *
 * @param total how many resources the whole collection has that match the query
 * @param next where the next page starts: after this; empty on the last page
 */
public record Page<R extends ManagedResource>(
        List<R> resources, long total, Optional<ListQuery.Position> next) {

    public Page {
        resources = List.copyOf(resources);
    }
}
