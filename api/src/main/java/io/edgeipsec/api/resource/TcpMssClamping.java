package io.edgeipsec.api.resource;

import org.jspecify.annotations.Nullable;

/** MSS clamping of a session; without {@code maxSegmentSize} it is computed from the MTU. */
public record TcpMssClamping(MssClampingDirection direction, @Nullable Integer maxSegmentSize) {}
