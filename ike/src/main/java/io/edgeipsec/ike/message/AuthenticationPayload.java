package io.edgeipsec.ike.message;

/**
 * Authentication payload (RFC 7296 §3.8).
 *
 * <pre>
 *  | Auth Method   |                RESERVED                       |
 *  ~                      Authentication Data                      ~
 * </pre>
 */
public record AuthenticationPayload(int method, Octets data) implements Payload {
    public static final int SHARED_KEY_MIC = 2;

    @Override
    public PayloadType type() {
        return PayloadType.AUTH;
    }

    static AuthenticationPayload decode(OctetReader body) throws MalformedMessageException {
        int method = body.u8();
        body.skip(3);
        return new AuthenticationPayload(method, body.rest());
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.u8(method).zeros(3).octets(data);
    }
}
