package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.Certificate;

/** How a CERTREQ payload names an authority (RFC 7296 §3.7). */
public final class AuthorityKeys {
    private AuthorityKeys() {}

    /**
     * SHA-1 of the SubjectPublicKeyInfo. It is a name: nothing rests on its strength.
     *
     * @param certificate DER
     * @throws IllegalArgumentException if it is not a certificate
     */
    public static Octets hash(Octets certificate) {
        try {
            byte[] key =
                    Certificate.getInstance(certificate.toByteArray())
                            .getSubjectPublicKeyInfo()
                            .getEncoded(ASN1Encoding.DER);
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(key));
        } catch (IOException notEncodable) {
            throw new IllegalArgumentException("not a certificate", notEncodable);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-1", impossible);
        }
    }
}
