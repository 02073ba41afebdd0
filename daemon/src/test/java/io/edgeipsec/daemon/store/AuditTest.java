package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the audit record, and what is not. */
class AuditTest {

    private static final String AUDIT = "/api/v1/audit";

    @TempDir Path directory;
    private ApiFixture api;

    @BeforeEach
    void open() throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private JsonNode records(String query) throws IOException {
        return object(api.get(AUDIT + query)).path("results");
    }

    private static List<String> fields(JsonNode record) {
        List<String> fields = new ArrayList<>();
        record.path("changes").forEach(change -> fields.add(change.toString()));
        return fields;
    }

    @Test
    void aChangeSaysWhoAndWhat() throws IOException {
        String path = SESSIONS + "/a";
        ObjectNode body = Samples.routeBased();
        String request = api.put(path, body).header("x-nsx-requestid").orElseThrow();
        body.put("_revision", 0).put("peer_address", "4.4.4.2").put("psk", "another");
        assertEquals(200, api.put(path, body).status());
        body.put("_revision", 1);
        assertEquals(200, api.put(path, body).status());
        assertEquals(200, api.delete(path).status());

        JsonNode records = records("?object_id=a");
        assertEquals(4, records.size());
        JsonNode created = records.get(3);
        assertEquals(System.getProperty("user.name"), created.path("user").asText());
        assertEquals("admin", created.path("role").asText());
        assertEquals("unix_socket", created.path("authentication").asText());
        assertEquals("unix-socket", created.path("origin").asText());
        assertEquals(request, created.path("request_id").asText());
        assertEquals("UpdateIPSecVPNSession", created.path("operation").asText());
        assertEquals("session", created.path("kind").asText());
        assertFalse(created.has("revision_before"));
        assertEquals(0, created.path("revision_after").asInt());
        JsonNode replaced = records.get(2);
        assertEquals(0, replaced.path("revision_before").asInt());
        assertEquals(1, replaced.path("revision_after").asInt());
        assertEquals(
                List.of(
                        "{\"field\":\"/psk\",\"secret\":\"changed\"}",
                        "{\"field\":\"/peer_address\",\"before\":\"4.4.4.1\",\"after\":\"4.4.4.2\"}"),
                fields(replaced));
        assertEquals(
                List.of("{\"field\":\"/psk\",\"secret\":\"unchanged\"}"), fields(records.get(1)));
        JsonNode deleted = records.get(0);
        assertEquals("DeleteIPSecVPNSession", deleted.path("operation").asText());
        assertEquals(2, deleted.path("revision_before").asInt());
        assertFalse(deleted.has("revision_after"));
    }

    @Test
    void whatWasRefusedIsNotInIt() throws IOException {
        String path = SESSIONS + "/a";
        assertEquals(200, api.put(path, Samples.routeBased()).status());
        assertEquals(412, api.put(path, Samples.routeBased()).status());
        assertEquals(400, api.put(path, Samples.routeBased().put("enabled", 3)).status());
        ObjectNode unknown = Samples.routeBased();
        unknown.put("dpd_profile_id", "00000000-0000-0000-0000-000000000000");
        assertEquals(400, api.put(SESSIONS + "/b", unknown).status());
        assertEquals(404, api.delete(SESSIONS + "/b").status());
        assertEquals(1, records("").size());
    }

    @Test
    void itIsReadInPagesTheNewestFirst() throws IOException {
        for (int i = 0; i < 7; i++) {
            api.put(SESSIONS + "/s" + i, Samples.routeBased());
        }
        api.post("/api/v1/node/users", object("{\"username\":\"alice\"}"));
        List<Long> sequence = new ArrayList<>();
        String cursor = "";
        do {
            ObjectNode page = object(api.get(AUDIT + "?page_size=3" + cursor));
            page.path("results").forEach(record -> sequence.add(record.path("sequence").asLong()));
            cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asText() : "";
        } while (!cursor.isEmpty());
        assertEquals(List.of(8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L), sequence);
        assertEquals(1, records("?kind=user").size());
        assertEquals(1, records("?object_id=s3").size());
        assertEquals(7, records("?kind=session").size());
        assertEquals(0, records("?user=nobody").size());
        assertEquals(400, api.get(AUDIT + "?cursor=pAAA").status());
    }

    @Test
    void accountsAreInItWithoutTheirPasswords() throws IOException {
        ObjectNode user = object("{\"username\":\"alice\",\"password\":\"a long password\"}");
        assertEquals(201, api.post("/api/v1/node/users", user).status());
        assertEquals(
                200,
                api.put("/api/v1/node/users/alice", object("{\"role\":\"operator\"}")).status());
        assertEquals(200, api.delete("/api/v1/node/users/alice").status());
        JsonNode records = records("?kind=user");
        assertEquals(3, records.size());
        assertEquals(
                "{\"field\":\"/password\",\"secret\":\"changed\"}", fields(records.get(2)).get(0));
        assertEquals(
                List.of("{\"field\":\"/role\",\"before\":\"AUDITOR\",\"after\":\"OPERATOR\"}"),
                fields(records.get(1)));
    }

    private long sql(String query) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("state/edge-ipsec.db"));
                Statement statement = connection.createStatement()) {
            return statement.execute(query) ? statement.getResultSet().getLong(1) : 0;
        }
    }

    @Test
    void theNewestHundredThousandStay() throws Exception {
        api.put(SESSIONS + "/oldest", Samples.routeBased());
        close();
        sql(
                "INSERT INTO audit (time, user, authentication, origin, operation, kind, id)"
                        + " WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n"
                        + " WHERE i < 100000)"
                        + " SELECT i, 'u', 'none', 'test', 'Login', 'login', 'u' FROM n");
        open();
        assertEquals(1, records("?object_id=oldest").size());
        api.put(SESSIONS + "/newest", Samples.routeBased());
        assertEquals(0, records("?object_id=oldest").size());
        assertEquals(100_001, records("?object_id=newest").get(0).path("sequence").asInt());
        close();
        assertEquals(100_000, sql("SELECT count(*) FROM audit"));
        assertEquals(2, sql("SELECT min(sequence) FROM audit"));
        open();
    }

    @Test
    void theReadingOfKeysIsInIt() throws IOException {
        String path = SESSIONS + "/a";
        api.put(path, Samples.routeBased());
        assertEquals(200, api.get(path + "/peer-config").status());
        assertEquals(404, api.get(SESSIONS + "/b/peer-config").status());
        JsonNode records = records("");
        assertEquals(2, records.size());
        assertEquals("GetIPSecVPNSessionPeerConfig", records.get(0).path("operation").asText());
        assertEquals("a", records.get(0).path("object_id").asText());
    }

    @Test
    void itIsThereAfterARestart() throws IOException {
        api.put(SESSIONS + "/a", Samples.routeBased());
        close();
        open();
        assertEquals(1, records("").size());
    }
}
