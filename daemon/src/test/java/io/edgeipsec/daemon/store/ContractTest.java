package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.auth.Role;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.daemon.testing.EventFeed;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Drives every operation of the document: with a valid call, with each of its parameters violated,
 * and so that each error is answered that it can be made to answer. What is to be seen is read from
 * the document, so an operation that is described and not driven fails the test. Every answer is
 * validated by the fixture.
 */
class ContractTest {

    private static final String SYSTEM_ID = "b8d2f6a0-5d0c-4f51-9d2e-1f6a3c7e000";
    private static final List<String> JSON = List.of("Content-Type: application/json");
    private static final int SUCCESS = 299;

    @TempDir private Path directory;

    /** The statuses that each operation has answered; a success stands as {@link #SUCCESS}. */
    private final Map<String, Set<Integer>> seen = new TreeMap<>();

    private int calls;

    private RawHttp.Answer note(ApiOperation operation, RawHttp.Answer answer) {
        calls++;
        seen.computeIfAbsent(operation.id(), id -> new TreeSet<>())
                .add(answer.status() < 300 ? SUCCESS : answer.status());
        return answer;
    }

    private static void assertStatus(int status, RawHttp.Answer answer, String what) {
        assertEquals(status, answer.status(), () -> what + ": " + answer.body());
    }

    @Test
    void everyOperationAnswersWhatTheDocumentSays() throws Exception {
        try (ApiFixture api = new ApiFixture(directory, SessionRule.NONE, limits(0, 0))) {
            SampleCalls samples = new SampleCalls(api);
            for (ApiOperation operation : ApiFixture.operations()) {
                driveParameters(api, samples, operation);
                driveObjects(api, samples, operation);
                driveDoor(api, samples, operation);
                driveRoles(api, samples, operation);
                driveSuccess(api, samples, operation);
            }
        }
        driveRate();
        driveConcurrency();
        List<String> missing = new ArrayList<>();
        for (ApiOperation operation : ApiFixture.operations()) {
            Set<Integer> lacking = new TreeSet<>(expected(operation));
            lacking.removeAll(seen.getOrDefault(operation.id(), Set.of()));
            if (!lacking.isEmpty()) {
                missing.add(operation.id() + " never answered " + lacking);
            }
        }
        System.out.printf(
                "operations of the API document driven: %d, with %d calls, to %d kinds of answers%n",
                seen.size(), calls, seen.values().stream().mapToInt(Set::size).sum());
        assertEquals(List.of(), missing);
    }

    /** What an operation can be made to answer, by what the document says of it. */
    private static Set<Integer> expected(ApiOperation operation) {
        Set<Integer> expected = new TreeSet<>(Set.of(SUCCESS, 405, 413, 429, 503));
        JsonNode responses = declared(operation);
        for (int status : List.of(400, 403, 404, 412)) {
            if (responses.has(String.valueOf(status))) {
                expected.add(status);
            }
        }
        if (operation.requiredRole().isPresent()) {
            expected.add(401);
            if (operation.requiredRole().get() != Role.AUDITOR) {
                expected.add(403);
            }
        }
        if (!operation.bodyType().isEmpty()) {
            expected.add(415);
        }
        return expected;
    }

    private static JsonNode declared(ApiOperation operation) {
        return ApiFixture.document()
                .path("paths")
                .path(operation.path())
                .path(operation.method().toLowerCase(Locale.ROOT))
                .path("responses");
    }

    private static AuthSettings limits(int perSecond, int concurrent) {
        Duration hour = Duration.ofHours(1);
        return new AuthSettings(
                1_000_000, hour, hour, hour, hour, true, true, perSecond, concurrent);
    }

    private static boolean takesJson(ApiOperation operation) {
        return operation.bodyType().equals("application/json");
    }

    // Successes.

    private void driveSuccess(ApiFixture api, SampleCalls samples, ApiOperation operation)
            throws Exception {
        String path = samples.path(operation);
        RawHttp.Answer answer;
        switch (operation.id()) {
            case "StreamEvents" -> {
                try (EventFeed feed = EventFeed.unix(api.socket(), "")) {
                    assertTrue(feed.lastId().matches("[0-9]+-[0-9]+"), "it begins with an id");
                    seen.computeIfAbsent(operation.id(), id -> new TreeSet<>()).add(SUCCESS);
                    return;
                }
            }
            case "CreateAuthenticatedSession" -> {
                ensureUser(api, "caller", "admin");
                answer = new HttpsClient(api).logIn("caller", SampleCalls.PASSWORD);
            }
            case "DestroyAuthenticatedSession" -> {
                ensureUser(api, "caller", "admin");
                answer =
                        new HttpsClient(api)
                                .basic("caller", SampleCalls.PASSWORD)
                                .call("POST", path, Optional.empty());
            }
            case "ChangeNodeUserPassword" -> {
                String user = path.substring(path.lastIndexOf('/') + 1);
                answer =
                        new HttpsClient(api)
                                .basic(user, SampleCalls.PASSWORD)
                                .post(path, samples.current(operation, path));
            }
            default ->
                    answer =
                            api.call(
                                    operation.method(),
                                    path,
                                    takesJson(operation) ? JSON : List.of(),
                                    takesJson(operation)
                                            ? samples.current(operation, path).toString()
                                            : "");
        }
        note(operation, answer);
        assertTrue(
                declared(operation).has(String.valueOf(answer.status())) && answer.status() < 300,
                () -> operation.id() + ": " + answer.status() + " " + answer.body());
    }

    private static void ensureUser(ApiFixture api, String name, String role) throws Exception {
        ObjectNode user = ApiFixture.JSON.createObjectNode().put("username", name);
        user.put("role", role).put("password", SampleCalls.PASSWORD);
        int status = api.post("/api/v1/node/users", user).status();
        assertTrue(status == 201 || status == 409, name);
    }

    // Parameters.

    private void driveParameters(ApiFixture api, SampleCalls samples, ApiOperation operation)
            throws Exception {
        String path = samples.path(operation);
        String body = takesJson(operation) ? samples.current(operation, path).toString() : "";
        List<String> headers = takesJson(operation) ? JSON : List.of();
        for (Map.Entry<String, String> parameter : operation.queryParameters().entrySet()) {
            String name = parameter.getKey();
            JsonNode schema = Violations.resolve(ApiFixture.document().at(parameter.getValue()));
            for (String wrong : wrongTexts(schema)) {
                String bare = path.replaceAll("[?].*", "");
                String query = "?" + name + "=" + URLEncoder.encode(wrong, StandardCharsets.UTF_8);
                RawHttp.Answer answer =
                        note(operation, api.call(operation.method(), bare + query, headers, body));
                assertEquals(400, answer.status(), () -> bare + query + answer.body());
                assertTrue(
                        ApiFixture.object(answer).path("related_errors").toString().contains(name)
                                || answer.body().contains("cursor"),
                        answer::body);
            }
            if (operation.requiredQueryParameters().contains(name)) {
                String without = path.replaceAll("[?].*", "");
                assertEquals(
                        List.of(name),
                        SessionApiTest.fields(
                                note(
                                        operation,
                                        api.call(operation.method(), without, headers, body))));
            }
        }
        if (!operation.pathParameters().isEmpty()) {
            Map<String, String> ids = new HashMap<>();
            operation.pathParameters().keySet().forEach(name -> ids.put(name, "%20"));
            RawHttp.Answer answer =
                    note(
                            operation,
                            api.call(
                                    operation.method(),
                                    SampleCalls.path(operation, ids),
                                    headers,
                                    body));
            // Where nothing is made, an id that nothing can have is one that is not there.
            assertStatus(takesJson(operation) ? 400 : 404, answer, operation.id());
        }
    }

    /** As they would stand in a query. */
    private static List<String> wrongTexts(JsonNode schema) {
        List<String> wrong = new ArrayList<>();
        if (schema.path("type").asText().equals("array")) {
            wrong.add("NONE_OF_THESE");
            return wrong;
        }
        String type = schema.path("type").asText();
        for (JsonNode value : Violations.wrongValues(schema)) {
            // In a query everything is a text, so a number is wrong for its value only.
            boolean told = type.equals("string") ? value.isTextual() : value.isNumber();
            if (told) {
                wrong.add(value.asText());
            }
        }
        if (type.equals("boolean")) {
            wrong.add("maybe");
        }
        return wrong;
    }

    // Objects that are not there, not current, or the system's.

    private void driveObjects(ApiFixture api, SampleCalls samples, ApiOperation operation)
            throws Exception {
        JsonNode declared = declared(operation);
        List<String> headers = takesJson(operation) ? JSON : List.of();
        String path = samples.path(operation);
        ObjectNode body = takesJson(operation) ? samples.current(operation, path) : null;
        if (declared.has("404")) {
            Map<String, String> ids = new HashMap<>();
            operation.pathParameters().keySet().forEach(name -> ids.put(name, SampleCalls.NOBODY));
            assertStatus(
                    404,
                    note(
                            operation,
                            api.call(
                                    operation.method(),
                                    SampleCalls.path(operation, ids),
                                    headers,
                                    body == null ? "" : body.toString())),
                    operation.id());
        }
        if (declared.has("412") && body != null) {
            ObjectNode stale = body.deepCopy().put("_revision", 999);
            assertStatus(412, note(operation, api.put(path, stale)), operation.id());
        }
        if (declared.has("403") && !operation.pathParameters().isEmpty()) {
            String kind = operation.path().replaceAll("/[{].*", "");
            String digit = kind.contains("ike") ? "1" : kind.contains("tunnel") ? "2" : "3";
            assertStatus(
                    403,
                    note(
                            operation,
                            api.call(
                                    operation.method(),
                                    "/api/v1" + kind + "/" + SYSTEM_ID + digit,
                                    headers,
                                    body == null ? "" : body.toString())),
                    operation.id());
        }
        if (declared.has("400") && takesJson(operation)) {
            RawHttp.Answer answer = api.call(operation.method(), path, JSON, "{\n  \"a\": }");
            assertStatus(400, note(operation, answer), operation.id());
            assertTrue(answer.body().contains("line 2"), answer::body);
        }
    }

    // What the door refuses.

    private void driveDoor(ApiFixture api, SampleCalls samples, ApiOperation operation)
            throws Exception {
        String path = samples.path(operation);
        assertStatus(405, note(operation, api.call("PATCH", path, List.of(), "")), operation.id());
        assertStatus(
                413,
                note(
                        operation,
                        api.call(
                                operation.method(),
                                path,
                                operation.bodyType().isEmpty()
                                        ? List.of()
                                        : List.of("Content-Type: " + operation.bodyType()),
                                "x".repeat((1 << 20) + 1))),
                operation.id());
        if (!operation.bodyType().isEmpty()) {
            assertStatus(
                    415,
                    note(
                            operation,
                            api.call(
                                    operation.method(),
                                    path,
                                    List.of("Content-Type: text/plain"),
                                    "x")),
                    operation.id());
        }
    }

    private void driveRoles(ApiFixture api, SampleCalls samples, ApiOperation operation)
            throws Exception {
        if (operation.requiredRole().isEmpty()) {
            return;
        }
        String path = samples.path(operation);
        Optional<String> body = takesJson(operation) ? Optional.of("{}") : Optional.empty();
        ensureUser(api, "caller", "admin");
        assertStatus(
                401,
                note(operation, new HttpsClient(api).call(operation.method(), path, body)),
                operation.id());
        if (operation.requiredRole().get() != Role.AUDITOR) {
            ensureUser(api, "reader", "auditor");
            assertStatus(
                    403,
                    note(
                            operation,
                            new HttpsClient(api)
                                    .basic("reader", SampleCalls.PASSWORD)
                                    .call(operation.method(), path, body)),
                    operation.id());
        }
    }

    private static String anyPath(ApiOperation operation) {
        Map<String, String> ids = new HashMap<>();
        operation.pathParameters().keySet().forEach(name -> ids.put(name, SampleCalls.NOBODY));
        return SampleCalls.path(operation, ids);
    }

    /** With one request a second, the next one is one too many; nobody is logged in. */
    private void driveRate() throws Exception {
        try (ApiFixture api = new ApiFixture(directory, SessionRule.NONE, limits(1, 0))) {
            HttpsClient client = new HttpsClient(api);
            for (ApiOperation operation : ApiFixture.operations()) {
                int status = 0;
                while (status != 429) {
                    status =
                            note(
                                            operation,
                                            client.call(
                                                    operation.method(),
                                                    anyPath(operation),
                                                    Optional.empty()))
                                    .status();
                }
            }
        }
    }

    /** With one request at a time, and a stream of events that is one. */
    private void driveConcurrency() throws Exception {
        try (ApiFixture api = new ApiFixture(directory, SessionRule.NONE, limits(0, 1))) {
            ensureUser(api, "reader", "auditor");
            HttpsClient client = new HttpsClient(api).basic("reader", SampleCalls.PASSWORD);
            try (InputStream stream = client.open("/api/v1/events")) {
                assertTrue(stream.read() >= 0);
                for (ApiOperation operation : ApiFixture.operations()) {
                    assertStatus(
                            503,
                            note(
                                    operation,
                                    client.call(
                                            operation.method(),
                                            anyPath(operation),
                                            Optional.empty())),
                            operation.id());
                }
            }
        }
    }
}
