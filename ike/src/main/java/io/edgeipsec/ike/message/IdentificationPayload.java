package io.edgeipsec.ike.message;

/** IDi or IDr payload (RFC 7296 §3.5). */
public record IdentificationPayload(PayloadType type, Identification identification)
        implements Payload {
    static IdentificationPayload decode(PayloadType type, OctetReader body)
            throws MalformedMessageException {
        return new IdentificationPayload(type, Identification.decode(body));
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        identification.encodeTo(writer);
    }
}
