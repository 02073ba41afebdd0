package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.daemon.testing.LogCapture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and passwords are in no answer, no log line at any level, and in no file as it is. */
class SecrecyTest {

    private static final String SECRET = "Zq7-the-secret-Zq7";

    private final LogCapture log = new LogCapture(Level.TRACE);

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void aKeyNeverComesBack(@TempDir Path directory) throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            String path = SESSIONS + "/secret";
            ObjectNode body = Samples.routeBased();
            body.put("psk", SECRET);
            body.putObject("ppk").put("id", "branch-7").put("key", SECRET.repeat(3));
            assertEquals(200, api.put(path, body).status());
            assertEquals(412, api.put(path, body).status());
            body.put("_revision", 0);
            assertEquals(200, api.put(path, body).status());
            api.get(path);
            api.get(SESSIONS);
            api.get(path + "/status");
            body.put("_revision", 1);

            refuse(api, path, body.deepCopy().put("psk", SECRET.repeat(8)));
            body.remove("psk");
            ObjectNode list = body.deepCopy();
            list.putArray("psk").add(SECRET);
            refuse(api, path, list);
            ObjectNode tooShort = body.deepCopy();
            tooShort.putObject("ppk").put("id", "branch-7").put("key", SECRET);
            refuse(api, path, tooShort);
            ObjectNode withoutId = body.deepCopy();
            withoutId.putObject("ppk").put("key", SECRET.repeat(3));
            refuse(api, path, withoutId);
            refuse(api, path, body.deepCopy().put("ppk", SECRET));
            ObjectNode nested = body.deepCopy();
            nested.putObject("psk").put("value", SECRET);
            refuse(api, path, nested);
            refuse(api, path, body.deepCopy().put("Psk", SECRET));
            ObjectNode misplaced = body.deepCopy();
            ((ObjectNode) misplaced.path("local_endpoint")).put("psk", SECRET);
            refuse(api, path, misplaced);
            refuse(api, path, body.deepCopy().put("psk", SECRET).put("enabled", 3));
            refuse(api, path, body.deepCopy().put("psk", SECRET).put("peer_address", "0.0.0.0"));

            String json = body.deepCopy().put("psk", SECRET).toString();
            String quoted = '"' + SECRET + '"';
            for (String broken :
                    List.of(
                            json.replace(quoted, SECRET),
                            json.replace(quoted, "'" + SECRET + "'"),
                            json.replace(quoted, '"' + SECRET),
                            json.replace(quoted, quoted + quoted),
                            json.replace(quoted, "\"\\ud800" + SECRET + '"'),
                            json.replace(quoted, "\"\\x" + SECRET + '"'),
                            json + SECRET)) {
                RawHttp.Answer answer = api.call("PUT", path, List.of(), broken);
                assertEquals(400, answer.status(), answer::body);
            }
            assertEquals(2, object(api.put(path, body)).path("_revision").asInt());
            api.delete(path);

            api.post(
                    "/api/v1/node/users",
                    object("{\"username\":\"a\",\"password\":\"" + SECRET + "\"}"));
            api.put("/api/v1/node/users/a", object("{\"password\":\"" + SECRET + "\"}"));
            refuse(
                    api,
                    "/api/v1/node/users/a",
                    object("{\"password\":{\"x\":\"" + SECRET + "\"}}"));
            new HttpsClient(api).logIn("a", SECRET);
            new HttpsClient(api).basic("a", SECRET).get(SESSIONS);
            new HttpsClient(api).basic("a", SECRET + SECRET).get(SESSIONS);
            ObjectNode audit = object(api.get("/api/v1/audit?page_size=1000"));
            assertEquals(3, audit.toString().split("\"/psk\",\"secret\"", -1).length);
            assertTrue(audit.toString().contains("\"/ppk/key\",\"secret\":\"unchanged\""));
            assertTrue(audit.toString().contains("\"/password\",\"secret\":\"changed\""));
            assertTrue(audit.toString().contains("RefusedLogin"));

            assertTrue(api.answers.size() > 20);
            assertAbsent("an answer", api.answers.stream());
        }
        assertTrue(log.lines().stream().anyMatch(line -> line.contains("event=config.stored")));
        assertAbsent("the log", log.lines().stream());
    }

    private static void refuse(ApiFixture api, String path, ObjectNode body) throws IOException {
        RawHttp.Answer answer = api.put(path, body);
        assertEquals(400, answer.status(), answer::body);
    }

    @Test
    void aKeyIsInNoFileAsItIs(@TempDir Path directory) throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            ObjectNode body = Samples.routeBased();
            body.put("psk", SECRET).put("display_name", "Zq7-no-secret");
            body.putObject("ppk").put("id", "branch-7").put("key", SECRET.repeat(3));
            assertEquals(200, api.put(SESSIONS + "/secret", body).status());
            ObjectNode user = object("{\"username\":\"a\",\"password\":\"" + SECRET + "\"}");
            assertEquals(201, api.post("/api/v1/node/users", user).status());
            assertFiles(directory);
        }
        assertFiles(directory);
    }

    private static void assertFiles(Path directory) throws IOException {
        StringBuilder everything = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                everything.append(
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        assertTrue(everything.indexOf("Zq7-no-secret") >= 0, "the search finds what is there");
        assertAbsent("a file", Stream.of(everything.toString()));
    }

    private static void assertAbsent(String where, Stream<String> texts) {
        texts.forEach(
                text -> assertFalse(text.contains("Zq7-the-secret"), () -> where + " has the key"));
    }
}
