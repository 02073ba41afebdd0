package io.edgeipsec.api.resource;

/** A resource that another one is used by, or uses (NSX {@code ResourceReference}). */
public record ResourceReference(String id, String type, String displayName) {}
