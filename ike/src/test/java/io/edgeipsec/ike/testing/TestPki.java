package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority and certificates below it, made when a test needs them. */
public final class TestPki {
    /** A certificate in DER with its keys. */
    public record Issued(Octets certificate, KeyPair keys) {}

    private static final Date NOT_BEFORE = Date.from(Instant.parse("2020-01-01T00:00:00Z"));
    private static final Date NOT_AFTER = Date.from(Instant.parse("2120-01-01T00:00:00Z"));

    private final X500Name name;
    private final KeyPair keys;
    private final Octets certificate;
    private long serial = 1;

    public TestPki(String name) {
        this.name = new X500Name(name);
        this.keys = keys("P-256");
        this.certificate = issue(name, keys, "", true);
    }

    public Octets certificate() {
        return certificate;
    }

    /** A certificate for a host name, with a key of this kind: see {@link #keys}. */
    public Issued issue(String subject, String dnsName, String keyKind) {
        KeyPair subjectKeys = keys(keyKind);
        return new Issued(issue(subject, subjectKeys, dnsName, false), subjectKeys);
    }

    /** RSA with 2048 bits, Ed25519, or a curve of NIST. */
    public static KeyPair keys(String kind) {
        try {
            KeyPairGenerator generator;
            if (kind.equals("RSA")) {
                generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
            } else if (kind.equals("Ed25519")) {
                generator = KeyPairGenerator.getInstance("Ed25519");
            } else {
                generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(
                        new ECGenParameterSpec("secp" + kind.substring("P-".length()) + "r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException missing) {
            throw new AssertionError(missing);
        }
    }

    private Octets issue(String subject, KeyPair subjectKeys, String dnsName, boolean authority) {
        try {
            JcaX509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            BigInteger.valueOf(serial++),
                            NOT_BEFORE,
                            NOT_AFTER,
                            new X500Name(subject),
                            subjectKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
            if (!dnsName.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName)));
            }
            return Octets.wrap(
                    builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(keys.getPrivate()))
                            .getEncoded());
        } catch (IOException | OperatorCreationException broken) {
            throw new AssertionError(broken);
        }
    }
}
