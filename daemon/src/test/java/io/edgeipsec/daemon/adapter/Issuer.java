package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes certificates and revocation lists, also those that should not exist. */
public final class Issuer {
    public static final Instant NOW = Instant.parse("2030-06-15T12:00:00Z");

    private final X500Name name;
    private final KeyPair keys;
    private final Octets certificate;
    private final String algorithm;
    private long nextSerial = 1;

    /** What a certificate is to say; the setters give it back. */
    public static final class Wish {
        private final String subject;
        private Instant from = NOW.minusSeconds(86_400);
        private Instant until = NOW.plusSeconds(86_400);
        private KeyPair keys = ec();
        private int usage = KeyUsage.digitalSignature;
        private int pathLength = -1;
        private String algorithm = "";
        private GeneralName @Nullable [] names;
        private @Nullable ExtendedKeyUsage extendedUsage;
        private @Nullable NameConstraints constraints;

        private Wish(String subject) {
            this.subject = subject;
        }

        public static Wish of(String subject) {
            return new Wish(subject);
        }

        public static Wish ofAuthority(String subject) {
            Wish wish = new Wish(subject);
            wish.usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
            wish.pathLength = 99;
            return wish;
        }

        public Wish dns(String... dnsNames) {
            names =
                    List.of(dnsNames).stream()
                            .map(dns -> new GeneralName(GeneralName.dNSName, dns))
                            .toArray(GeneralName[]::new);
            return this;
        }

        public Wish names(GeneralName... values) {
            names = values;
            return this;
        }

        public Wish valid(Instant first, Instant last) {
            from = first;
            until = last;
            return this;
        }

        public Wish keys(KeyPair value) {
            keys = value;
            return this;
        }

        public Wish usage(int value) {
            usage = value;
            return this;
        }

        public Wish extendedUsage(String oid) {
            extendedUsage =
                    new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid)));
            return this;
        }

        public Wish pathLength(int value) {
            pathLength = value;
            return this;
        }

        public Wish algorithm(String value) {
            algorithm = value;
            return this;
        }

        public Wish constraints(NameConstraints value) {
            constraints = value;
            return this;
        }
    }

    /** A certificate with its keys. */
    public record Issued(Octets certificate, KeyPair keys, long serial) {}

    private Issuer(X500Name name, KeyPair keys, Octets certificate) {
        this.name = name;
        this.keys = keys;
        this.certificate = certificate;
        this.algorithm =
                keys.getPrivate().getAlgorithm().equals("RSA")
                        ? "SHA256withRSA"
                        : "SHA256withECDSA";
    }

    public static Issuer root(Wish wish) {
        Issuer self = new Issuer(new X500Name(wish.subject), wish.keys, Octets.EMPTY);
        return new Issuer(self.name, self.keys, self.issue(wish).certificate());
    }

    public static Issuer root(String subject) {
        return root(Wish.ofAuthority(subject));
    }

    public Issuer intermediate(Wish wish) {
        Issued issued = issue(wish);
        return new Issuer(new X500Name(wish.subject), issued.keys(), issued.certificate());
    }

    public Octets certificate() {
        return certificate;
    }

    public KeyPair keys() {
        return keys;
    }

    public Issued issue(Wish wish) {
        try {
            long serial = nextSerial++;
            X509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            BigInteger.valueOf(serial),
                            Date.from(wish.from),
                            Date.from(wish.until),
                            new X500Name(wish.subject),
                            wish.keys.getPublic());
            addExtensions(builder, wish);
            return new Issued(
                    Octets.wrap(
                            builder.build(
                                            new JcaContentSignerBuilder(
                                                            wish.algorithm.isEmpty()
                                                                    ? algorithm
                                                                    : wish.algorithm)
                                                    .build(keys.getPrivate()))
                                    .getEncoded()),
                    wish.keys,
                    serial);
        } catch (IOException | OperatorCreationException broken) {
            throw new AssertionError(broken);
        }
    }

    private static void addExtensions(X509v3CertificateBuilder builder, Wish wish)
            throws CertIOException {
        ASN1Encodable basic =
                wish.pathLength < 0
                        ? new BasicConstraints(false)
                        : wish.pathLength == 99
                                ? new BasicConstraints(true)
                                : new BasicConstraints(wish.pathLength);
        builder.addExtension(Extension.basicConstraints, true, basic);
        if (wish.usage != 0) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(wish.usage));
        }
        if (wish.names != null) {
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(wish.names));
        }
        if (wish.extendedUsage != null) {
            builder.addExtension(Extension.extendedKeyUsage, false, wish.extendedUsage);
        }
        if (wish.constraints != null) {
            builder.addExtension(Extension.nameConstraints, true, wish.constraints);
        }
    }

    /** A revocation list, current from a day ago until then. */
    public Octets revoke(Instant until, Consumer<X509v2CRLBuilder> more, long... serials) {
        return revoke(NOW.minusSeconds(86_400), until, more, serials);
    }

    /** A revocation list that is current, as it was issued so many days ago. */
    public Octets revokedDaysAgo(long days, long... serials) {
        return revoke(
                NOW.minusSeconds(days * 86_400), NOW.plusSeconds(86_400), builder -> {}, serials);
    }

    private Octets revoke(
            Instant from, Instant until, Consumer<X509v2CRLBuilder> more, long... serials) {
        try {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(name, Date.from(from));
            builder.setNextUpdate(Date.from(until));
            for (long serial : serials) {
                builder.addCRLEntry(
                        BigInteger.valueOf(serial),
                        Date.from(NOW.minusSeconds(3600)),
                        CRLReason.keyCompromise);
            }
            more.accept(builder);
            return Octets.wrap(
                    builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()))
                            .getEncoded());
        } catch (IOException | OperatorCreationException broken) {
            throw new AssertionError(broken);
        }
    }

    public Octets revoke(long... serials) {
        return revoke(NOW.plusSeconds(86_400), builder -> {}, serials);
    }

    public static KeyPair ec() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException missing) {
            throw new AssertionError(missing);
        }
    }

    public static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException missing) {
            throw new AssertionError(missing);
        }
    }
}
