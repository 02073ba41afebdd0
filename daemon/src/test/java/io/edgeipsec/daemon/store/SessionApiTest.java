package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.SystemProfiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Sessions over HTTP on a unix socket and the real store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionApiTest {

    private ApiFixture api;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterAll
    void stop() throws IOException {
        api.close();
    }

    private ObjectNode stored(RawHttp.Answer answer) {
        assertEquals(200, answer.status(), answer::body);
        return object(answer);
    }

    /** JSON pointers of the fields that a refusal names, sorted. */
    static List<String> fields(RawHttp.Answer answer) {
        assertEquals(400, answer.status(), answer::body);
        assertEquals(255, object(answer).path("error_code").asInt(), answer::body);
        TreeSet<String> fields = new TreeSet<>();
        object(answer)
                .path("related_errors")
                .forEach(error -> fields.add(error.path("error_data").path("field").asText()));
        return new ArrayList<>(fields);
    }

    private String key(String id) throws Exception {
        try (SessionIntent intent =
                api.database.intent(id).toCompletableFuture().get().orElseThrow()) {
            PresharedKey key = intent.presharedKey();
            return key == null ? "" : new String(key.copyOctets(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theContractsExampleWorksAsAFirstPut() throws Exception {
        String path = SESSIONS + "/8f0c2a5e-1d0e-4b7c-9c55-0d1c7a3e9b10";
        ObjectNode session = stored(api.put(path, Samples.routeBased()));
        assertEquals(0, session.path("_revision").asInt());
        assertEquals("8f0c2a5e-1d0e-4b7c-9c55-0d1c7a3e9b10", session.path("id").asText());
        assertFalse(session.path("tunnel_ports").path(0).path("tunnel_port_id").asText().isEmpty());
        assertEquals("RESPOND_ONLY", session.path("connection_initiation_mode").asText());
        assertFalse(session.has("psk"));
        assertEquals("TESTPSK", key("8f0c2a5e-1d0e-4b7c-9c55-0d1c7a3e9b10"));
        assertEquals(session, stored(api.get(path)));
        assertEquals(
                session,
                stored(
                        api.get(
                                path.toUpperCase(java.util.Locale.ROOT)
                                        .replace(
                                                "/API/V1/VPN/IPSEC/SESSIONS",
                                                "/vpn/ipsec/sessions"))));
        ObjectNode status = stored(api.get(path + "/status"));
        assertEquals("to-hq", status.path("display_name").asText());
        assertEquals("NEGOTIATING", status.path("ike_status").path("ike_session_state").asText());
        assertEquals(200, api.delete(path).status());
        assertEquals(404, api.get(path).status());
        assertEquals(404, api.get(path + "/status").status());
        RawHttp.Answer gone = api.delete(path);
        assertEquals(404, gone.status());
        assertEquals(202, object(gone).path("error_code").asInt());
    }

    @Test
    void aPostCreatesUnderAnIdOfOurs() throws Exception {
        ObjectNode body = Samples.policyBased();
        body.put("_revision", 7).put("id", "mine");
        RawHttp.Answer answer = api.post(SESSIONS, body);
        assertEquals(201, answer.status(), answer::body);
        ObjectNode session = object(answer);
        String id = session.path("id").asText();
        assertEquals(36, id.length());
        assertEquals(0, session.path("_revision").asInt());
        assertEquals(id, session.path("display_name").asText());
        assertEquals("TESTPSK", key(id));
        assertEquals(session, stored(api.get(SESSIONS + "/" + id)));
        body.remove("psk");
        assertEquals(List.of("/psk"), fields(api.post(SESSIONS, body)), "no key is there to keep");
        assertEquals(200, api.delete(SESSIONS + "/" + id).status());
    }

    @Test
    void whatIsLeftOutIsFilledInAndShown() throws Exception {
        ObjectNode session = stored(api.put(SESSIONS + "/defaults", Samples.policyBased()));
        assertEquals("defaults", session.path("display_name").asText());
        assertTrue(session.path("enabled").asBoolean());
        assertEquals("PSK", session.path("authentication_mode").asText());
        assertEquals("INITIATOR", session.path("connection_initiation_mode").asText());
        assertEquals("192.0.2.1", session.path("local_endpoint").path("local_id").asText());
        assertEquals(SystemProfiles.IKE.id(), session.path("ike_profile_id").asText());
        assertEquals(SystemProfiles.TUNNEL.id(), session.path("ipsec_tunnel_profile_id").asText());
        assertEquals(SystemProfiles.DPD.id(), session.path("dpd_profile_id").asText());
        assertEquals("NONE", session.path("tcp_mss_clamping").path("direction").asText());
        JsonNode rule = session.path("policy_rules").path(0);
        assertTrue(rule.path("enabled").asBoolean());
        assertFalse(rule.path("logged").asBoolean(true));
        assertEquals("PROTECT", rule.path("action").asText());
        assertEquals(rule.path("id"), rule.path("display_name"));
        assertEquals(36, rule.path("id").asText().length());
        assertFalse(session.path("notify_mpa").asBoolean(true));
    }

    @Test
    void everyFieldOfTheContractIsTakenAndReturned() throws Exception {
        ObjectNode body = Samples.routeBased();
        body.put("description", "all of it");
        body.putArray("tags").addObject().put("scope", "site").put("tag", "hq");
        body.put("notify_mpa", true);
        RawHttp.Answer group =
                api.post("/api/v1/vpn/ipsec/multi-path-groups", object("{\"display_name\":\"g\"}"));
        body.set("multi_path_group_id", object(group).path("id"));
        body.putObject("tcp_mss_clamping").put("direction", "BOTH").put("max_segment_size", 8902);
        ObjectNode local = (ObjectNode) body.path("local_endpoint");
        local.put("certificate_id", "6f2d8f1c-58a4-4a3e-9d57-0b6d1b0f9f10");
        local.putArray("trust_ca_ids").add("ca");
        local.putArray("trust_crl_ids").add("crl");
        RawHttp.Answer answer = api.put(SESSIONS + "/every-field", body);
        ObjectNode session = stored(answer);
        for (String field :
                List.of(
                        "description",
                        "tags",
                        "multi_path_group_id",
                        "tcp_mss_clamping",
                        "local_endpoint")) {
            assertEquals(body.path(field), session.path(field), field);
        }
        assertFalse(session.path("notify_mpa").asBoolean(true));
        assertEquals(1, answer.headers("x-edge-ipsec-warning").size());
        assertEquals(1, api.get(SESSIONS + "/every-field").headers("x-edge-ipsec-warning").size());

        ObjectNode policy = Samples.policyBased();
        ObjectNode rule = (ObjectNode) policy.path("policy_rules").path(0);
        rule.put("id", "1026").put("display_name", "r").put("description", "d");
        rule.put("action", "PROTECT").put("logged", true).put("enabled", false);
        ObjectNode returned =
                (ObjectNode)
                        stored(api.put(SESSIONS + "/every-rule-field", policy))
                                .path("policy_rules")
                                .path(0);
        rule.put("resource_type", "IPSecVPNPolicyRule");
        assertEquals(rule, returned);
    }

    @Test
    void aClientMaySendBackWhatItGot() throws Exception {
        String path = SESSIONS + "/round-trip";
        ObjectNode first = stored(api.put(path, Samples.policyBased()));
        first.putArray("_links").addObject().put("href", "x").put("rel", "y").put("strange", 1);
        first.put("_create_time", "not even a number");
        first.put("_create_user", 7);
        ((ObjectNode) first.path("policy_rules").path(0)).put("_revision", 3).put("_schema", "s");
        first.putNull("description");
        first.putNull("psk");
        first.putNull("tags");
        first.put("display_name", "renamed");
        ObjectNode second = stored(api.put(path, first));
        assertEquals(1, second.path("_revision").asInt());
        assertEquals("renamed", second.path("display_name").asText());
        assertEquals(
                first.path("policy_rules").path(0).path("id"),
                second.path("policy_rules").path(0).path("id"));
        assertTrue(second.path("_create_time").isNumber());
        assertEquals("TESTPSK", key("round-trip"), "the key that was not sent again");
    }

    @Test
    void aPutReplacesEverythingButTheKey() throws Exception {
        String path = SESSIONS + "/replace";
        ObjectNode full = Samples.routeBased();
        full.put("description", "to go").put("enabled", false);
        stored(api.put(path, full));
        ObjectNode bare = Samples.routeBased();
        bare.remove(List.of("enabled", "display_name", "connection_initiation_mode"));
        bare.put("_revision", 0).put("psk", "another");
        ObjectNode now = stored(api.put(path, bare));
        assertFalse(now.has("description"));
        assertTrue(now.path("enabled").asBoolean());
        assertEquals("replace", now.path("display_name").asText());
        assertEquals("INITIATOR", now.path("connection_initiation_mode").asText());
        assertEquals("another", key("replace"));
        // The other type, under the same id.
        ObjectNode policy = Samples.policyBased();
        policy.put("_revision", 1).remove("psk");
        assertEquals(
                "PolicyBasedIPSecVPNSession",
                stored(api.put(path, policy)).path("resource_type").asText());
        assertEquals("another", key("replace"));
    }

    @Test
    void revisionsGuardWhatOthersChanged() throws Exception {
        String path = SESSIONS + "/revisions";
        ObjectNode body = Samples.routeBased();
        body.put("_revision", 0);
        RawHttp.Answer refused = api.put(path, body);
        assertEquals(412, refused.status(), "nothing is there for revision 0 to be of");
        assertEquals(604, object(refused).path("error_code").asInt());
        assertEquals("PRECONDITION_FAILED", object(refused).path("httpStatus").asText());
        body.remove("_revision");
        stored(api.put(path, body));
        assertEquals(412, api.put(path, body).status(), "none sent");
        body.put("_revision", 1);
        assertEquals(412, api.put(path, body).status(), "a future one");
        body.put("_revision", 0);
        assertEquals(1, stored(api.put(path, body)).path("_revision").asInt());
        assertEquals(412, api.put(path, body).status(), "a past one");
        assertEquals(1, stored(api.get(path)).path("_revision").asInt());
    }

    @Test
    void aPostQuantumKeyStaysUntilTheSessionNamesNone() throws Exception {
        String path = SESSIONS + "/ppk";
        String first = "the first of two post-quantum keys";
        ObjectNode body = Samples.routeBased();
        body.putObject("ppk").put("id", "branch-7");
        assertEquals(List.of("/ppk/key"), fields(api.put(path, body)));
        body.putObject("ppk").put("id", "branch-7").put("key", first);
        ObjectNode now = stored(api.put(path, body));
        assertEquals("{\"id\":\"branch-7\",\"required\":true}", now.path("ppk").toString());
        assertEquals(Optional.of(first), postQuantumKey("ppk"));
        body.put("_revision", 0).putObject("ppk").put("id", "branch-8").put("required", false);
        now = stored(api.put(path, body));
        assertEquals("{\"id\":\"branch-8\",\"required\":false}", now.path("ppk").toString());
        assertEquals(Optional.of(first), postQuantumKey("ppk"));
        body.put("_revision", 1).remove("ppk");
        assertFalse(stored(api.put(path, body)).has("ppk"));
        assertEquals(Optional.empty(), postQuantumKey("ppk"));
        body.put("_revision", 2).putObject("ppk").put("id", "branch-7");
        assertEquals(List.of("/ppk/key"), fields(api.put(path, body)), "it is not kept");
    }

    private Optional<String> postQuantumKey(String id) throws Exception {
        try (SessionIntent intent =
                api.database.intent(id).toCompletableFuture().get().orElseThrow()) {
            PresharedKey key = intent.postQuantumKey();
            return key == null
                    ? Optional.empty()
                    : Optional.of(new String(key.copyOctets(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aKeyMustBeThere() throws Exception {
        ObjectNode body = Samples.routeBased();
        body.remove("psk");
        assertEquals(List.of("/psk"), fields(api.put(SESSIONS + "/no-key", body)));
        body.put("authentication_mode", "CERTIFICATE");
        assertEquals(
                List.of("/local_endpoint/certificate_id", "/local_endpoint/trust_ca_ids"),
                fields(api.put(SESSIONS + "/no-key", body)));
        assertEquals(404, api.get(SESSIONS + "/no-key").status());
    }

    @Test
    void allThatIsWrongIsNamedAtOnce() throws Exception {
        ObjectNode body = Samples.routeBased();
        body.put("enabled", "yes").put("peer_addres", "4.4.4.1").put("peer_id", "");
        body.put("psk", "x".repeat(129)).put("ike_profile_id", "default");
        ((ObjectNode) body.path("local_endpoint")).put("local_address", "2.2.2.2.2");
        ((ObjectNode) body.path("tunnel_ports").path(0).path("ip_subnets").path(0))
                .put("prefix_length", 33);
        body.remove("peer_address");
        RawHttp.Answer answer = api.put(SESSIONS + "/wrong", body);
        assertEquals(
                List.of(
                        "/enabled",
                        "/ike_profile_id",
                        "/local_endpoint/local_address",
                        "/peer_addres",
                        "/peer_address",
                        "/peer_id",
                        "/psk",
                        "/tunnel_ports/0/ip_subnets/0/prefix_length"),
                fields(answer));
        assertTrue(answer.body().contains("such as peer_address"), answer::body);
        assertTrue(answer.body().contains("an integer from 1 to 32"), answer::body);
        assertFalse(answer.body().contains("xxx"), answer::body);
    }

    @Test
    void whatASchemaCannotSayIsNamedTheSameWay() throws Exception {
        ObjectNode body = Samples.policyBased();
        ((ObjectNode) body.path("policy_rules").path(0).path("sources").path(1))
                .put("subnet", "10.1.1.5/24");
        body.put("peer_address", "192.0.2.1");
        assertEquals(
                List.of("/peer_address", "/policy_rules/0/sources/1/subnet"),
                fields(api.put(SESSIONS + "/meaning", body)));
        ObjectNode unknown = Samples.policyBased();
        unknown.put("ike_profile_id", "6f2d8f1c-58a4-4a3e-9d57-0b6d1b0f9f10");
        // A tunnel profile is no IKE profile.
        unknown.put("dpd_profile_id", SystemProfiles.TUNNEL.id());
        assertEquals(
                List.of("/dpd_profile_id", "/ike_profile_id"),
                fields(api.put(SESSIONS + "/meaning", unknown)));
    }

    @Test
    void theTypeDecidesWhichErrorsThereAre() throws Exception {
        ObjectNode body = Samples.routeBased();
        body.put("resource_type", "PolicyBasedIPSecVPNSession");
        assertEquals(
                List.of("/policy_rules", "/tunnel_ports"), fields(api.put(SESSIONS + "/t", body)));
        for (String type : List.of("RouteBased", "", "\"; DROP")) {
            body.put("resource_type", type);
            assertEquals(List.of("/resource_type"), fields(api.put(SESSIONS + "/t", body)));
        }
        body.remove("resource_type");
        assertEquals(List.of("/resource_type"), fields(api.put(SESSIONS + "/t", body)));
        assertEquals(
                List.of(""), fields(api.put(SESSIONS + "/t", ApiFixture.JSON.readTree("[1]"))));
        assertEquals(List.of(""), fields(api.put(SESSIONS + "/t", ApiFixture.JSON.readTree("1"))));
    }

    @Test
    void idsHaveAForm() throws Exception {
        for (String id : List.of("-x", "a%2Fb", "a%20b", "x".repeat(65), "%C3%A9")) {
            assertEquals(
                    List.of("ipsec-vpn-session-id"),
                    fields(api.put(SESSIONS + "/" + id, Samples.routeBased())));
            assertEquals(404, api.get(SESSIONS + "/" + id).status());
        }
        stored(api.put(SESSIONS + "/a.b_c-D9", Samples.routeBased()));
    }

    @Test
    void hugeNumbersAreRefusedNotMisread() throws Exception {
        for (String number : List.of("1e400", "9223372036854775808", "-1", "1.5", "1e-400")) {
            String body =
                    Samples.routeBased()
                            .toString()
                            .replaceFirst("\\{", "{\"_revision\":" + number + ",");
            RawHttp.Answer answer = api.call("PUT", SESSIONS + "/numbers", List.of(), body);
            if (number.equals("1e-400")) {
                assertEquals(412, answer.status(), "it is 0");
            } else {
                assertEquals(List.of("/_revision"), fields(answer), number);
            }
        }
    }

    @Test
    void repeatingAPutWithoutRuleIdsKeepsThem() throws Exception {
        String path = SESSIONS + "/rule-ids";
        JsonNode first = stored(api.put(path, Samples.policyBased())).path("policy_rules");
        ObjectNode again = Samples.policyBased();
        again.put("_revision", 0);
        assertEquals(first, stored(api.put(path, again)).path("policy_rules"));
    }

    @Test
    void clientsAreMetHalfWay() throws Exception {
        stored(api.put("/vpn/ipsec/sessions/tolerant", Samples.routeBased()));
        stored(
                api.call(
                        "GET",
                        "/vpn/ipsec/sessions/tolerant?x=1&sort_by=id&included_fields=id",
                        List.of("Content-Type: application/json"),
                        "{}"));
        String body = Samples.routeBased().put("_revision", 0).toString();
        stored(
                api.call(
                        "PUT",
                        SESSIONS + "/tolerant",
                        List.of("Content-Type:charset=UTF-8"),
                        body));
    }
}
