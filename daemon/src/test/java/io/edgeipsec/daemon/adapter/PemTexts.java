package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.io.StringWriter;
import java.security.PrivateKey;
import java.security.Provider;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/** Certificates and private keys as people have them. */
public final class PemTexts {
    /** Not registered: what is under test has the JDK alone. */
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    private PemTexts() {}

    public static String certificates(Octets... certificates) {
        return Pem.write(Pem.CERTIFICATE, List.of(certificates));
    }

    public static String crl(Octets list) {
        return Pem.write(Pem.CRL, List.of(list));
    }

    public static String pkcs8(PrivateKey key) {
        return Pem.write("PRIVATE KEY", List.of(Octets.wrap(key.getEncoded())));
    }

    /** RSA PRIVATE KEY or EC PRIVATE KEY. */
    public static String traditional(PrivateKey key) {
        return write(key);
    }

    /** As OpenSSL 3 does it by itself. */
    public static String encrypted(PrivateKey key, String passphrase, int iterations) {
        try {
            return write(
                    new JcaPKCS8Generator(
                            key,
                            new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                    .setPRF(
                                            new AlgorithmIdentifier(
                                                    PKCSObjectIdentifiers.id_hmacWithSHA256))
                                    .setProvider(BOUNCY_CASTLE)
                                    .setIterationCount(iterations)
                                    .setPassword(passphrase.toCharArray())
                                    .build()));
        } catch (OperatorCreationException | IOException broken) {
            throw new AssertionError(broken);
        }
    }

    /** With Proc-Type and DEK-Info. */
    public static String encryptedTraditionally(PrivateKey key, String passphrase) {
        try {
            return write(
                    new JcaMiscPEMGenerator(
                            key,
                            new JcePEMEncryptorBuilder("AES-256-CBC")
                                    .setProvider(BOUNCY_CASTLE)
                                    .build(passphrase.toCharArray())));
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    private static String write(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
        return text.toString();
    }
}
