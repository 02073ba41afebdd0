package io.edgeipsec.ike.message;

/**
 * Key Exchange payload (RFC 7296 §3.4).
 *
 * <pre>
 *  |   Diffie-Hellman Group Num    |           RESERVED            |
 *  ~                       Key Exchange Data                       ~
 * </pre>
 */
public record KeyExchangePayload(int method, Octets data) implements Payload {
    @Override
    public PayloadType type() {
        return PayloadType.KE;
    }

    static KeyExchangePayload decode(OctetReader body) throws MalformedMessageException {
        int method = body.u16();
        body.skip(2);
        return new KeyExchangePayload(method, body.rest());
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.u16(method).u16(0).octets(data);
    }
}
