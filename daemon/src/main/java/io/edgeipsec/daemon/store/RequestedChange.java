package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.ResourceKind;

/**
 * What a request has changed.
 *
 * @param number of the change, as in {@link io.edgeipsec.api.port.ConfigurationChange}
 */
public record RequestedChange(long number, ResourceKind<?> kind, String id) {}
