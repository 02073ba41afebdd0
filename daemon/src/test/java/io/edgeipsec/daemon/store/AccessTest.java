package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.daemon.adapter.Issuer;
import io.edgeipsec.daemon.adapter.PemTexts;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may call over HTTPS: TLS itself, each way to show who one is, roles, limits. */
class AccessTest {

    private static final String PASSWORD = "correct horse battery";
    private static final List<String> ROLES = List.of("auditor", "operator", "admin");

    @TempDir Path directory;
    private ApiFixture api;

    @BeforeEach
    void open() throws IOException {
        open(settings(0, 0));
    }

    private static AuthSettings settings(int perSecond, int concurrent) {
        Duration long_ = Duration.ofHours(1);
        return new AuthSettings(5, long_, long_, long_, long_, true, true, perSecond, concurrent);
    }

    private void open(AuthSettings settings) throws IOException {
        if (api != null) {
            api.close();
        }
        api = new ApiFixture(directory, SessionRule.NONE, settings);
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    /** Over the unix socket, as a first user has to be. */
    private void addUser(String name, String role) throws IOException {
        ObjectNode user =
                ApiFixture.JSON
                        .createObjectNode()
                        .put("username", name)
                        .put("role", role)
                        .put("password", PASSWORD);
        assertEquals(201, api.post("/api/v1/node/users", user).status());
    }

    private HttpsClient client() throws Exception {
        return new HttpsClient(api);
    }

    private static void assertError(int status, int code, RawHttp.Answer answer) {
        assertEquals(status, answer.status(), answer::body);
        assertEquals(code, object(answer).path("error_code").asInt(), answer::body);
    }

    @Test
    void whileNobodyHasAPasswordTheAnswerSaysHowToMakeOne() throws Exception {
        for (RawHttp.Answer answer :
                List.of(
                        client().get(SESSIONS),
                        client().basic("admin", "admin").get(SESSIONS),
                        client().logIn("admin", "default"))) {
            assertError(403, 40306, answer);
            assertTrue(answer.body().contains("edge-ipsec user add NAME --role admin"));
        }
        // A user without a password is nobody either.
        ObjectNode user = ApiFixture.JSON.createObjectNode().put("username", "none");
        assertEquals(
                "NOT_ACTIVATED",
                object(api.post("/api/v1/node/users", user)).path("status").asText());
        assertError(403, 40306, client().get(SESSIONS));
    }

    @Test
    void tlsIsModern() throws Exception {
        addUser("admin", "admin");
        for (String version : List.of("TLSv1.3", "TLSv1.2")) {
            SSLParameters parameters = new SSLParameters();
            parameters.setProtocols(new String[] {version});
            HttpsClient one = new HttpsClient(api, parameters, new KeyManager[0]);
            assertEquals(200, one.basic("admin", PASSWORD).get(SESSIONS).status(), version);
        }
        SSLParameters weak = new SSLParameters();
        weak.setProtocols(new String[] {"TLSv1.2"});
        weak.setCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
        HttpsClient cbc = new HttpsClient(api, weak, new KeyManager[0]);
        assertThrows(SSLException.class, () -> cbc.get(SESSIONS));
        // The JDK's client does not speak 1.1 any more: this is its ClientHello, by hand.
        assertEquals(List.of(2, 70), alertTo(0x02));
        assertEquals(List.of(2, 70), alertTo(0x01));
    }

    /** Level and description of the alert that answers a ClientHello of this minor version. */
    private List<Integer> alertTo(int minor) throws IOException {
        byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 2 + 4 + 2];
        hello[0] = 22;
        hello[1] = 3;
        hello[2] = 1;
        hello[4] = (byte) (hello.length - 5);
        hello[5] = 1;
        hello[8] = (byte) (hello.length - 9);
        hello[9] = 3;
        hello[10] = (byte) minor;
        // Two suites of TLS 1.0: ECDHE-ECDSA-AES128-SHA and AES128-SHA; no compression.
        byte[] suites = {0, 4, (byte) 0xc0, 9, 0, 0x2f, 1, 0};
        System.arraycopy(suites, 0, hello, hello.length - suites.length, suites.length);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.httpsPort());
                DataInputStream in = new DataInputStream(socket.getInputStream())) {
            socket.getOutputStream().write(hello);
            assertEquals(21, in.readUnsignedByte(), "an alert");
            in.skipNBytes(4);
            return List.of(in.readUnsignedByte(), in.readUnsignedByte());
        }
    }

    @Test
    void userAndPasswordComeWithTheRequest() throws Exception {
        addUser("alice", "admin");
        RawHttp.Answer missing = client().get(SESSIONS);
        assertError(401, 40101, missing);
        assertEquals(
                "Basic realm=\"edge-ipsec\", charset=\"UTF-8\"",
                missing.header("www-authenticate").orElse("none"));
        assertError(401, 40101, client().basic("alice", PASSWORD + "x").get(SESSIONS));
        assertError(401, 40101, client().basic("bob", PASSWORD).get(SESSIONS));
        assertError(400, 40002, client().with("Authorization", "Basic !").get(SESSIONS));
        HttpsClient alice = client().basic("alice", PASSWORD);
        RawHttp.Answer put = alice.put(SESSIONS + "/a", Samples.routeBased());
        assertEquals("alice", object(put).path("_create_user").asText(), put::body);
    }

    @Test
    void aLoginIsACookieWithAToken() throws Exception {
        addUser("alice", "operator");
        assertError(401, 40101, client().logIn("alice", "wrong"));
        RawHttp.Answer login = client().logIn("alice", PASSWORD.replace(" ", "%20"));
        assertEquals(200, login.status());
        String cookie = login.header("set-cookie").orElseThrow();
        assertTrue(
                cookie.matches("JSESSIONID=[\\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax"),
                cookie);
        String token = login.header("x-xsrf-token").orElseThrow();
        String sent = cookie.replaceFirst(";.*", "");

        HttpsClient both = client().with("Cookie", sent).with("X-XSRF-TOKEN", token);
        assertEquals(200, both.get(SESSIONS).status());
        assertEquals(200, both.put(SESSIONS + "/a", Samples.routeBased()).status());
        assertError(403, 98, client().with("Cookie", sent).get(SESSIONS));
        assertError(
                403, 98, client().with("Cookie", sent).with("X-XSRF-TOKEN", sent).get(SESSIONS));
        assertError(403, 98, client().with("Cookie", sent).basic("alice", PASSWORD).get(SESSIONS));
        HttpsClient all =
                client().with("Cookie", sent).with("X-XSRF-TOKEN", token).basic("alice", PASSWORD);
        assertEquals(200, all.get(SESSIONS).status());
        RawHttp.Answer otherSite =
                client().with("Cookie", sent)
                        .with("X-XSRF-TOKEN", token)
                        .with("Origin", "https://evil.example")
                        .delete(SESSIONS + "/a");
        assertError(403, 40305, otherSite);

        assertEquals(200, both.call("POST", "/api/session/destroy", Optional.empty()).status());
        assertError(403, 98, both.get(SESSIONS));
    }

    @Test
    void aStreamOfEventsEndsWithItsLogin() throws Exception {
        addUser("alice", "auditor");
        addUser("bob", "auditor");
        RawHttp.Answer login = client().logIn("alice", PASSWORD.replace(" ", "+"));
        String cookie = login.header("set-cookie").orElseThrow().replaceFirst(";.*", "");
        HttpsClient alice =
                client().with("Cookie", cookie)
                        .with("X-XSRF-TOKEN", login.header("x-xsrf-token").orElseThrow());
        HttpsClient bob = client().basic("bob", PASSWORD);
        try (InputStream ofAlice = alice.open("/api/v1/events");
                InputStream ofBob = bob.open("/api/v1/events")) {
            assertEquals(
                    200, alice.call("POST", "/api/session/destroy", Optional.empty()).status());
            assertTrue(new String(ofAlice.readAllBytes(), StandardCharsets.UTF_8).contains("id:"));
            ObjectNode promoted = object("{\"role\":\"operator\"}");
            assertEquals(200, api.put("/api/v1/node/users/bob", promoted).status());
            assertTrue(new String(ofBob.readAllBytes(), StandardCharsets.UTF_8).contains("id:"));
        }
    }

    @Test
    void aLoginEndsWhenItsUserChanges() throws Exception {
        addUser("alice", "operator");
        for (String change : List.of("{\"role\":\"auditor\"}", "DELETE")) {
            RawHttp.Answer login = client().logIn("alice", PASSWORD.replace(" ", "+"));
            HttpsClient alice =
                    client().with(
                                    "Cookie",
                                    login.header("set-cookie")
                                            .orElseThrow()
                                            .replaceFirst(";.*", ""))
                            .with("X-XSRF-TOKEN", login.header("x-xsrf-token").orElseThrow());
            assertEquals(200, alice.get(SESSIONS).status());
            RawHttp.Answer done =
                    change.equals("DELETE")
                            ? api.delete("/api/v1/node/users/alice")
                            : api.put("/api/v1/node/users/alice", object(change));
            assertEquals(200, done.status(), done::body);
            assertError(403, 98, alice.get(SESSIONS));
        }
    }

    @Test
    void usersChangeTheirOwnPasswordOnly() throws Exception {
        addUser("alice", "auditor");
        addUser("bob", "auditor");
        ObjectNode body =
                ApiFixture.JSON
                        .createObjectNode()
                        .put("old_password", PASSWORD)
                        .put("password", "another long one");
        String action = "?action=reset_own_password";
        HttpsClient alice = client().basic("alice", PASSWORD);
        assertError(403, 40303, alice.post("/api/v1/node/users/bob" + action, body));
        RawHttp.Answer wrong =
                alice.post(
                        "/api/v1/node/users/alice" + action,
                        body.deepCopy().put("old_password", "guessed"));
        assertError(401, 40101, wrong);
        assertEquals(200, alice.post("/api/v1/node/users/alice" + action, body).status());
        assertError(401, 40101, client().basic("alice", PASSWORD).get(SESSIONS));
        assertEquals(200, client().basic("alice", "another long one").get(SESSIONS).status());
    }

    private Issuer.Issued certificate(String name) {
        Instant now = Instant.now();
        return Issuer.root("CN=somebody")
                .issue(
                        Issuer.Wish.of("CN=" + name)
                                .valid(now.minusSeconds(60), now.plusSeconds(600)));
    }

    private void addPrincipal(String name, String role, Issuer.Issued issued) throws IOException {
        ObjectNode principal =
                ApiFixture.JSON
                        .createObjectNode()
                        .put("name", name)
                        .put("role", role)
                        .put("certificate_pem", PemTexts.certificates(issued.certificate()));
        RawHttp.Answer answer =
                api.post("/api/v1/trust-management/principal-identities", principal);
        assertEquals(201, answer.status(), answer::body);
    }

    @Test
    void aCertificateStandsForAPrincipal() throws Exception {
        addUser("alice", "auditor");
        Issuer.Issued issued = certificate("automation");
        HttpsClient automation = HttpsClient.withCertificate(api, issued);
        assertError(403, 99, automation.get(SESSIONS));
        addPrincipal("automation", "operator", issued);
        RawHttp.Answer put = automation.put(SESSIONS + "/a", Samples.routeBased());
        assertEquals("automation", object(put).path("_create_user").asText(), put::body);
        // User and password win: an auditor may not.
        HttpsClient both = HttpsClient.withCertificate(api, issued).basic("alice", PASSWORD);
        assertError(403, 40303, both.put(SESSIONS + "/b", Samples.routeBased()));

        Instant now = Instant.now();
        Issuer.Issued old =
                Issuer.root("CN=x")
                        .issue(
                                Issuer.Wish.of("CN=old")
                                        .valid(now.minusSeconds(60), now.minusSeconds(1)));
        addPrincipal("old", "operator", old);
        assertError(403, 99, HttpsClient.withCertificate(api, old).get(SESSIONS));
    }

    @Test
    void whatAPrincipalCreatedIsProtectedFromOthers() throws Exception {
        addUser("admin", "admin");
        addUser("olga", "operator");
        Issuer.Issued issued = certificate("automation");
        addPrincipal("automation", "operator", issued);
        HttpsClient automation = HttpsClient.withCertificate(api, issued);
        HttpsClient admin = client().basic("admin", PASSWORD);
        HttpsClient operator = client().basic("olga", PASSWORD);
        String path = SESSIONS + "/a";
        ObjectNode body = Samples.routeBased();
        assertEquals(
                "NOT_PROTECTED", object(automation.put(path, body)).path("_protection").asText());
        assertEquals("PROTECTED", object(operator.get(path)).path("_protection").asText());
        assertEquals("REQUIRE_OVERRIDE", object(admin.get(path)).path("_protection").asText());
        assertEquals(
                "REQUIRE_OVERRIDE",
                object(api.get(SESSIONS)).path("results").path(0).path("_protection").asText());
        body.put("_revision", 0);
        assertError(403, 40304, operator.put(path, body));
        assertError(403, 40304, operator.with("X-Allow-Overwrite", "true").put(path, body));
        assertError(403, 40304, operator.delete(path));
        assertError(403, 40304, admin.put(path, body));
        assertError(403, 40304, admin.delete(path));
        assertEquals(0, object(admin.get(path)).path("_revision").asInt());
        assertEquals(200, automation.put(path, body).status());
        admin.with("X-Allow-Overwrite", "true");
        assertEquals(200, admin.put(path, body.put("_revision", 1)).status());
        // It stays the principal's.
        assertEquals("PROTECTED", object(operator.get(path)).path("_protection").asText());
        assertEquals(200, admin.delete(path).status());
    }

    @Test
    void eachOperationIsForTheRoleThatTheDocumentSays() throws Exception {
        int calls = 0;
        for (String role : ROLES) {
            addUser(role, role);
        }
        for (String role : ROLES) {
            HttpsClient caller = client().basic(role, PASSWORD);
            for (Map.Entry<String, JsonNode> path :
                    ApiFixture.document().path("paths").properties()) {
                for (Map.Entry<String, JsonNode> member : path.getValue().properties()) {
                    String required = member.getValue().path("x-required-role").asText();
                    boolean endless =
                            member.getValue().at("/responses/200/content").has("text/event-stream");
                    if (!member.getValue().has("operationId")
                            || required.equals("none")
                            || endless) {
                        continue;
                    }
                    assertTrue(ROLES.contains(required), () -> path.getKey() + " has no role");
                    RawHttp.Answer answer =
                            caller.call(
                                    member.getKey().toUpperCase(java.util.Locale.ROOT),
                                    path.getKey()
                                            .replaceAll(
                                                    "\\{[^}]*}",
                                                    "00000000-0000-0000-0000-000000000000"),
                                    member.getValue().has("requestBody")
                                            ? Optional.of("{}")
                                            : Optional.empty());
                    boolean may = ROLES.indexOf(role) >= ROLES.indexOf(required);
                    boolean refused =
                            answer.status() == 403
                                    && object(answer).path("error_code").asInt() == 40303;
                    assertEquals(
                            may,
                            !refused,
                            () -> role + ": " + member.getKey() + " " + path.getKey());
                    assertTrue(answer.status() != 401, answer::body);
                    calls++;
                }
            }
        }
        System.out.printf("calls of operations by roles: %d%n", calls);
        assertTrue(calls > 100);
    }

    @Test
    void failuresLockOutTheUserFromThere() throws Exception {
        addUser("alice", "admin");
        addUser("bob", "admin");
        for (int i = 0; i < 5; i++) {
            assertError(401, 40101, client().basic("alice", "guess " + i).get(SESSIONS));
        }
        RawHttp.Answer locked = client().basic("alice", PASSWORD).get(SESSIONS);
        assertError(403, 40302, locked);
        assertTrue(Integer.parseInt(locked.header("retry-after").orElse("0")) > 3000);
        assertError(403, 40302, client().logIn("alice", PASSWORD));
        assertEquals(200, client().basic("bob", PASSWORD).get(SESSIONS).status());
        assertEquals(200, api.get(SESSIONS).status());
        List<String> refusals =
                object(api.get("/api/v1/audit?kind=login&user=alice")).findValuesAsText("detail");
        assertEquals(7, refusals.size());
        assertEquals("locked out", refusals.get(0));
    }

    @Test
    void aClientThatAsksTooMuchIsToldToWait() throws Exception {
        open(settings(3, 0));
        addUser("alice", "admin");
        HttpsClient alice = client().basic("alice", PASSWORD);
        RawHttp.Answer answer = alice.get(SESSIONS);
        for (int i = 0; i < 50 && answer.status() == 200; i++) {
            answer = alice.get("/api/v1/openapi.json");
        }
        assertError(429, 42901, answer);
        assertEquals("1", answer.header("retry-after").orElse("none"));
        assertEquals(200, api.get(SESSIONS).status());
    }

    @Test
    void waysToLogInCanBeSwitchedOff() throws Exception {
        Duration hour = Duration.ofHours(1);
        open(new AuthSettings(5, hour, hour, hour, hour, false, false, 0, 0));
        addUser("alice", "admin");
        RawHttp.Answer basic = client().basic("alice", PASSWORD).get(SESSIONS);
        assertError(401, 40101, basic);
        assertTrue(basic.header("www-authenticate").orElse("").startsWith("Cookie "));
        assertError(403, 40303, client().logIn("alice", PASSWORD));
    }
}
