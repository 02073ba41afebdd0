package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.ResourceKind;

/**
 * Something changed and is durable.
 *
 * @param changeNumber grows with every committed change, across restarts
 */
public record ConfigurationChange(long changeNumber, ResourceKind<?> kind, String id, Type type) {

    /** How it changed. */
    public enum Type {
        CREATED,
        REPLACED,
        DELETED
    }
}
