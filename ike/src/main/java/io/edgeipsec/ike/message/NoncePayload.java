package io.edgeipsec.ike.message;

/** Nonce payload (RFC 7296 §3.9): 16 to 256 octets. */
public record NoncePayload(Octets nonce) implements Payload {
    public static final int MIN_LENGTH = 16;
    public static final int MAX_LENGTH = 256;

    @Override
    public PayloadType type() {
        return PayloadType.NONCE;
    }

    static NoncePayload decode(OctetReader body) throws MalformedMessageException {
        int length = body.remaining();
        if (length < MIN_LENGTH || length > MAX_LENGTH) {
            throw new MalformedMessageException("nonce of " + length + " octets");
        }
        return new NoncePayload(body.rest());
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.octets(nonce);
    }
}
