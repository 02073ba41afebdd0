package io.edgeipsec.ike.message;

/**
 * The content of one payload behind its generic header (RFC 7296 §3.2). Each kind decodes and
 * encodes itself; {@link PayloadChain} links them.
 */
public sealed interface Payload
        permits SaPayload,
                KeyExchangePayload,
                NoncePayload,
                IdentificationPayload,
                CertificatePayload,
                CertificateRequestPayload,
                AuthenticationPayload,
                NotifyPayload,
                DeletePayload,
                TrafficSelectorPayload,
                OpaquePayload {

    PayloadType type();

    /** Writes what follows the generic header. */
    void encodeTo(OctetWriter writer);
}
