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
    /** RSA, in practice with SHA-1. */
    public static final int RSA_DIGITAL_SIGNATURE = 1;

    public static final int SHARED_KEY_MIC = 2;

    /** ECDSA with a hash that goes with the curve, as r|s (RFC 4754 §7). */
    public static final int ECDSA_SHA2_256_P256 = 9;

    public static final int ECDSA_SHA2_384_P384 = 10;
    public static final int ECDSA_SHA2_512_P521 = 11;

    /** Any algorithm, named in the data (RFC 7427 §3). */
    public static final int DIGITAL_SIGNATURE = 14;

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
