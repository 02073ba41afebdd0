package io.edgeipsec.daemon.adapter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate of HTTPS: made once, replaceable, refused with a sentence; and passwords. */
class TlsIdentityTest {

    @TempDir Path directory;

    private TlsIdentity load() throws IOException {
        return TlsIdentity.load(directory, Optional.empty(), Optional.empty());
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private String refusal() {
        return String.valueOf(assertThrows(IOException.class, this::load).getMessage());
    }

    @Test
    void itIsMadeOnceAndForItsNames() throws Exception {
        TlsIdentity first = load();
        X509Certificate certificate = first.certificate();
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertEquals("EC", certificate.getPublicKey().getAlgorithm());
        assertEquals(-1, certificate.getBasicConstraints());
        List<Object> names = new ArrayList<>();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        alternatives.forEach(name -> names.add(name.get(1)));
        assertTrue(names.containsAll(List.of("localhost", "127.0.0.1")), names::toString);
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file("https-key.pem"))));
        byte[] key = Files.readAllBytes(file("https-key.pem"));
        assertEquals(first.fingerprint(), load().fingerprint());
        assertArrayEquals(key, Files.readAllBytes(file("https-key.pem")));
    }

    @Test
    void anotherMayBePutInItsPlaceOrBeConfigured() throws IOException {
        TlsIdentity made = load();
        Issuer.Issued issued =
                Issuer.root("CN=r").issue(Issuer.Wish.of("CN=vpn").keys(Issuer.rsa(2048)));
        Path elsewhere = Files.createDirectory(file("elsewhere"));
        Files.writeString(elsewhere.resolve("c.pem"), PemTexts.certificates(issued.certificate()));
        Files.writeString(elsewhere.resolve("k.pem"), PemTexts.pkcs8(issued.keys().getPrivate()));
        TlsIdentity configured =
                TlsIdentity.load(
                        directory,
                        Optional.of(elsewhere.resolve("c.pem")),
                        Optional.of(elsewhere.resolve("k.pem")));
        assertNotEquals(made.fingerprint(), configured.fingerprint());
        Files.copy(
                elsewhere.resolve("c.pem"),
                file("https-certificate.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertTrue(refusal().contains("https-key.pem cannot be used with the certificate"));
        Files.copy(
                elsewhere.resolve("k.pem"),
                file("https-key.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals(configured.fingerprint(), load().fingerprint());
    }

    @Test
    void whatIsBrokenIsSaid() throws IOException {
        load();
        Files.writeString(file("https-certificate.pem"), "nonsense");
        assertTrue(refusal().contains("https-certificate.pem has nothing in PEM"), this::refusal);
        Files.writeString(
                file("https-certificate.pem"),
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertTrue(refusal().contains("is not a certificate in PEM"), this::refusal);
        Files.delete(file("https-certificate.pem"));
        assertTrue(refusal().contains("no such file"), this::refusal);
        assertTrue(Files.exists(file("https-key.pem")), "a key is never replaced");
    }

    @Test
    void passwordsAreHashedSlowlyAndWithSalt() {
        Argon2Passwords passwords = new Argon2Passwords(new SecureRandom());
        byte[] password = "correct horse".getBytes(StandardCharsets.UTF_8);
        String stored = passwords.hash(password);
        assertTrue(stored.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), stored);
        assertNotEquals(stored, passwords.hash(password));
        assertTrue(passwords.matches(password, stored));
        assertFalse(passwords.matches("correct horsf".getBytes(StandardCharsets.UTF_8), stored));
        // What argon2(1) of the reference implementation says of it.
        assertTrue(
                passwords.matches(
                        "password".getBytes(StandardCharsets.UTF_8),
                        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                                + "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"));
        assertThrows(IllegalStateException.class, () -> passwords.matches(password, "plain text"));
    }
}
