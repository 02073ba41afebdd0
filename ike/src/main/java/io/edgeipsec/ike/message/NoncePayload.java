package io.edgeipsec.ike.message;

/** Nonce payload (RFC 7296 §3.9): 16 to 256 octets. */
public record NoncePayload(Octets nonce) implements Payload {
    public static final int MIN_LENGTH = 16;
    public static final int MAX_LENGTH = 256;

    public NoncePayload {
        if (!isValidLength(nonce.length())) {
            throw new IllegalArgumentException("nonce of " + nonce.length() + " octets");
        }
    }

    private static boolean isValidLength(int length) {
        return length >= MIN_LENGTH && length <= MAX_LENGTH;
    }

    @Override
    public PayloadType type() {
        return PayloadType.NONCE;
    }

    static NoncePayload decode(OctetReader body) throws MalformedMessageException {
        int length = body.remaining();
        if (!isValidLength(length)) {
            throw new MalformedMessageException("nonce of " + length + " octets");
        }
        return new NoncePayload(body.rest());
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.octets(nonce);
    }
}
