package io.edgeipsec.api.error;

/**
 * One thing that is wrong with one field of a request.
 *
 * @param pointer the field, as a JSON pointer (RFC 6901) into the body, or the name of a query
 *     parameter
 * @param seen what the request has there, in words that never contain a secret
 * @param expected what would be right, or what to do
 */
public record FieldError(String pointer, String seen, String expected) {

    /** The whole sentence. */
    public String message() {
        return (pointer.isEmpty() ? "the body" : pointer) + ": " + seen + "; expected " + expected;
    }
}
