package io.edgeipsec.api.resource;

/** When a silent peer is probed: by the clock, or only when there is traffic to send. */
public enum DpdProbeMode {
    PERIODIC,
    ON_DEMAND
}
