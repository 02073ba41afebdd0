package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.Certificate;
import io.edgeipsec.api.resource.Crl;
import io.edgeipsec.api.resource.ResourceHeader;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Understands what is imported. Any thread may call; takes up to a second with a passphrase that is
 * meant to be slow.
 */
public interface TrustReader {

    /**
     * A certificate that was understood.
     *
     * @param privateKey owned by the receiver
     */
    record ImportedCertificate(Certificate certificate, @Nullable PrivateKeyOctets privateKey) {}

    /**
     * Reads a certificate with the certificates between it and its authority, and its private key.
     *
     * @param pem the certificates in PEM
     * @param privateKey PEM, if there is one
     * @param passphrase of the private key, if it is encrypted
     * @throws io.edgeipsec.api.error.ApiException naming the field that is wrong
     */
    ImportedCertificate readCertificate(
            ResourceHeader header,
            String pem,
            @Nullable String privateKey,
            @Nullable String passphrase);

    /**
     * A client's certificate, by which it is known.
     *
     * @param sha256 of the whole, in lower-case hexadecimal digits
     */
    record ClientCertificate(String sha256, String subject, Instant notAfter) {}

    /**
     * Reads one certificate.
     *
     * @throws io.edgeipsec.api.error.ApiException naming the field that is wrong
     */
    ClientCertificate readClientCertificate(String pem);

    /**
     * Reads a revocation list.
     *
     * @throws io.edgeipsec.api.error.ApiException naming the field that is wrong
     */
    Crl readCrl(ResourceHeader header, String pem);
}
