package io.edgeipsec.api.resource;

/** The interface that stands in the kernel for a route-based session's tunnel port. */
public record TunnelInterface(String name, int mtu) {}
