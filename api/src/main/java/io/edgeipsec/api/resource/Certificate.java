package io.edgeipsec.api.resource;

import java.util.List;

/**
 * A certificate, of an authority or of ours (NSX {@code Certificate}). The private key is never
 * part of it; it travels as {@link io.edgeipsec.api.port.PrivateKeyOctets} beside it.
 *
 * @param details of the certificate itself, then of those between it and its authority
 * @param hasPrivateKey whether it can authenticate us
 */
public record Certificate(
        ResourceHeader header,
        Type type,
        String pemEncoded,
        List<CertificateDetails> details,
        boolean hasPrivateKey)
        implements TrustObject {

    /** The contract's resource types. */
    public enum Type {
        SELF_SIGNED("certificate_self_signed"),
        AUTHORITY("certificate_ca"),
        SIGNED("certificate_signed");

        private final String resourceType;

        Type(String resourceType) {
            this.resourceType = resourceType;
        }

        static Type of(String resourceType) {
            for (Type type : values()) {
                if (type.resourceType.equals(resourceType)) {
                    return type;
                }
            }
            throw new IllegalArgumentException("no certificate type " + resourceType);
        }
    }

    public Certificate {
        details = List.copyOf(details);
        if (details.isEmpty()) {
            throw new IllegalArgumentException("a certificate without details");
        }
    }

    /** Those of the certificate itself. */
    public CertificateDetails own() {
        return details.get(0);
    }

    @Override
    public ResourceKind<Certificate> kind() {
        return ResourceKind.CERTIFICATE;
    }

    @Override
    public String resourceType() {
        return type.resourceType;
    }

    @Override
    public Certificate withStamp(Stamp stamp) {
        return new Certificate(header.withStamp(stamp), type, pemEncoded, details, hasPrivateKey);
    }
}
