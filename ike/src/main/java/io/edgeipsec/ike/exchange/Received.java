package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Path;

/**
 * A message as it came.
 *
 * @param datagram its octets on the wire, which AUTH covers for IKE_SA_INIT; of a message in
 *     fragments, the first
 * @param content the chain of payloads that was protected; empty if nothing was
 */
public record Received(IkeMessage message, Octets datagram, Octets content, Path path) {}
