package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.crypto.DistinguishedName;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** For whom a certificate was issued, in the words of IKE (RFC 4945 §5.1). */
final class CertificateNames {
    // Kinds of subject alternative names (RFC 5280 §4.2.1.6).
    private static final int RFC822_NAME = 1;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    /** More than these are not shown. */
    private static final int MAX_SHOWN = 8;

    private CertificateNames() {}

    /**
     * The subject, if it is not empty, then the alternative names of the kinds that IKE has.
     *
     * @throws CertificateParsingException if the alternative names cannot be read
     */
    static List<Identification> of(X509Certificate certificate) throws CertificateParsingException {
        List<Identification> names = new ArrayList<>();
        if (!certificate.getSubjectX500Principal().getName().isEmpty()) {
            names.add(
                    new Identification(
                            Identification.DER_ASN1_DN,
                            Octets.wrap(certificate.getSubjectX500Principal().getEncoded())));
        }
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                add(alternative, names);
            }
        }
        return names;
    }

    private static void add(List<?> alternative, List<Identification> names)
            throws CertificateParsingException {
        int kind = (Integer) alternative.get(0);
        if (!(alternative.get(1) instanceof String text)) {
            return;
        }
        if (kind == DNS_NAME) {
            names.add(new Identification(Identification.FQDN, utf8(text)));
        } else if (kind == RFC822_NAME) {
            names.add(new Identification(Identification.RFC822_ADDR, utf8(text)));
        } else if (kind == IP_ADDRESS) {
            try {
                IpAddress address = IpAddress.parse(text);
                names.add(
                        new Identification(
                                address.isIpv4()
                                        ? Identification.IPV4_ADDR
                                        : Identification.IPV6_ADDR,
                                address.octets()));
            } catch (IllegalArgumentException notAnAddress) {
                throw new CertificateParsingException("an address that is none", notAnAddress);
            }
        }
    }

    private static Octets utf8(String text) {
        return Octets.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Whether a name of a certificate is the identity. No wildcards: who may speak for a gateway is
     * not for a pattern to say.
     */
    static boolean isSame(Identification name, Identification identity) {
        if (name.type() != identity.type()) {
            return false;
        }
        return switch (name.type()) {
            case Identification.DER_ASN1_DN -> DistinguishedName.same(name.data(), identity.data());
            case Identification.FQDN -> ascii(name.data()).equalsIgnoreCase(ascii(identity.data()));
            default -> name.data().equals(identity.data());
        };
    }

    private static String ascii(Octets data) {
        return new String(data.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    /** For sentences: whatever a stranger has written there, it is short and printable. */
    static String shown(X500Principal name) {
        return new Identification(Identification.DER_ASN1_DN, Octets.wrap(name.getEncoded()))
                .toString();
    }

    /** For sentences. */
    static String shown(List<Identification> names) {
        if (names.isEmpty()) {
            return "nobody";
        }
        List<String> texts = names.stream().limit(MAX_SHOWN).map(Identification::toString).toList();
        return String.join(", ", texts) + (names.size() > MAX_SHOWN ? ", ..." : "");
    }
}
