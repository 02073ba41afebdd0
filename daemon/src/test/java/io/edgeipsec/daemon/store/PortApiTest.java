package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tunnel ports of route-based sessions; each answer is validated against the document. */
class PortApiTest {
    private static final String PORTS = "/api/v1/ports";

    @TempDir private Path directory;
    private ApiFixture api;

    @BeforeEach
    void open() throws IOException {
        api = new ApiFixture(directory);
        assertEquals(200, api.put(SESSIONS + "/p", Samples.policyBased()).status());
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private ObjectNode stored(String id) throws IOException {
        RawHttp.Answer answer = api.put(SESSIONS + "/" + id, Samples.routeBased());
        assertEquals(200, answer.status());
        return object(answer);
    }

    private List<String> sessions(String query) throws IOException {
        List<String> sessions = new ArrayList<>();
        object(api.get(PORTS + query))
                .path("results")
                .forEach(port -> sessions.add(port.path("vpn_session_id").asText()));
        return sessions;
    }

    @Test
    void aPortIsThatOfItsSession() throws IOException {
        ObjectNode session = stored("r");
        String id = session.at("/tunnel_ports/0/tunnel_port_id").asText();
        ObjectNode port = object(api.get(PORTS + "/" + id));
        assertEquals(id, port.path("id").asText());
        assertEquals("r", port.path("vpn_session_id").asText());
        assertEquals("LogicalRouterIPTunnelPort", port.path("resource_type").asText());
        assertEquals(session.at("/tunnel_ports/0/ip_subnets"), port.path("subnets"));
        assertEquals("UP", port.path("admin_state").asText());
        assertEquals(
                "[{\"scope\":\"interface\",\"tag\":\"ipsec1\"},{\"scope\":\"mtu\",\"tag\":\"1438\"}]",
                port.path("tags").toString());
        assertEquals(
                200,
                api.put(
                                SESSIONS + "/r",
                                Samples.routeBased().put("enabled", false).put("_revision", 0))
                        .status());
        JsonNode changed = object(api.get(PORTS + "/" + id));
        assertEquals("DOWN", changed.path("admin_state").asText());
        assertEquals(1, changed.path("_revision").asInt());
        assertEquals(200, api.delete(SESSIONS + "/r").status());
        assertEquals(404, api.get(PORTS + "/" + id).status());
    }

    @Test
    void itGoesWhenTheSessionIsOneOfPolicies() throws IOException {
        String id = stored("r").at("/tunnel_ports/0/tunnel_port_id").asText();
        ObjectNode policyBased = Samples.policyBased().put("_revision", 0);
        policyBased.put("peer_address", "198.51.100.99");
        assertEquals(200, api.put(SESSIONS + "/r", policyBased).status());
        assertEquals(404, api.get(PORTS + "/" + id).status());
    }

    @Test
    void theyAreListedInPagesAndFiltered() throws IOException {
        for (String id : List.of("a", "b", "c")) {
            stored(id);
        }
        assertEquals(List.of("a", "b", "c"), sessions(""));
        assertEquals(List.of("c", "b", "a"), sessions("?sort_by=id&sort_ascending=false"));
        ObjectNode first = object(api.get(PORTS + "?page_size=2"));
        assertEquals(3, first.path("result_count").asInt());
        assertEquals(
                List.of("c"), sessions("?page_size=2&cursor=" + first.path("cursor").asText()));
        for (String all :
                List.of("?port_type=routed", "?resource_type=LogicalRouterIPTunnelPort")) {
            assertEquals(3, sessions(all).size(), all);
        }
        for (String none :
                List.of(
                        "?port_type=extended",
                        "?port_type=none",
                        "?resource_type=LogicalRouterLoopbackPort",
                        "?l2_extension_id=00000000-0000-0000-0000-000000000000")) {
            assertEquals(0, sessions(none).size(), none);
        }
        JsonNode few = object(api.get(PORTS + "?included_fields=admin_state"));
        assertFalse(few.at("/results/0").has("subnets"));
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        assertEquals(
                List.of("port_type"),
                SessionApiTest.fields(
                        api.get(
                                PORTS
                                        + "?port_type=routed&l2_extension_id="
                                        + "00000000-0000-0000-0000-000000000000")));
        assertEquals(
                List.of("port_type"), SessionApiTest.fields(api.get(PORTS + "?port_type=vti")));
        assertEquals(404, api.get(PORTS + "/00000000-0000-0000-0000-000000000000").status());
        assertEquals(404, api.get(PORTS + "/no-uuid").status());
        assertEquals(405, api.delete(PORTS).status());
    }
}
