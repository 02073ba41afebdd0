package io.edgeipsec.ike.message;

import java.util.List;

/**
 * Certificate Request payload (RFC 7296 §3.7): which authorities the sender trusts. It is a hint,
 * so what it holds is not checked.
 *
 * <pre>
 *  | Cert Encoding |                                               |
 *  ~                    Certification Authority                    ~
 * </pre>
 */
public record CertificateRequestPayload(int encoding, Octets authorities) implements Payload {
    /** Length of the SHA-1 of an authority's SubjectPublicKeyInfo. */
    public static final int AUTHORITY_LENGTH = 20;

    /** A request for X.509 certificates below one of these authorities. */
    public static CertificateRequestPayload x509(List<Octets> authorities) {
        for (Octets authority : authorities) {
            if (authority.length() != AUTHORITY_LENGTH) {
                throw new IllegalArgumentException("an authority of " + authority.length());
            }
        }
        return new CertificateRequestPayload(
                CertificatePayload.X509_SIGNATURE,
                Octets.concat(authorities.toArray(Octets[]::new)));
    }

    @Override
    public PayloadType type() {
        return PayloadType.CERTREQ;
    }

    static CertificateRequestPayload decode(OctetReader body) throws MalformedMessageException {
        int encoding = body.u8();
        return new CertificateRequestPayload(encoding, body.rest());
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.u8(encoding).octets(authorities);
    }
}
