package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.daemon.adapter.Issuer;
import io.edgeipsec.daemon.adapter.Issuer.Issued;
import io.edgeipsec.daemon.adapter.Issuer.Wish;
import io.edgeipsec.daemon.adapter.PemTexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Revocation lists that are replaced, and who uses what. */
class TrustChangeApiTest {
    private static final String TRUST = "/api/v1/trust-management/";
    private static final String CERTIFICATES = TRUST + "certificates";
    private static final String CRLS = TRUST + "crls";
    private static final String PROFILES = "/api/v1/vpn/ipsec/dpd-profiles";

    @TempDir private Path directory;
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

    private static ObjectNode body(String pem) {
        return ApiFixture.JSON.createObjectNode().put("pem_encoded", pem);
    }

    private String imported(String collection, ObjectNode body) throws IOException {
        RawHttp.Answer answer = api.post(collection, body);
        assertEquals(201, answer.status(), answer::body);
        return object(answer).at("/results/0/id").asText();
    }

    private String ownCertificate() throws IOException {
        return imported(
                CERTIFICATES,
                body(PemTexts.certificates(own.certificate()))
                        .put("private_key", PemTexts.pkcs8(own.keys().getPrivate())));
    }

    private void session(String id, String certificate, String authority, String list)
            throws IOException {
        ObjectNode session = Samples.routeBased();
        session.remove("psk");
        session.put("display_name", "to " + id);
        session.put("authentication_mode", "CERTIFICATE").put("peer_id", "CN=peer");
        ObjectNode local = (ObjectNode) session.path("local_endpoint");
        local.put("local_id", "edge.example").put("certificate_id", certificate);
        local.putArray("trust_ca_ids").add(authority);
        local.putArray("trust_crl_ids").add(list);
        RawHttp.Answer answer = api.put(SESSIONS + "/" + id, session);
        assertEquals(200, answer.status(), answer::body);
    }

    @Test
    void aListIsReplacedByItsSuccessor() throws IOException {
        String id = imported(CRLS, body(PemTexts.crl(root.revoke(1))));
        ObjectNode read = object(api.get(CRLS + "/" + id));
        read.put("pem_encoded", PemTexts.crl(root.revoke(1, 2, 3))).put("display_name", "root's");
        RawHttp.Answer answer = api.put(CRLS + "/" + id, read);
        assertEquals(200, answer.status(), "what was read can be sent back");
        ObjectNode stored = object(answer);
        assertEquals(1, stored.path("_revision").asInt());
        assertEquals(3, stored.at("/details/revoked_count").asInt());
        assertEquals("root's", stored.path("display_name").asText());
        assertEquals(stored, object(api.get(CRLS + "/" + id)));
        assertEquals(412, api.put(CRLS + "/" + id, read).status());
        read.remove("_revision");
        assertEquals(412, api.put(CRLS + "/" + id, read).status());
        assertEquals(404, api.get(CRLS + "/00000000-0000-0000-0000-000000000001").status());
        RawHttp.Answer created = api.put(CRLS + "/00000000-0000-0000-0000-000000000001", read);
        assertEquals(200, created.status());
        assertEquals(0, object(created).path("_revision").asInt());
    }

    @Test
    void whatWouldUndoARevocationIsRefused() throws IOException {
        String id = imported(CRLS, body(PemTexts.crl(root.revoke(1))));
        Issuer stranger = Issuer.root("CN=Stranger");
        RawHttp.Answer foreign =
                api.put(CRLS + "/" + id, body(PemTexts.crl(stranger.revoke())).put("_revision", 0));
        assertEquals(400, foreign.status());
        assertTrue(foreign.body().contains("one of CN=Root,O=Example, as before"));
        RawHttp.Answer older =
                api.put(
                        CRLS + "/" + id,
                        body(PemTexts.crl(root.revokedDaysAgo(2, 1))).put("_revision", 0));
        assertEquals(400, older.status());
        assertTrue(older.body().contains("not older"), older::body);
        assertEquals(
                List.of("/pem_encoded"),
                SessionApiTest.fields(api.put(CRLS + "/" + id, body("no list"))));
        assertEquals(0, object(api.get(CRLS + "/" + id)).path("_revision").asInt());
    }

    @Test
    void certificatesAreListedByTypeAndWithoutDetails() throws IOException {
        String certificate = ownCertificate();
        String authority = imported(CERTIFICATES, body(PemTexts.certificates(root.certificate())));
        JsonNode signed = object(api.get(CERTIFICATES + "?type=certificate_signed"));
        assertEquals(1, signed.path("result_count").asInt());
        assertEquals(certificate, signed.at("/results/0/id").asText());
        assertTrue(signed.at("/results/0").has("details"));
        JsonNode ca = object(api.get(CERTIFICATES + "?type=certificate_ca&details=false"));
        assertEquals(authority, ca.at("/results/0/id").asText());
        assertFalse(ca.at("/results/0").has("details"));
        assertFalse(
                object(api.get(CERTIFICATES + "/" + authority + "?details=false")).has("details"));
        assertTrue(object(api.get(CERTIFICATES + "/" + authority)).has("details"));
        assertEquals(List.of("type"), SessionApiTest.fields(api.get(CERTIFICATES + "?type=api")));
        assertEquals(
                List.of("details"),
                SessionApiTest.fields(api.get(CERTIFICATES + "/" + authority + "?details=1")));
    }

    private List<String> users(String path) throws IOException {
        List<String> users = new ArrayList<>();
        for (JsonNode link : object(api.get(path)).path("_links")) {
            if (link.path("rel").asText().equals("used_by")) {
                users.add(link.path("href").asText());
            }
        }
        return users;
    }

    @Test
    void whoUsesSomethingIsSaid() throws IOException {
        String certificate = ownCertificate();
        String authority = imported(CERTIFICATES, body(PemTexts.certificates(root.certificate())));
        String list = imported(CRLS, body(PemTexts.crl(root.revoke(1))));
        assertEquals(0, object(api.get(CERTIFICATES + "/" + certificate)).path("used_by").size());
        session("b", certificate, authority, list);
        session("a", certificate, authority, list);
        List<String> both = List.of("/vpn/ipsec/sessions/a", "/vpn/ipsec/sessions/b");
        assertEquals(
                "[{\"target_id\":\"a\",\"target_display_name\":\"to a\","
                        + "\"target_type\":\"RouteBasedIPSecVPNSession\",\"is_valid\":true}",
                object(api.get(CERTIFICATES + "/" + certificate))
                        .path("used_by")
                        .toString()
                        .split(",\\{", 2)[0]);
        assertEquals(both, users(CERTIFICATES + "/" + authority));
        assertEquals(both, users(CRLS + "/" + list));
        String profile = object(api.get(PROFILES)).at("/results/0/id").asText();
        assertEquals(both, users(PROFILES + "/" + profile));
        assertEquals(200, api.delete(SESSIONS + "/a").status());
        assertEquals(List.of("/vpn/ipsec/sessions/b"), users(CRLS + "/" + list));
        assertEquals(List.of(), users(SESSIONS + "/b"), "nobody uses a session");
    }
}
