package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.resource.LoggingLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a whole through the API; each answer is validated against the document. */
class NodeServiceApiTest {
    private static final String SERVICE = "/api/v1/node/services/ipsecvpn";

    @TempDir private Path directory;
    private ApiFixture api;

    @BeforeEach
    void open() throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private static ObjectNode level(String level) {
        return object(
                "{\"service_name\":\"ipsecvpn\",\"service_properties\":{\"logging_level\":\""
                        + level
                        + "\"}}");
    }

    private static String levelOf(JsonNode service) {
        return service.at("/service_properties/logging_level").asText();
    }

    private String act(String action) throws IOException {
        RawHttp.Answer answer = api.call("POST", SERVICE + "?action=" + action, List.of(), "");
        assertEquals(200, answer.status());
        return object(answer).path("runtime_state").asText();
    }

    private String state() throws IOException {
        return object(api.get(SERVICE + "/status")).path("runtime_state").asText();
    }

    @Test
    void theLevelIsStoredAndTakesEffectAtOnce() throws IOException {
        JsonNode before = object(api.get(SERVICE));
        assertEquals("INFO", levelOf(before), "that of the configuration");
        assertEquals(0, before.path("_revision").asInt());
        JsonNode debug = object(api.put(SERVICE, level("DEBUG")));
        assertEquals("DEBUG", levelOf(debug));
        assertEquals(1, debug.path("_revision").asInt());
        ObjectNode read = object(api.get(SERVICE));
        ((ObjectNode) read.path("service_properties")).put("logging_level", "EMERGENCY");
        assertEquals(200, api.put(SERVICE, read).status(), "what was read can be sent back");
        assertEquals(
                List.of(LoggingLevel.DEBUG, LoggingLevel.EMERGENCY),
                List.copyOf(api.service.levels));
        close();
        open();
        assertEquals("EMERGENCY", levelOf(object(api.get(SERVICE))));
        api.service.port().applyStoredLevel().toCompletableFuture().join();
        assertEquals(List.of(LoggingLevel.EMERGENCY), List.copyOf(api.service.levels));
    }

    @Test
    void aRevisionThatIsSentMustBeCurrent() throws IOException {
        assertEquals(200, api.put(SERVICE, level("WARN")).status());
        RawHttp.Answer stale = api.put(SERVICE, level("DEBUG").put("_revision", 0));
        assertEquals(412, stale.status());
        assertEquals(604, object(stale).path("error_code").asInt());
        assertEquals("WARN", levelOf(object(api.get(SERVICE))));
        assertEquals(1, api.service.levels.size());
        assertEquals(200, api.put(SERVICE, level("DEBUG").put("_revision", 1)).status());
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        assertEquals(
                List.of("/service_properties/logging_level"),
                SessionApiTest.fields(api.put(SERVICE, level("TRACE"))));
        assertEquals(
                List.of("/service_name"),
                SessionApiTest.fields(api.put(SERVICE, level("DEBUG").put("service_name", "ssh"))));
        assertEquals(
                List.of("/service_properties"),
                SessionApiTest.fields(api.put(SERVICE, object("{\"service_name\":\"ipsecvpn\"}"))));
        for (String query : List.of("", "?action=", "?action=reload")) {
            RawHttp.Answer refused = api.call("POST", SERVICE + query, List.of(), "");
            assertEquals(List.of("action"), SessionApiTest.fields(refused), query);
        }
        assertEquals(405, api.delete(SERVICE).status());
        assertEquals(405, api.put(SERVICE + "/status", level("DEBUG")).status());
        assertEquals(404, api.get("/api/v1/node/services/ssh").status());
        assertEquals("running", state());
    }

    @Test
    void aStopIsStored() throws IOException {
        assertEquals("running", state());
        assertEquals("stopped", act("stop"));
        assertEquals("stopped", act("stop"));
        assertEquals("stopped", state());
        close();
        open();
        assertEquals("stopped", state());
        assertEquals("running", act("restart"));
        assertEquals("stopped", act("stop"));
        assertEquals("running", act("start"));
        assertEquals("running", act("start"));
        assertEquals("running", act("restart"));
        assertEquals(0, object(api.get(SERVICE)).path("_revision").asInt(), "no PUT");
    }

    @Test
    void healthIsThatOfThePolicies() throws IOException {
        JsonNode status = object(api.get(SERVICE + "/status"));
        assertEquals("STABLE", status.path("health").asText());
        assertEquals(ProcessHandle.current().pid(), status.at("/pids/0").asLong());
        api.service.stable = false;
        assertEquals("DEGRADED", object(api.get(SERVICE + "/status")).path("health").asText());
    }

    @Test
    void everyOrderIsInTheAuditRecord() throws IOException {
        api.put(SERVICE, level("DEBUG"));
        act("stop");
        act("stop");
        act("restart");
        JsonNode records =
                object(api.get("/api/v1/audit?kind=service&object_id=ipsecvpn")).path("results");
        assertEquals(4, records.size());
        assertEquals(
                "[{\"field\":\"/runtime_state\",\"before\":\"stopped\",\"after\":\"running\"},"
                        + "{\"field\":\"/restarts\",\"before\":0,\"after\":1}]",
                records.get(0).path("changes").toString());
        assertEquals("[]", records.get(1).path("changes").toString());
        assertEquals("ActOnEdgeIpsecVPNService", records.get(2).path("operation").asText());
        assertEquals(
                "[{\"field\":\"/logging_level\",\"after\":\"DEBUG\"}]",
                records.get(3).path("changes").toString());
        assertEquals(1, records.get(3).path("revision_after").asInt());
    }

    @Test
    void aChangeOfTheServiceIsOneThatASessionCanBeAskedAbout() throws IOException {
        assertEquals(200, api.put(SESSIONS + "/a", Samples.policyBased()).status());
        RawHttp.Answer set = api.put(SERVICE, level("DEBUG"));
        String request = set.header("x-nsx-requestid").orElseThrow();
        RequestedChange change =
                api.database.changeOf(request).toCompletableFuture().join().orElseThrow();
        assertEquals("service", change.kind().name());
        assertEquals(200, api.get(SESSIONS + "/a/state?request_id=" + request).status());
    }
}
