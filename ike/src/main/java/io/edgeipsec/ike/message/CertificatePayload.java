package io.edgeipsec.ike.message;

/**
 * Certificate payload (RFC 7296 §3.6). The first one of a message is of its sender, the others help
 * to find a path from it to an authority.
 *
 * <pre>
 *  | Cert Encoding |                                               |
 *  ~                       Certificate Data                        ~
 * </pre>
 */
public record CertificatePayload(int encoding, Octets data) implements Payload {
    /** One certificate in DER, whatever the name of the encoding says about its use. */
    public static final int X509_SIGNATURE = 4;

    public static CertificatePayload x509(Octets certificate) {
        return new CertificatePayload(X509_SIGNATURE, certificate);
    }

    @Override
    public PayloadType type() {
        return PayloadType.CERT;
    }

    static CertificatePayload decode(OctetReader body) throws MalformedMessageException {
        int encoding = body.u8();
        return new CertificatePayload(encoding, body.rest());
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.u8(encoding).octets(data);
    }
}
