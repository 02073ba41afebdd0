package io.edgeipsec.daemon.adapter;

import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.daemon.config.FileFailures;
import io.edgeipsec.ike.message.Octets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * As whom HTTPS is served: a certificate and its private key, from two files in PEM. The key lives
 * as long as the process.
 */
public final class TlsIdentity extends X509ExtendedKeyManager {
    private static final String CERTIFICATE_FILE = "https-certificate.pem";
    private static final String KEY_FILE = "https-key.pem";
    private static final String ALIAS = "https";

    /** A long chain is a tenth of it. */
    private static final int MAX_FILE_OCTETS = 64 * 1024;

    private final X509Certificate[] chain;
    private final PrivateKey key;

    private TlsIdentity(X509Certificate[] chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * Reads the identity from the files that are configured, or from those in the state directory,
     * which are made if neither is there.
     *
     * @throws IOException with a sentence for the operator
     */
    public static TlsIdentity load(
            Path stateDir, Optional<Path> certificateFile, Optional<Path> keyFile)
            throws IOException {
        Path certificate = certificateFile.orElse(stateDir.resolve(CERTIFICATE_FILE));
        Path key = keyFile.orElse(stateDir.resolve(KEY_FILE));
        boolean ours = certificateFile.isEmpty() && keyFile.isEmpty();
        if (ours && Files.notExists(certificate) && Files.notExists(key)) {
            SelfSigned.create(certificate, key);
        }
        List<X509Certificate> chain = readChain(certificate);
        String text = read(key, "key");
        byte[] pkcs8;
        try {
            pkcs8 = PrivateKeys.read(text, null, chain.get(0).getPublicKey());
        } catch (ApiException wrong) {
            throw new IOException(
                    "the key of HTTPS "
                            + key
                            + " cannot be used with the certificate "
                            + certificate
                            + ": "
                            + wrong.getMessage(),
                    wrong);
        }
        try {
            return new TlsIdentity(
                    chain.toArray(X509Certificate[]::new),
                    KeyFactory.getInstance(chain.get(0).getPublicKey().getAlgorithm())
                            .generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the key of HTTPS " + key + " is of a kind that TLS cannot use", e);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    private static String read(Path file, String what) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_FILE_OCTETS), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IOException(
                    "the " + what + " of HTTPS cannot be read: " + FileFailures.describe(e), e);
        }
    }

    private static List<X509Certificate> readChain(Path file) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Octets each : Pem.read(read(file, "certificate"))) {
                chain.add(
                        (X509Certificate)
                                factory.generateCertificate(
                                        new ByteArrayInputStream(each.toByteArray())));
            }
        } catch (GeneralSecurityException | IllegalStateException e) {
            throw new IOException(
                    "the certificate of HTTPS "
                            + file
                            + " is not a certificate in PEM; put the right one there, or remove it"
                            + " and its key to have new ones made",
                    e);
        }
        if (chain.isEmpty()) {
            throw new IOException("the certificate of HTTPS " + file + " has nothing in PEM");
        }
        return chain;
    }

    /** SHA-256 of the certificate, in hexadecimal digits. */
    public String fingerprint() {
        return Authenticator.fingerprint(chain[0]);
    }

    /** The certificate itself. */
    X509Certificate certificate() {
        return chain[0];
    }

    private @Nullable String aliasFor(String keyType) {
        return keyType.equals(key.getAlgorithm()) || keyType.startsWith(key.getAlgorithm() + "_")
                ? ALIAS
                : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return aliasFor(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return aliasFor(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return aliasFor(keyType) == null ? null : new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return alias.equals(ALIAS) ? chain.clone() : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return alias.equals(ALIAS) ? key : null;
    }
}
