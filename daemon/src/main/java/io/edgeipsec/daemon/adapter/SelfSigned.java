package io.edgeipsec.daemon.adapter;

import io.edgeipsec.daemon.config.FileFailures;
import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Makes the certificate of the first start: P-256, for the names and addresses that the machine has
 * then. Clients trust it by its fingerprint, so it lives long.
 */
final class SelfSigned {
    /** The most that browsers and their like take of a leaf certificate that they do not know. */
    private static final int DAYS = 825;

    private static final int SERIAL_BITS = 127;

    private SelfSigned() {}

    /** Writes both files; neither may be there. */
    static void create(Path certificateFile, Path keyFile) throws IOException {
        byte[] key = new byte[0];
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            byte[] certificate = certificate(pair);
            key = pair.getPrivate().getEncoded();
            // The key first: a certificate without its key would be a start-up error.
            write(keyFile, Pem.write("PRIVATE KEY", List.of(Octets.copyOf(key))), "rw-------");
            write(
                    certificateFile,
                    Pem.write(Pem.CERTIFICATE, List.of(Octets.wrap(certificate))),
                    "rw-r--r--");
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate for HTTPS can be made: " + e.getMessage(), e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static void write(Path file, String text, String mode) throws IOException {
        try (FileChannel out =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString(mode)))) {
            ByteBuffer buffer = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            out.force(true);
        } catch (IOException e) {
            throw new IOException(
                    "no certificate for HTTPS can be made: " + FileFailures.describe(e), e);
        }
    }

    private static byte[] certificate(KeyPair pair) throws GeneralSecurityException, IOException {
        String host = hostName();
        X500Name name = new X500NameBuilder().addRDN(BCStyle.CN, host).build();
        AlgorithmIdentifier algorithm =
                new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        // A little into the past, for clients whose clocks are behind.
        Instant now = Instant.now().minus(1, ChronoUnit.HOURS);
        V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
        generator.setSerialNumber(
                new ASN1Integer(
                        new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE)));
        generator.setIssuer(name);
        generator.setSubject(name);
        generator.setSignature(algorithm);
        generator.setStartDate(new Time(Date.from(now)));
        generator.setEndDate(new Time(Date.from(now.plus(DAYS, ChronoUnit.DAYS))));
        generator.setSubjectPublicKeyInfo(
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.subjectAlternativeName, false, names(host));
        extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        extensions.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        generator.setExtensions(extensions.generate());
        TBSCertificate content = generator.generateTBSCertificate();
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(content.getEncoded(ASN1Encoding.DER));
        return new DERSequence(
                        new org.bouncycastle.asn1.ASN1Encodable[] {
                            content, algorithm, new DERBitString(signature.sign())
                        })
                .getEncoded(ASN1Encoding.DER);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** The host's name, and the addresses by which it can be reached. */
    private static GeneralNames names(String host) throws IOException {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.dNSName, host));
        names.add(new GeneralName(GeneralName.dNSName, "localhost"));
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(each.getInetAddresses())) {
                if (!address.isLinkLocalAddress()) {
                    names.add(new GeneralName(GeneralName.iPAddress, text(address)));
                }
            }
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    /** Without the scope, which is this machine's own business. */
    private static String text(InetAddress address) {
        return address.getHostAddress().replaceFirst("%.*", "");
    }
}
