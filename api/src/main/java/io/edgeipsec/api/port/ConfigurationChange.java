package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.ResourceKind;

/**
 * Something changed and is durable.
 *
 * @param changeNumber grows with every committed change, across restarts
 * @param revision the resource's, or its last one if it was deleted
 */
public record ConfigurationChange(
        long changeNumber,
        ResourceKind<?> kind,
        String resourceType,
        String id,
        long revision,
        Type type) {

    /** How it changed. */
    public enum Type {
        CREATED,
        REPLACED,
        DELETED
    }
}
