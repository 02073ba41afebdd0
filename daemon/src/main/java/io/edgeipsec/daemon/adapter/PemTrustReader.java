package io.edgeipsec.daemon.adapter;

import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.PrivateKeyOctets;
import io.edgeipsec.api.port.TrustReader;
import io.edgeipsec.api.resource.Certificate;
import io.edgeipsec.api.resource.CertificateDetails;
import io.edgeipsec.api.resource.Crl;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Understands what is imported, and refuses what could not be used: better now than at the first
 * handshake. Thread-safe.
 */
public final class PemTrustReader implements TrustReader {
    private static final String POINTER = "/pem_encoded";
    private static final String CLIENT_POINTER = "/certificate_pem";

    @Override
    public ImportedCertificate readCertificate(
            ResourceHeader header,
            String pem,
            @Nullable String privateKey,
            @Nullable String passphrase) {
        List<Octets> encoded = objects(pem, Pem.CERTIFICATE);
        List<X509Certificate> chain = new ArrayList<>();
        for (Octets each : encoded) {
            try {
                chain.add(PeerVerifier.parse(each));
            } catch (CertificateException | CRLException unreadable) {
                throw refusal("a certificate that cannot be read", "X.509 certificates in PEM");
            }
        }
        X509Certificate own = chain.get(0);
        Optional<String> weakness = KeyStrength.weakness(own.getPublicKey());
        if (weakness.isPresent()) {
            throw refusal(weakness.get(), "a stronger key, or one of another kind");
        }
        if (privateKey == null && chain.size() > 1) {
            throw refusal(
                    chain.size() + " certificates without a private key",
                    "one; import each authority by itself, so that sessions can name it");
        }
        if (chain.size() > TrustPath.MAX_LENGTH) {
            throw refusal(
                    chain.size() + " certificates", "at most " + TrustPath.MAX_LENGTH + " of them");
        }
        checkOrder(chain);
        List<CertificateDetails> details = chain.stream().map(PemTrustReader::details).toList();
        PrivateKeyOctets key =
                privateKey == null
                        ? null
                        : new PrivateKeyOctets(
                                PrivateKeys.read(privateKey, passphrase, own.getPublicKey()));
        return new ImportedCertificate(
                new Certificate(
                        header,
                        typeOf(own),
                        Pem.write(Pem.CERTIFICATE, encoded),
                        details,
                        key != null),
                key);
    }

    @Override
    public ClientCertificate readClientCertificate(String pem) {
        List<Octets> encoded = objects(CLIENT_POINTER, pem, Pem.CERTIFICATE);
        if (encoded.size() != 1) {
            throw refusal(CLIENT_POINTER, encoded.size() + " certificates", "one, the client's");
        }
        try {
            X509Certificate certificate = PeerVerifier.parse(encoded.get(0));
            return new ClientCertificate(
                    Authenticator.fingerprint(certificate),
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getNotAfter().toInstant());
        } catch (CertificateException | CRLException unreadable) {
            throw refusal(
                    CLIENT_POINTER, "a certificate that cannot be read", "an X.509 certificate");
        }
    }

    private static ApiException refusal(String seen, String expected) {
        return refusal(POINTER, seen, expected);
    }

    private static ApiException refusal(String pointer, String seen, String expected) {
        return ApiException.invalid(List.of(new FieldError(pointer, seen, expected)));
    }

    private static List<Octets> objects(String pem, String label) {
        return objects(POINTER, pem, label);
    }

    private static List<Octets> objects(String pointer, String pem, String label) {
        List<Octets> objects = new ArrayList<>();
        try {
            for (Pem.Block block : Pem.blocks(pem)) {
                if (!block.label().equals(label)) {
                    throw refusal(
                            pointer, "'" + block.label() + "'", "'" + label + "' only, in PEM");
                }
                objects.add(Octets.wrap(block.content()));
            }
        } catch (IOException notPem) {
            throw refusal(pointer, "something that is not PEM", "'" + label + "' in PEM");
        }
        if (objects.isEmpty()) {
            throw refusal(pointer, "nothing in PEM", "'" + label + "' in PEM");
        }
        return objects;
    }

    private static void checkOrder(List<X509Certificate> chain) {
        for (int i = 1; i < chain.size(); i++) {
            X509Certificate subject = chain.get(i - 1);
            X509Certificate issuer = chain.get(i);
            boolean issued =
                    subject.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
            try {
                subject.verify(issuer.getPublicKey());
            } catch (GeneralSecurityException another) {
                issued = false;
            }
            if (!issued) {
                throw refusal(
                        "certificate %d, of %s, which is not the issuer of the one before"
                                .formatted(
                                        i + 1,
                                        CertificateNames.shown(issuer.getSubjectX500Principal())),
                        "our certificate first, then its issuer, then that one's, and so on");
            }
        }
    }

    private static Certificate.Type typeOf(X509Certificate certificate) {
        if (certificate.getBasicConstraints() >= 0) {
            return Certificate.Type.AUTHORITY;
        }
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                ? Certificate.Type.SELF_SIGNED
                : Certificate.Type.SIGNED;
    }

    private static CertificateDetails details(X509Certificate certificate) {
        List<Identification> names;
        try {
            names = CertificateNames.of(certificate);
        } catch (CertificateException unreadable) {
            throw refusal("a certificate with names that cannot be read", "another certificate");
        }
        return new CertificateDetails(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                certificate.getSerialNumber().toString(16),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                certificate.getBasicConstraints() >= 0,
                certificate.getPublicKey().getAlgorithm(),
                bits(certificate.getPublicKey()),
                certificate.getSigAlgName(),
                names.stream().map(Identification::toString).toList());
    }

    private static int bits(PublicKey key) {
        if (key instanceof RSAKey rsa) {
            return rsa.getModulus().bitLength();
        }
        return key instanceof ECKey ec ? ec.getParams().getOrder().bitLength() : 256;
    }

    @Override
    public Crl readCrl(ResourceHeader header, String pem) {
        List<Octets> objects = objects(pem, Pem.CRL);
        if (objects.size() != 1) {
            throw refusal(objects.size() + " CRLs", "one");
        }
        try {
            X509CRL list =
                    (X509CRL)
                            CertificateFactory.getInstance("X.509")
                                    .generateCRL(
                                            new ByteArrayInputStream(objects.get(0).toByteArray()));
            return new Crl(
                    header,
                    Pem.write(Pem.CRL, objects),
                    list.getIssuerX500Principal().getName(),
                    list.getThisUpdate().toInstant(),
                    list.getNextUpdate() == null ? null : list.getNextUpdate().toInstant(),
                    list.getRevokedCertificates() == null
                            ? 0
                            : list.getRevokedCertificates().size());
        } catch (CertificateException | CRLException unreadable) {
            throw refusal("a CRL that cannot be read", "an X.509 CRL in PEM");
        }
    }
}
