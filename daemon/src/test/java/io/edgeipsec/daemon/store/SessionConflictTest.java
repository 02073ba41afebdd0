package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.validation.SessionConflicts;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that nothing would tell apart, over HTTP and in the real store. */
class SessionConflictTest {

    @TempDir Path directory;
    private ApiFixture api;

    @BeforeEach
    void start() throws IOException {
        api = new ApiFixture(directory, new SessionConflicts());
    }

    @AfterEach
    void stop() throws IOException {
        api.close();
    }

    private RawHttp.Answer put(String id, ObjectNode body) throws IOException {
        return api.put(SESSIONS + "/" + id, body);
    }

    private void stored(String id, ObjectNode body) throws IOException {
        RawHttp.Answer answer = put(id, body);
        assertEquals(200, answer.status(), answer::body);
    }

    private static ObjectNode route(String peerId) {
        return Samples.routeBased().put("peer_id", peerId);
    }

    /** A policy-based session with a peer of its own and one pair. */
    private static ObjectNode policy(int peer, String source, String destination) {
        ObjectNode session = Samples.policyBased();
        session.put("peer_address", "203.0.113." + peer);
        ArrayNode rules = session.putArray("policy_rules");
        ObjectNode rule = rules.addObject();
        rule.putArray("sources").addObject().put("subnet", source);
        rule.putArray("destinations").addObject().put("subnet", destination);
        return session;
    }

    @Test
    void addressesAndIdentitiesTogetherAreOneSessions() throws Exception {
        stored("hq", route("hq.example.net"));
        RawHttp.Answer refused = put("again", route("HQ.example.NET").put("display_name", "x"));
        assertEquals(List.of("/peer_id"), SessionApiTest.fields(refused));
        assertTrue(refused.body().contains("session hq (to-hq)"), refused::body);
        assertTrue(refused.body().contains("local_address 2.2.2.2"), refused::body);
        assertEquals(404, api.get(SESSIONS + "/again").status());
        stored("other-peer", route("branch.example.net"));
        ObjectNode otherLocal = route("hq.example.net");
        ((ObjectNode) otherLocal.path("local_endpoint")).put("local_id", "we.example.net");
        stored("other-local", otherLocal);
        stored("elsewhere", route("hq.example.net").put("peer_address", "4.4.4.2"));
        stored("hq", route("hq.example.net").put("_revision", 0));
        RawHttp.Answer moved = put("other-peer", route("hq.example.net").put("_revision", 0));
        assertEquals(List.of("/peer_id"), SessionApiTest.fields(moved));
        assertEquals(
                "branch.example.net",
                ApiFixture.object(api.get(SESSIONS + "/other-peer")).path("peer_id").asText());
    }

    @Test
    void distinguishedNamesAreComparedAsNames() throws Exception {
        stored("dn", route("CN=hq, O=Example"));
        assertEquals(
                List.of("/peer_id"), SessionApiTest.fields(put("twin", route("cn=HQ,o=example"))));
        stored("other", route("CN=hq, O=Another"));
    }

    @Test
    void aPacketIsProtectedByOneSession() throws Exception {
        stored("a", policy(1, "10.1.0.0/16", "10.7.0.0/16"));
        for (String[] pair :
                new String[][] {
                    {"10.1.0.0/16", "10.7.0.0/16"},
                    {"10.1.3.0/24", "10.7.0.0/16"},
                    {"10.0.0.0/8", "10.7.9.0/24"},
                    {"0.0.0.0/0", "10.0.0.0/8"},
                    {"10.1.255.255/32", "10.7.255.255/32"}
                }) {
            RawHttp.Answer refused = put("b", policy(2, pair[0], pair[1]));
            assertEquals(List.of("/policy_rules/0"), SessionApiTest.fields(refused));
            assertTrue(
                    refused.body().contains("10.1.0.0/16 -> 10.7.0.0/16 of session a (a)"),
                    refused::body);
            assertTrue(refused.body().contains(pair[0] + " -> " + pair[1]), refused::body);
        }
        stored("next", policy(2, "10.2.0.0/16", "10.7.0.0/16"));
        stored("before", policy(3, "10.1.0.0/16", "10.6.255.255/32"));
        stored("after", policy(4, "10.1.0.0/16", "10.8.0.0/32"));
        stored("high", policy(5, "200.0.0.0/8", "240.0.0.0/4"));
        assertEquals(
                List.of("/policy_rules/0"),
                SessionApiTest.fields(put("b", policy(6, "200.255.255.255/32", "0.0.0.0/0"))));
        // Its own pairs are in no session's way, and those that it gives up are free.
        stored("a", policy(1, "10.1.0.0/17", "10.7.0.0/16").put("_revision", 0));
        stored("b", policy(6, "10.1.128.0/17", "10.7.0.0/16"));
        assertEquals(200, api.delete(SESSIONS + "/a").status());
        stored("c", policy(7, "10.1.0.0/17", "10.7.0.0/16"));
        stored("route", Samples.routeBased());
    }

    @Test
    void whatIsDisabledIsInNobodysWay() throws Exception {
        stored("old", policy(1, "10.1.0.0/16", "10.7.0.0/16"));
        ObjectNode successor = policy(2, "10.1.0.0/16", "10.7.0.0/16").put("enabled", false);
        stored("new", successor);
        successor.put("enabled", true).put("_revision", 0);
        assertEquals(List.of("/policy_rules/0"), SessionApiTest.fields(put("new", successor)));
        ObjectNode rulesOff = policy(1, "10.1.0.0/16", "10.7.0.0/16").put("_revision", 0);
        ((ObjectNode) rulesOff.path("policy_rules").path(0)).put("enabled", false);
        stored("old", rulesOff);
        stored("new", successor);
        ObjectNode on = policy(1, "10.1.0.0/16", "10.7.0.0/16").put("_revision", 1);
        RawHttp.Answer refused = put("old", on);
        assertTrue(refused.body().contains("of session new (new)"), refused::body);
        stored("twin-a", route("hq.example.net"));
        stored("twin-b", route("hq.example.net").put("enabled", false));
    }

    @Test
    void everyRuleThatIsInTheWayIsNamed() throws Exception {
        stored("a", policy(1, "10.1.0.0/16", "10.7.0.0/16"));
        ObjectNode session = policy(2, "10.3.0.0/16", "10.7.0.0/16");
        for (String source : List.of("10.1.4.0/24", "10.1.5.0/24")) {
            ObjectNode rule = ((ArrayNode) session.path("policy_rules")).addObject();
            rule.putArray("sources").addObject().put("subnet", source);
            rule.putArray("destinations").addObject().put("subnet", "10.7.0.0/16");
        }
        assertEquals(
                List.of("/policy_rules/1", "/policy_rules/2"),
                SessionApiTest.fields(put("b", session)));
    }

    @Test
    void aStoreFromBeforeIsIndexedWhenItIsOpened() throws Exception {
        stored("a", policy(1, "10.1.0.0/16", "10.7.0.0/16"));
        stored("r", route("hq.example.net"));
        api.close();
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("state/edge-ipsec.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM protected_pair");
            statement.execute("DELETE FROM session_identity");
            statement.execute("DELETE FROM meta WHERE name = 'session_index'");
        }
        start();
        assertEquals(
                List.of("/policy_rules/0"),
                SessionApiTest.fields(put("b", policy(2, "10.1.0.0/16", "10.7.0.0/16"))));
        assertEquals(List.of("/peer_id"), SessionApiTest.fields(put("c", route("hq.example.net"))));
    }
}
