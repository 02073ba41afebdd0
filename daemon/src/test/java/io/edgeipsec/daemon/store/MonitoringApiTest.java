package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SystemProfiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the API shows of running sessions; each answer is validated against the document. */
class MonitoringApiTest {
    private static final String SESSIONS = "/api/v1/vpn/ipsec/sessions";

    @TempDir private Path directory;
    private ApiFixture api;

    @BeforeEach
    void start() throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterEach
    void stop() throws IOException {
        api.close();
    }

    private void store(String... ids) throws IOException {
        for (String id : ids) {
            assertEquals(200, api.put(SESSIONS + "/" + id, Samples.policyBased()).status());
        }
    }

    @Test
    void statisticsHaveTheStatusAndTheTunnels() throws IOException {
        store("a");
        JsonNode statistics = ApiFixture.object(api.get(SESSIONS + "/a/statistics"));
        assertEquals("DOWN", statistics.path("session_status").asText());
        assertEquals(7, statistics.at("/aggregate_traffic_counters/dropped_packets_in").asInt());
        JsonNode rule = statistics.at("/policy_statistics/0");
        assertEquals("rule-1", rule.path("policy_id").asText());
        assertEquals(1000, rule.at("/aggregate_traffic_counters/bytes_in").asInt());
        JsonNode tunnel = rule.at("/tunnel_statistics/0");
        assertEquals(3, tunnel.path("integrity_failures").asInt());
        assertEquals(4, tunnel.path("replay_errors").asInt());
        assertEquals("IKE SA down", tunnel.path("tunnel_down_reason").asText());
        assertFalse(tunnel.has("decryption_failures"), "nobody counted them");
    }

    @Test
    void statisticsOfNothingAreNotFound() throws IOException {
        assertEquals(404, api.get(SESSIONS + "/a/statistics").status());
        assertEquals(
                404,
                api.call("POST", SESSIONS + "/a/statistics?action=reset", List.of(), "").status());
    }

    @Test
    void resetSaysWhatItNeeds() throws IOException {
        store("a");
        RawHttp.Answer done =
                api.call("POST", SESSIONS + "/a/statistics?action=reset", List.of(), "");
        assertEquals(200, done.status());
        assertEquals("", done.body());
        assertEquals(List.of("a"), List.copyOf(api.running.reset));
        for (String query : List.of("", "?action=", "?action=clear")) {
            RawHttp.Answer refused =
                    api.call("POST", SESSIONS + "/a/statistics" + query, List.of(), "");
            assertEquals(400, refused.status(), query);
            assertEquals(List.of("action"), SessionApiTest.fields(refused), query);
        }
        assertEquals(1, api.running.reset.size());
    }

    @Test
    void actionsSayWhatTheyBeginOrWhyNot() throws IOException {
        store("a", "off");
        for (String action : List.of("reset", "rekey", "initiate")) {
            RawHttp.Answer begun =
                    api.call("POST", SESSIONS + "/a?action=" + action, List.of(), "");
            assertEquals(200, begun.status());
            assertEquals(action, ApiFixture.object(begun).path("action").asText());
            assertEquals(
                    action.toUpperCase(java.util.Locale.ROOT) + " begins",
                    ApiFixture.object(begun).path("begun").asText());
        }
        RawHttp.Answer refused = api.call("POST", SESSIONS + "/off?action=reset", List.of(), "");
        assertEquals(409, refused.status());
        assertEquals(40903, ApiFixture.object(refused).path("error_code").asInt());
        assertEquals(404, api.call("POST", SESSIONS + "/b?action=reset", List.of(), "").status());
        for (String query : List.of("", "?action=restart")) {
            assertEquals(
                    List.of("action"),
                    SessionApiTest.fields(
                            api.call("POST", SESSIONS + "/a" + query, List.of(), "")));
        }
    }

    @Test
    void stateOfAChangeIsFoundByItsRequest() throws IOException {
        RawHttp.Answer stored = api.put(SESSIONS + "/a", Samples.policyBased());
        assertEquals(
                "success",
                ApiFixture.object(api.get(SESSIONS + "/a/state")).path("state").asText());
        String request = stored.header("x-nsx-requestid").orElseThrow();
        JsonNode state =
                ApiFixture.object(
                        api.get(
                                SESSIONS
                                        + "/a/state?barrier_id=1&request_id="
                                        + request.toUpperCase(java.util.Locale.ROOT)));
        assertEquals("what is " + request, state.path("failure_message").asText());
        assertEquals("unknown", state.at("/details/0/state").asText());
        RequestedChange change =
                api.database.changeOf(request).toCompletableFuture().join().orElseThrow();
        assertEquals("a", change.id());
        assertEquals(ResourceKind.SESSION, change.kind());
        assertEquals(400, api.get(SESSIONS + "/a/state?request_id=no-uuid").status());
        RawHttp.Answer deleted = api.delete(SESSIONS + "/a");
        String deletion = deleted.header("x-nsx-requestid").orElseThrow();
        assertEquals(404, api.get(SESSIONS + "/a/state?request_id=" + deletion).status());
        assertTrue(
                api.database.changeOf(deletion).toCompletableFuture().join().orElseThrow().number()
                        > change.number());
    }

    @Test
    void peerConfigHasTheKeyInAnyFormat() throws IOException {
        store("a");
        String hex =
                java.util.HexFormat.of()
                        .formatHex(
                                Samples.policyBased()
                                        .path("psk")
                                        .asText()
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (String format : List.of("", "?format=text", "?format=swanctl", "?format=libreswan")) {
            RawHttp.Answer answer = api.get(SESSIONS + "/a/peer-config" + format);
            assertEquals(200, answer.status(), format);
            assertTrue(answer.body().contains("0x" + hex), format);
        }
        assertEquals(400, api.get(SESSIONS + "/a/peer-config?format=junos").status());
        assertEquals(404, api.get(SESSIONS + "/b/peer-config").status());
    }

    @Test
    void whatAFormatCannotSayIsRefused() throws IOException {
        assertEquals(
                200,
                api.put(SESSIONS + "/a", Samples.policyBased().put("peer_id", "two \"words\""))
                        .status());
        RawHttp.Answer refused = api.get(SESSIONS + "/a/peer-config?format=libreswan");
        assertEquals(409, refused.status());
        assertEquals(40904, ApiFixture.object(refused).path("error_code").asInt());
        assertEquals(200, api.get(SESSIONS + "/a/peer-config?format=swanctl").status());
    }

    @Test
    void summaryIsPaged() throws IOException {
        store("a", "b", "c");
        List<String> seen = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = ApiFixture.object(api.get(SESSIONS + "/summary?page_size=2" + cursor));
            assertEquals(3, page.at("/session_summary/total_sessions").asInt());
            assertEquals(2, page.at("/session_summary/failed_sessions").asInt());
            assertEquals(20, page.at("/aggregate_traffic_counters/packets_out").asInt());
            for (JsonNode share : page.path("traffic_summary_per_session")) {
                seen.add(
                        share.at("/ipsec_vpn_session/target_id").asText()
                                + share.at("/traffic_counters/packets_in").asInt());
            }
            cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asText() : "";
            pages++;
        } while (!cursor.isEmpty());
        assertEquals(List.of("a10", "b0", "c0"), seen);
        assertEquals(2, pages);
        assertEquals(400, api.get(SESSIONS + "/summary?page_size=1001").status());
    }

    @Test
    void summaryIsNoSession() throws IOException {
        assertEquals(405, api.put(SESSIONS + "/summary", Samples.policyBased()).status());
        assertEquals(405, api.delete(SESSIONS + "/summary").status());
        assertTrue(api.get(SESSIONS + "/summaries").status() == 404);
    }

    @Test
    void statusOfAGroupTellsWhatRoutesNameItBy() throws IOException {
        String groups = "/api/v1/vpn/ipsec/multi-path-groups";
        JsonNode group =
                ApiFixture.object(
                        api.post(groups, ApiFixture.object("{\"display_name\":\"both\"}")));
        JsonNode status =
                ApiFixture.object(api.get(groups + "/" + group.path("id").asText() + "/status"));
        assertEquals("DEGRADED", status.path("group_status").asText());
        assertEquals(1_166_016_513L, status.path("nexthop_group_id").asLong());
        assertEquals(2, status.path("total_members").asInt());
        assertEquals(1, status.path("usable_members").asInt());
        assertEquals("vpn2", status.at("/members/1/tunnel_interface").asText());
        assertEquals(404, api.get(groups + "/" + SystemProfiles.IKE.id() + "/status").status());
    }
}
