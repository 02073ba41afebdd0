package io.edgeipsec.ike.model;

import io.edgeipsec.ike.message.EspSpi;

/**
 * What the SAs of a Child SA have carried since they were installed.
 *
 * @param inbound the SPI that we receive on
 * @param packetsIn those that were authentic and new
 * @param packetsOut those that were sent, whatever became of them
 */
public record ChildSaTraffic(EspSpi inbound, long packetsIn, long packetsOut) {}
