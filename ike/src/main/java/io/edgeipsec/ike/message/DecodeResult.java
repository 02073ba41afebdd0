package io.edgeipsec.ike.message;

/** What became of a chain of payloads; whether it came protected is the caller's knowledge. */
public sealed interface DecodeResult {
    /** Well formed, and allowed in this exchange and direction. */
    record Decoded(IkeMessage message) implements DecodeResult {}

    /** Not what RFC 7296 §3 or the exchange allows: INVALID_SYNTAX where an answer is due. */
    record Malformed(String reason) implements DecodeResult {}

    /** An unknown payload with the critical bit (RFC 7296 §2.5). */
    record UnsupportedCritical(PayloadType type) implements DecodeResult {}
}
