package io.edgeipsec.ike.crypto;

/** A peer's key exchange value that is not one of its method (RFC 6989): wrong length or value. */
public final class InvalidKeyShareException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidKeyShareException(String message) {
        super(message, null, false, false);
    }
}
