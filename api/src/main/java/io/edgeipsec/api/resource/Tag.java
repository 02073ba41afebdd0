package io.edgeipsec.api.resource;

/** A label that the owner of a resource puts on it. */
public record Tag(String scope, String tag) {}
