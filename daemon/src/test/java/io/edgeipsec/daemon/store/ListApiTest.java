package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.resource.SystemProfiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conventions of lists, and that a page costs the same wherever it is. */
class ListApiTest {

    private static final List<String> ORDERS =
            List.of("id", "display_name", "description", "_create_time", "_last_modified_time");

    @TempDir Path directory;
    private ApiFixture api;

    @BeforeEach
    void start() throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterEach
    void stop() throws IOException {
        api.close();
    }

    private ObjectNode stored(String id, ObjectNode body) throws IOException {
        RawHttp.Answer answer = api.put(SESSIONS + "/" + id, body);
        assertEquals(200, answer.status(), answer::body);
        return object(answer);
    }

    private static ObjectNode session(int n) {
        ObjectNode body = n % 2 == 0 ? Samples.routeBased() : Samples.policyBased();
        // Names in another order than ids, each twice; long ones that differ past what is compared.
        body.put("display_name", "é".repeat(126) + (char) ('z' - n / 2) + n);
        if (n % 3 > 0) {
            body.put("description", "0000 line\nline " + n % 3);
        }
        return body;
    }

    private List<ObjectNode> all(String parameters) throws IOException {
        List<ObjectNode> results = new ArrayList<>();
        String cursor = "";
        do {
            ObjectNode page = object(api.get(SESSIONS + "?" + parameters + cursor));
            page.path("results").forEach(result -> results.add((ObjectNode) result));
            // A cursor knows its order by itself.
            cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asText() : "";
        } while (!cursor.isEmpty());
        return results;
    }

    @Test
    void eachOrderIsThatOfItsField() throws Exception {
        for (int n = 0; n < 9; n++) {
            stored("s" + n, session(n));
        }
        stored("s4", session(4).put("_revision", 0));
        for (String field : ORDERS) {
            Comparator<ObjectNode> order =
                    field.startsWith("_")
                            ? Comparator.comparingLong(node -> node.path(field).asLong())
                            : Comparator.comparing(
                                    node -> {
                                        String text = node.path(field).asText();
                                        return text.substring(0, Math.min(128, text.length()));
                                    });
            order = order.thenComparing(node -> node.path("id").asText());
            for (boolean ascending : new boolean[] {true, false}) {
                List<ObjectNode> listed =
                        all("page_size=2&sort_by=" + field + "&sort_ascending=" + ascending);
                List<ObjectNode> sorted = new ArrayList<>(listed);
                sorted.sort(ascending ? order : order.reversed());
                assertEquals(sorted, listed, field);
                assertEquals(9, listed.size());
            }
            List<ObjectNode> routed =
                    all("page_size=2&session_type=RouteBasedIPSecVPNSession&sort_by=" + field);
            assertEquals(5, routed.size());
        }
    }

    @Test
    void aPageGoesOnWhereTheOneBeforeEndedWhateverHappens() throws Exception {
        for (int n = 0; n < 8; n++) {
            stored("s" + n, Samples.routeBased().put("display_name", "name " + n));
        }
        for (String order : List.of("id", "display_name")) {
            String list = SESSIONS + "?page_size=4&sort_by=" + order;
            ObjectNode first = object(api.get(list));
            assertEquals(8, first.path("result_count").asInt());
            // The last one of the page goes, and others come before and after it.
            assertEquals(200, api.delete(SESSIONS + "/s3").status());
            stored("s0a", Samples.routeBased().put("display_name", "name 0a"));
            stored("s5a", Samples.routeBased().put("display_name", "name 5a"));
            ObjectNode second =
                    object(api.get(list + "&cursor=" + first.path("page_cursor").asText()));
            List<String> ids = new ArrayList<>();
            second.path("results").forEach(each -> ids.add(each.path("id").asText()));
            assertEquals(List.of("s4", "s5", "s5a", "s6"), ids);
            assertFalse(second.has("result_count"));
            stored("s3", Samples.routeBased().put("display_name", "name 3"));
            api.delete(SESSIONS + "/s0a");
            api.delete(SESSIONS + "/s5a");
        }
    }

    @Test
    void aCursorIsOfItsOrder() throws Exception {
        for (int n = 0; n < 4; n++) {
            stored("s" + n, Samples.routeBased());
        }
        String cursor =
                object(api.get(SESSIONS + "?page_size=1&sort_by=display_name&sort_ascending=false"))
                        .path("cursor")
                        .asText();
        ObjectNode next = object(api.get(SESSIONS + "?page_size=1&cursor=" + cursor));
        assertEquals("display_name", next.path("sort_by").asText());
        assertFalse(next.path("sort_ascending").asBoolean());
        assertEquals(
                List.of("sort_ascending", "sort_by"),
                SessionApiTest.fields(
                        api.get(
                                SESSIONS
                                        + "?cursor="
                                        + cursor
                                        + "&sort_by=id&sort_ascending=true")));
        for (String bad : List.of("sort_by=psk", "sort_ascending=yes", "included_fields=a%00")) {
            assertEquals(
                    List.of(bad.substring(0, bad.indexOf('='))),
                    SessionApiTest.fields(api.get(SESSIONS + "?" + bad)));
        }
    }

    @Test
    void onlyTheFieldsThatAreWantedCome() throws Exception {
        stored("a", Samples.policyBased());
        JsonNode page =
                object(api.get(SESSIONS + "?included_fields=peer_address,%20_revision,no_such"));
        assertEquals(
                "{\"resource_type\":\"PolicyBasedIPSecVPNSession\",\"id\":\"a\","
                        + "\"_revision\":0,\"peer_address\":\"203.0.113.9\"}",
                page.path("results").path(0).toString());
        assertEquals(1, page.path("result_count").asInt());
        assertTrue(
                object(api.get(SESSIONS + "?included_fields="))
                        .path("results")
                        .path(0)
                        .has("policy_rules"));
    }

    @Test
    void countsFollowWhatComesGoesAndTurns() throws Exception {
        for (int n = 0; n < 4; n++) {
            stored("s" + n, Samples.routeBased());
        }
        stored("s0", Samples.policyBased().put("_revision", 0));
        api.delete(SESSIONS + "/s1");
        assertEquals(3, count(""));
        assertEquals(2, count("&session_type=RouteBasedIPSecVPNSession"));
        assertEquals(1, count("&session_type=PolicyBasedIPSecVPNSession"));
    }

    private int count(String parameters) throws IOException {
        return object(api.get(SESSIONS + "?page_size=0" + parameters)).path("result_count").asInt();
    }

    /** Whether each statement of a page is one search of an index, without sorting anything. */
    @Test
    void noPageIsSearchedRowByRow() throws Exception {
        TreeSet<String> plans = new TreeSet<>();
        for (String order : ORDERS) {
            String column = order.equals("id") ? "id" : "sort_" + order.replaceFirst("^_", "");
            for (String type : List.of("", " AND resource_type = ?")) {
                for (String[] direction : new String[][] {{">", ""}, {"<", " DESC"}}) {
                    String sql =
                            "SELECT key, body FROM resource WHERE kind = ?"
                                    + type
                                    + " AND (%1$s, id) %2$s (?, ?) ORDER BY %1$s%3$s, id%3$s LIMIT"
                                    + " ?";
                    plans.addAll(plan(sql.formatted(column, direction[0], direction[1])));
                }
            }
        }
        assertFalse(plans.isEmpty());
        for (String plan : plans) {
            assertTrue(plan.startsWith("SEARCH resource USING INDEX"), plan);
            assertTrue(plan.matches(".*\\(kind=\\?.* AND .*[<>].*\\)"), plan);
        }
        List<String> overlap =
                plan(
                        "SELECT session FROM protected_pair JOIN pair_number USING (number) WHERE"
                                + " max_source >= ? AND min_source <= ? AND max_destination >= ?"
                                + " AND min_destination <= ? LIMIT 1");
        assertEquals(2, overlap.size(), overlap::toString);
        assertTrue(
                overlap.get(0).matches(".* VIRTUAL TABLE INDEX 2:([BD]\\d){4}.*"),
                overlap::toString);
        assertTrue(overlap.get(1).startsWith("SEARCH pair_number USING INDEX"), overlap::toString);
    }

    private List<String> plan(String sql) throws SQLException {
        List<String> steps = new ArrayList<>();
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("state/edge-ipsec.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            while (rows.next()) {
                steps.add(rows.getString("detail"));
            }
        }
        return steps;
    }

    @Test
    void anObjectSaysWhatElseThereIsOfIt() throws Exception {
        ObjectNode session = stored("a", Samples.routeBased());
        String self = "/vpn/ipsec/sessions/a";
        assertEquals(self, session.path("_self").path("href").asText());
        assertEquals("RouteBasedIPSecVPNSession", session.path("_schema").asText());
        assertTrue(
                session.path("_links").findValuesAsText("href").contains(self + "/status"),
                session::toString);
        assertEquals(
                List.of(self),
                session.path("actions").findValuesAsText("uri").stream()
                        .filter(self::equals)
                        .distinct()
                        .toList());
        JsonNode system =
                object(api.get("/api/v1/vpn/ipsec/ike-profiles/" + SystemProfiles.IKE.id()));
        assertEquals("[]", system.path("actions").toString());
        ObjectNode list = object(api.get(SESSIONS));
        assertEquals("IPSecVPNSessionListResult", list.path("_schema").asText());
        assertEquals("/vpn/ipsec/sessions", list.path("_self").path("href").asText());
        session.put("display_name", "sent back with all that");
        stored("a", session);
    }

    @Test
    void headAndOptionsAreAnswered() throws Exception {
        stored("a", Samples.routeBased());
        for (String path : List.of(SESSIONS, SESSIONS + "/a", SESSIONS + "/a/status")) {
            RawHttp.Answer get = api.get(path);
            RawHttp.Answer head = api.call("HEAD", path, List.of(), "");
            assertEquals(200, head.status());
            assertEquals("", head.body());
            assertEquals(get.header("content-length"), head.header("content-length"));
        }
        assertEquals(404, api.call("HEAD", SESSIONS + "/none", List.of(), "").status());
        RawHttp.Answer options = api.call("OPTIONS", SESSIONS, List.of(), "");
        assertEquals(200, options.status());
        assertEquals("GET, HEAD, OPTIONS, POST", options.header("allow").orElseThrow());
        assertEquals(404, api.call("OPTIONS", "/api/v1/none", List.of(), "").status());
        RawHttp.Answer refused = api.call("PATCH", SESSIONS + "/a", List.of(), "{}");
        assertEquals(405, refused.status());
        assertTrue(refused.header("allow").orElseThrow().startsWith("DELETE, GET, HEAD"));
    }
}
