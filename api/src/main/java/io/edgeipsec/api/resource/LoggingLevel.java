package io.edgeipsec.api.resource;

/** How much the service logs, as the contract names it. */
public enum LoggingLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR,
    EMERGENCY
}
