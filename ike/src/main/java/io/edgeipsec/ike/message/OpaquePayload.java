package io.edgeipsec.ike.message;

/**
 * A payload whose content we carry but do not interpret: vendor ids, configuration, and types that
 * nobody had registered when this was written.
 *
 * @param critical the sender's critical bit (RFC 7296 §2.5)
 */
public record OpaquePayload(PayloadType type, boolean critical, Octets content) implements Payload {
    @Override
    public void encodeTo(OctetWriter writer) {
        writer.octets(content);
    }
}
