package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.contract.SchemaRules;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.http.Access;
import io.edgeipsec.api.http.ApiServer;
import io.edgeipsec.api.http.HttpsListener;
import io.edgeipsec.api.http.Listeners;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.daemon.adapter.PemTrustReader;
import io.edgeipsec.daemon.adapter.TestPasswords;
import io.edgeipsec.daemon.adapter.TlsIdentity;
import io.edgeipsec.daemon.status.EventPublisher;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The API over a real unix socket and a real loopback port, on a real store. Every answer that goes
 * through it is validated against the API document, and kept for tests that search them all.
 */
final class ApiFixture implements AutoCloseable {

    private static final String PLAIN_TEXT = "plain text";
    static final ObjectMapper JSON = new ObjectMapper();

    private static final ApiDocument DOCUMENT = ApiDocument.load(OptionalLong.empty());
    private static final SchemaRules RULES = new SchemaRules(DOCUMENT);
    private static final JsonNode DOCUMENT_TREE = tree(DOCUMENT.bytes());

    final Path directory;
    final ConfigurationDatabase database;
    final EventJournal journal;
    final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
    final FixedSessions running = new FixedSessions();
    final FixedService service;
    private final ApiServer server;

    ApiFixture(Path directory) throws IOException {
        this(directory, SessionRule.NONE);
    }

    ApiFixture(Path directory, SessionRule rule) throws IOException {
        this(directory, rule, AuthSettings.DEFAULTS);
    }

    ApiFixture(Path directory, SessionRule rule, AuthSettings settings) throws IOException {
        this.directory = directory;
        this.database =
                ConfigurationDatabase.open(
                        directory.resolve("state"),
                        Optional.empty(),
                        rule,
                        Clock.systemUTC(),
                        new SecureRandom());
        this.journal = new EventJournal(database.run(), Clock.systemUTC());
        database.addListener(new EventPublisher(journal));
        this.service = new FixedService(database);
        this.server =
                ApiServer.start(
                        new Listeners(
                                socket(),
                                Optional.empty(),
                                Optional.of(https()),
                                Optional.of(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), 0))),
                        DOCUMENT,
                        database,
                        running,
                        service.port(),
                        database,
                        new PemTrustReader(),
                        journal,
                        new Access(
                                settings,
                                database.accounts(),
                                database.audit(),
                                TestPasswords.HASHER));
    }

    private HttpsListener https() throws IOException {
        TlsIdentity identity =
                TlsIdentity.load(directory.resolve("state"), Optional.empty(), Optional.empty());
        return new HttpsListener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                identity,
                identity.fingerprint());
    }

    int httpsPort() {
        return server.httpsPort().orElseThrow();
    }

    static List<ApiOperation> operations() {
        return DOCUMENT.operations();
    }

    static JsonNode document() {
        return DOCUMENT_TREE;
    }

    Path socket() {
        return directory.resolve("api.sock");
    }

    int port() {
        return server.httpPort().orElseThrow();
    }

    RawHttp.Answer get(String path) throws IOException {
        return call("GET", path, List.of(), "");
    }

    RawHttp.Answer put(String path, JsonNode body) throws IOException {
        return call("PUT", path, List.of("Content-Type: application/json"), body.toString());
    }

    RawHttp.Answer post(String path, JsonNode body) throws IOException {
        return call("POST", path, List.of("Content-Type: application/json"), body.toString());
    }

    RawHttp.Answer delete(String path) throws IOException {
        return call("DELETE", path, List.of(), "");
    }

    /** Calls over the unix socket and validates the answer. */
    RawHttp.Answer call(String method, String path, List<String> headers, String body)
            throws IOException {
        try (RawHttp http = RawHttp.unix(socket())) {
            return check(
                    method,
                    path,
                    http.request(method, path, headers, body.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The answer, once it is what the document says of it. */
    RawHttp.Answer check(String method, String path, RawHttp.Answer answer) {
        answers.add(answer.headers() + "\n" + answer.body());
        if (method.equals("HEAD") || (method.equals("OPTIONS") && answer.status() == 200)) {
            assertEquals("", answer.body(), "the body of " + method + " " + path);
            return answer;
        }
        String schema = answerSchema(method, path, answer.status());
        if (schema.equals(PLAIN_TEXT)) {
            assertEquals("text/plain; charset=utf-8", answer.header("content-type").orElse("none"));
        } else if (schema.isEmpty()) {
            assertEquals("", answer.body(), "the body of " + method + " " + path);
        } else {
            assertEquals("application/json", answer.header("content-type").orElse("none"));
            JsonNode body = tree(answer.body().getBytes(StandardCharsets.UTF_8));
            if (path.contains("included_fields=") && body.has("results")) {
                // Results with some of their fields are what no schema describes.
                ((ObjectNode) body).putArray("results");
            }
            assertEquals(
                    List.of(),
                    RULES.check(schema, body),
                    () -> "the document refuses " + answer.body());
        }
        if (answer.status() < 500 && !method.equals("GET") && operation(method, path).isPresent()) {
            assertTrue(
                    // The door refuses these before there is a request to name.
                    List.of(401, 403, 405, 413, 415, 429).contains(answer.status())
                            || answer.header("x-nsx-requestid").orElse("").length() == 36,
                    () -> "no request id on " + method + " " + path);
        }
        return answer;
    }

    private static Optional<ApiOperation> operation(String method, String path) {
        String below = path.replaceFirst("^/api/v1/", "/").replaceFirst("\\?.*", "");
        return DOCUMENT.operations().stream()
                .filter(
                        operation ->
                                operation.method().equals(method)
                                        && below.matches(
                                                operation.path().replaceAll("\\{[^}]*}", "[^/]+")))
                .findFirst();
    }

    /** Where the document describes the body of this answer; empty for a body that is. */
    private static String answerSchema(String method, String path, int status) {
        Optional<ApiOperation> operation = operation(method, path);
        if (operation.isEmpty() || status >= 400) {
            return "/components/schemas/ApiError";
        }
        JsonNode answer =
                DOCUMENT_TREE
                        .path("paths")
                        .path(operation.get().path())
                        .path(operation.get().method().toLowerCase(java.util.Locale.ROOT))
                        .path("responses")
                        .path(String.valueOf(status));
        if (answer.has("$ref")) {
            answer = DOCUMENT_TREE.at(answer.path("$ref").asText().substring(1));
        }
        assertTrue(
                answer.isObject(),
                () -> "the document has no " + status + " for " + method + " " + path);
        if (answer.path("content").has("text/plain; charset=utf-8")) {
            return PLAIN_TEXT;
        }
        JsonNode schema = answer.path("content").path("application/json").path("schema");
        if (schema.isMissingNode()) {
            return "";
        }
        // Only the document itself has its schema in place.
        return schema.has("$ref")
                ? schema.path("$ref").asText().substring(1)
                : "/paths/~1openapi.json/get/responses/200/content/application~1json/schema";
    }

    static ObjectNode object(RawHttp.Answer answer) {
        return (ObjectNode) tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    static ObjectNode object(String json) {
        return (ObjectNode) tree(json.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + new String(json, StandardCharsets.UTF_8), e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        database.close();
    }
}
