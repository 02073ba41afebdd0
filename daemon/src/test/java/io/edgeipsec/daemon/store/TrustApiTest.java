package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static io.edgeipsec.daemon.store.SessionApiTest.fields;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.daemon.adapter.Issuer;
import io.edgeipsec.daemon.adapter.Issuer.Issued;
import io.edgeipsec.daemon.adapter.Issuer.Wish;
import io.edgeipsec.daemon.adapter.PemTexts;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and revocation lists over HTTP, and sessions that name them. */
class TrustApiTest {
    private static final String CERTIFICATES = "/api/v1/trust-management/certificates";
    private static final String CRLS = "/api/v1/trust-management/crls";
    private static final String PASSPHRASE = "Zq7-passphrase";
    private static final String NOBODY = "6f2d8f1c-58a4-4a3e-9d57-0b6d1b0f9f10";

    @TempDir Path directory;
    private ApiFixture api;
    private final Issuer root = Issuer.root("O=Example, CN=Root");
    private final Issued own =
            root.issue(Wish.of("O=Example, CN=edge").dns("edge.example").keys(Issuer.rsa(2048)));

    @BeforeEach
    void open() throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private static ObjectNode body(String certificates) {
        return ApiFixture.JSON.createObjectNode().put("pem_encoded", certificates);
    }

    private ObjectNode ours() {
        return body(PemTexts.certificates(own.certificate()))
                .put("private_key", PemTexts.pkcs8(own.keys().getPrivate()));
    }

    /** An object as it stands in a list. */
    private static ObjectNode listed(ObjectNode object) {
        return object.remove(List.of("_links", "actions", "used_by"));
    }

    private ObjectNode imported(String collection, ObjectNode body) throws IOException {
        RawHttp.Answer answer = api.post(collection + "?action=import", body);
        assertEquals(201, answer.status(), answer::body);
        JsonNode results = ApiFixture.object(answer).path("results");
        assertEquals(1, results.size());
        return (ObjectNode) results.get(0);
    }

    private String id(String collection, ObjectNode body) throws IOException {
        return imported(collection, body).path("id").asText();
    }

    private String root() throws IOException {
        return id(CERTIFICATES, body(PemTexts.certificates(root.certificate())));
    }

    private String error(RawHttp.Answer answer) {
        return ApiFixture.object(answer).path("error_message").asText();
    }

    private void assertRefused(String field, String words, ObjectNode body) throws IOException {
        RawHttp.Answer answer = api.post(CERTIFICATES, body);
        assertEquals(List.of(field), fields(answer));
        assertTrue(error(answer).contains(words), answer::body);
    }

    // Certificates.

    @Test
    void anAuthority() throws Exception {
        ObjectNode stored =
                imported(
                        CERTIFICATES,
                        body("text\n" + PemTexts.certificates(root.certificate()))
                                .put("display_name", "the root"));
        assertEquals("certificate_ca", stored.path("resource_type").asText());
        assertEquals("the root", stored.path("display_name").asText());
        assertFalse(stored.path("has_private_key").asBoolean(true));
        assertEquals(
                PemTexts.certificates(root.certificate()), stored.path("pem_encoded").asText());
        JsonNode details = stored.path("details").path(0);
        assertEquals("CN=Root,O=Example", details.path("subject").asText());
        assertEquals("EC", details.path("public_key_algo").asText());
        assertEquals(256, details.path("public_key_length").asInt());

        String path = CERTIFICATES + "/" + stored.path("id").asText();
        assertEquals(stored, listed(ApiFixture.object(api.get(path))));
        assertEquals(1, ApiFixture.object(api.get(CERTIFICATES)).path("result_count").asInt());
        assertEquals(405, api.put(path, body("x")).status(), "it never changes");
        assertEquals(200, api.delete(path).status());
        assertEquals(404, api.get(path).status());
        assertEquals(404, api.delete(path).status());
    }

    @Test
    void oneOfOursInEveryFormOfItsKey() throws Exception {
        Issued ec = root.issue(Wish.of("CN=ec").dns("ec.example"));
        for (Issued each : List.of(own, ec)) {
            ObjectNode body = body(PemTexts.certificates(each.certificate()));
            for (String key :
                    List.of(
                            PemTexts.pkcs8(each.keys().getPrivate()),
                            PemTexts.traditional(each.keys().getPrivate()),
                            PemTexts.encrypted(each.keys().getPrivate(), PASSPHRASE, 2048))) {
                body.put("private_key", key).put("passphrase", PASSPHRASE);
                ObjectNode stored = imported(CERTIFICATES, body);
                assertEquals("certificate_signed", stored.path("resource_type").asText());
                assertTrue(stored.path("has_private_key").asBoolean());
                try (SecretBytes kept = privateKey(stored.path("id").asText()).orElseThrow()) {
                    assertTrue(isKeyOf(each, kept.toByteArray()));
                    assertFalse(isKeyOf(each.equals(own) ? ec : own, kept.toByteArray()));
                }
            }
        }
    }

    private static boolean isKeyOf(Issued issued, byte[] pkcs8) throws Exception {
        boolean rsa = issued.keys().getPublic().getAlgorithm().equals("RSA");
        SignatureScheme scheme =
                rsa ? SignatureScheme.RSA_PSS_SHA2_256 : SignatureScheme.ECDSA_SHA2_256;
        try {
            PrivateKey key =
                    KeyFactory.getInstance(rsa ? "RSA" : "EC")
                            .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            Octets text = Octets.ofHex("a1a2a3");
            return Signatures.verify(
                    issued.keys().getPublic(), scheme, text, Signatures.sign(key, scheme, text));
        } catch (InvalidKeySpecException another) {
            return false;
        }
    }

    private Optional<SecretBytes> privateKey(String id) throws Exception {
        return api.database.privateKey(id).toCompletableFuture().get();
    }

    @Test
    void withTheCertificatesBehindIt() throws Exception {
        Issuer between = root.intermediate(Wish.ofAuthority("CN=Between"));
        Issued leaf = between.issue(Wish.of("CN=leaf").dns("leaf.example"));
        String key = PemTexts.pkcs8(leaf.keys().getPrivate());
        ObjectNode body =
                body(PemTexts.certificates(leaf.certificate(), between.certificate()))
                        .put("private_key", key);
        ObjectNode stored = imported(CERTIFICATES, body);
        assertEquals(2, stored.path("details").size());
        assertEquals(
                "[\"CN=leaf\",\"leaf.example\"]",
                stored.path("details").path(0).path("identities").toString());
        assertRefused(
                "/pem_encoded",
                "certificate 2, of CN=Root,O=Example",
                body.deepCopy()
                        .put(
                                "pem_encoded",
                                PemTexts.certificates(leaf.certificate(), root.certificate())));
        assertRefused(
                "/private_key",
                "the key of another certificate",
                body.deepCopy()
                        .put(
                                "pem_encoded",
                                PemTexts.certificates(between.certificate(), root.certificate())));
    }

    @Test
    void whatIsNotTaken() throws Exception {
        String certificate = PemTexts.certificates(own.certificate());
        String key = PemTexts.pkcs8(own.keys().getPrivate());
        assertRefused("/pem_encoded", "missing", ApiFixture.JSON.createObjectNode());
        assertRefused("/pem_encoded", "nothing in PEM", body("no certificate"));
        assertRefused("/pem_encoded", "'PRIVATE KEY'", body(certificate + key));
        assertRefused("/pem_encoded", "'X509 CRL'", body(PemTexts.crl(root.revoke())));
        assertRefused(
                "/pem_encoded",
                "cannot be read",
                body(PemTexts.certificates(own.certificate().slice(0, 100))));
        assertRefused(
                "/pem_encoded",
                "2 certificates without a private key",
                body(PemTexts.certificates(own.certificate(), root.certificate())));
        assertRefused(
                "/pem_encoded",
                "an RSA key of 1024 bits",
                body(
                        PemTexts.certificates(
                                root.issue(Wish.of("CN=weak").keys(Issuer.rsa(1024)))
                                        .certificate())));
        assertRefused(
                "/private_key",
                "another certificate",
                ours().put("private_key", PemTexts.pkcs8(Issuer.rsa(2048).getPrivate())));
        assertRefused(
                "/private_key",
                "another certificate",
                ours().put("private_key", PemTexts.pkcs8(Issuer.ec().getPrivate())));
        assertRefused("/private_key", "0 objects", ours().put("private_key", "no key"));
        assertRefused("/private_key", "2 objects", ours().put("private_key", key + key));
        assertRefused("/private_key", "'CERTIFICATE'", ours().put("private_key", certificate));
        RawHttp.Answer answer = api.post(CERTIFICATES + "?action=export", ours());
        assertEquals(List.of("action"), fields(answer));
    }

    @Test
    void encryptedKeysThatDoNotOpen() throws Exception {
        String encrypted = PemTexts.encrypted(own.keys().getPrivate(), PASSPHRASE, 2048);
        assertRefused("/passphrase", "missing", ours().put("private_key", encrypted));
        assertRefused(
                "/passphrase",
                "another passphrase",
                ours().put("private_key", encrypted).put("passphrase", "Zq7-wrong"));
        assertRefused(
                "/private_key",
                "1000001 iterations",
                ours().put(
                                "private_key",
                                PemTexts.encrypted(own.keys().getPrivate(), PASSPHRASE, 1_000_001))
                        .put("passphrase", PASSPHRASE));
        assertRefused(
                "/private_key",
                "openssl pkcs8 -topk8",
                ours().put(
                                "private_key",
                                PemTexts.encryptedTraditionally(
                                        own.keys().getPrivate(), PASSPHRASE))
                        .put("passphrase", PASSPHRASE));
    }

    @Test
    void noSecretComesBackOrLiesOpen() throws Exception {
        String key = PemTexts.encrypted(own.keys().getPrivate(), PASSPHRASE, 2048);
        imported(CERTIFICATES, ours());
        imported(CERTIFICATES, ours().put("private_key", key).put("passphrase", PASSPHRASE));
        api.get(CERTIFICATES);
        assertRefused(
                "/passphrase", "another", ours().put("private_key", key).put("passphrase", "Zq7"));
        String plain = PemTexts.pkcs8(own.keys().getPrivate());
        assertRefused("/pem_encoded", "not shown", body(plain + "x".repeat(70_000)));
        assertRefused("/private_key", "not shown", ours().put("private_key", plain.repeat(20)));
        String secret = plain.lines().skip(5).findFirst().orElseThrow();
        assertTrue(plain.contains(secret));
        for (String answer : api.answers) {
            assertFalse(answer.contains("Zq7"), "a passphrase");
            assertFalse(answer.contains(secret.substring(0, 20)), "a private key");
        }
        String octets = new String(Base64.getDecoder().decode(secret), StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertFalse(content.contains("Zq7"), file::toString);
                assertFalse(content.contains(secret), file::toString);
                assertFalse(content.contains(octets), file::toString);
            }
        }
    }

    // Revocation lists.

    @Test
    void aRevocationList() throws Exception {
        ObjectNode stored = imported(CRLS, body(PemTexts.crl(root.revoke(1, 2))));
        assertEquals("crl", stored.path("resource_type").asText());
        assertEquals("CN=Root,O=Example", stored.path("details").path("issuer").asText());
        assertEquals(2, stored.path("details").path("revoked_count").asInt());
        String path = CRLS + "/" + stored.path("id").asText();
        assertEquals(stored, listed(ApiFixture.object(api.get(path))));
        assertEquals(1, ApiFixture.object(api.get(CRLS)).path("result_count").asInt());
        RawHttp.Answer answer = api.post(CRLS, body(PemTexts.certificates(root.certificate())));
        assertEquals(List.of("/pem_encoded"), fields(answer));
        assertEquals(200, api.delete(path).status());
        assertEquals(404, api.get(path).status());
    }

    // Sessions.

    private ObjectNode session(String certificate, String authority, String... lists) {
        ObjectNode session = Samples.routeBased();
        session.remove("psk");
        session.put("authentication_mode", "CERTIFICATE").put("peer_id", "CN=peer");
        ObjectNode local = (ObjectNode) session.path("local_endpoint");
        local.put("local_id", "edge.example").put("certificate_id", certificate);
        local.putArray("trust_ca_ids").add(authority);
        for (String list : lists) {
            local.withArray("trust_crl_ids").add(list);
        }
        return session;
    }

    @Test
    void aSessionWithAllOfIt() throws Exception {
        String certificate = id(CERTIFICATES, ours());
        String authority = root();
        String list = id(CRLS, body(PemTexts.crl(root.revoke(77))));
        ObjectNode body = session(certificate.toUpperCase(Locale.ROOT), authority, list);
        RawHttp.Answer answer = api.put(SESSIONS + "/by-certificate", body);
        assertEquals(200, answer.status(), answer::body);
        assertEquals(Optional.empty(), answer.header("x-edge-ipsec-warning"));
        JsonNode local = ApiFixture.object(answer).path("local_endpoint");
        assertEquals(certificate, local.path("certificate_id").asText());

        try (SessionIntent intent =
                        api.database
                                .intent("by-certificate")
                                .toCompletableFuture()
                                .get()
                                .orElseThrow();
                IntentSnapshot snapshot = api.database.snapshot().toCompletableFuture().get()) {
            CertificateIntent named = snapshot.sessions().get(0).certificates();
            assertEquals(named, intent.certificates());
            assertEquals(certificate, Objects.requireNonNull(named).own().id());
            assertEquals(authority, named.authorities().get(0).id());
            assertEquals(list, named.lists().get(0).id());
        }

        for (String path :
                List.of(
                        CERTIFICATES + "/" + certificate,
                        CERTIFICATES + "/" + authority,
                        CRLS + "/" + list)) {
            RawHttp.Answer refused = api.delete(path);
            assertEquals(409, refused.status(), path);
            assertTrue(error(refused).contains("is in use by by-certificate"), refused::body);
        }
        assertEquals(200, api.delete(SESSIONS + "/by-certificate").status());
        assertEquals(200, api.delete(CERTIFICATES + "/" + certificate).status());
        assertEquals(Optional.empty(), privateKey(certificate));
        assertEquals(200, api.delete(CERTIFICATES + "/" + authority).status());
        assertEquals(200, api.delete(CRLS + "/" + list).status());
    }

    @Test
    void whatASessionNamesMustBeThereAndServe() throws Exception {
        String certificate = id(CERTIFICATES, ours());
        String authority = root();
        String path = SESSIONS + "/wrong";
        assertEquals(
                List.of(
                        "/local_endpoint/certificate_id",
                        "/local_endpoint/trust_ca_ids/0",
                        "/local_endpoint/trust_crl_ids/0"),
                fields(api.put(path, session(NOBODY, NOBODY, NOBODY))));
        RawHttp.Answer noKey = api.put(path, session(authority, authority));
        assertEquals(List.of("/local_endpoint/certificate_id"), fields(noKey));
        assertTrue(error(noKey).contains("has no private key"), noKey::body);
        ObjectNode other = session(certificate, authority);
        ((ObjectNode) other.path("local_endpoint")).put("local_id", "2.2.2.2");
        RawHttp.Answer notItsName = api.put(path, other);
        assertEquals(List.of("/local_endpoint/local_id"), fields(notItsName));
        assertTrue(
                error(notItsName).contains("CN=edge,O=Example or edge.example"), notItsName::body);
        ((ObjectNode) other.path("local_endpoint")).put("local_id", "o=EXAMPLE, cn=Edge");
        assertEquals(200, api.put(path, other).status());
    }

    @Test
    void theSameAuthorityTwiceAndASessionThatGoesBackToAKey() throws Exception {
        String certificate = id(CERTIFICATES, ours());
        ObjectNode body = session(certificate, certificate);
        ((ObjectNode) body.path("local_endpoint")).withArray("trust_ca_ids").add(certificate);
        String path = SESSIONS + "/s";
        assertEquals(200, api.put(path, body).status());
        body.put("authentication_mode", "PSK").put("psk", "TESTPSK").put("_revision", 0);
        RawHttp.Answer answer = api.put(path, body);
        assertEquals(200, answer.status(), answer::body);
        assertTrue(answer.header("x-edge-ipsec-warning").orElse("").contains("no effect"));
        assertEquals(200, api.delete(CERTIFICATES + "/" + certificate).status());
    }
}
