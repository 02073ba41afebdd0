package io.edgeipsec.ike.message;

/** The octets are not what RFC 7296 §3 allows. Thrown inside the codec, never past it. */
public final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
