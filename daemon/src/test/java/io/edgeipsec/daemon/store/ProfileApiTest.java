package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.xfrm.link.Nexthop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Profiles and multiple-path groups over HTTP on a unix socket and the real store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProfileApiTest {

    private static final String IKE = "/api/v1/vpn/ipsec/ike-profiles";
    private static final String TUNNEL = "/api/v1/vpn/ipsec/tunnel-profiles";
    private static final String DPD = "/api/v1/vpn/ipsec/dpd-profiles";

    private static final String GROUPS = "/api/v1/vpn/ipsec/multi-path-groups";

    private ApiFixture api;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterAll
    void stop() throws IOException {
        api.close();
    }

    private ObjectNode created(String path, String body) throws IOException {
        RawHttp.Answer answer = api.post(path, object(body));
        assertEquals(201, answer.status(), answer::body);
        return object(answer);
    }

    @Test
    void eachKindIsCreatedReadReplacedAndDeleted() throws IOException {
        for (String path : List.of(IKE, TUNNEL, DPD, GROUPS)) {
            ObjectNode profile = created(path, "{\"display_name\":\"mine\"}");
            String own = path + "/" + profile.path("id").asText();
            assertEquals(0, profile.path("_revision").asInt());
            assertEquals(profile, object(api.get(own)));
            profile.put("display_name", "renamed");
            ObjectNode replaced = object(api.put(own, profile));
            assertEquals(1, replaced.path("_revision").asInt());
            assertEquals("renamed", replaced.path("display_name").asText());
            assertEquals(412, api.put(own, profile).status());
            assertEquals(200, api.delete(own).status());
            assertEquals(404, api.get(own).status());
            assertEquals(404, api.delete(own).status());
            assertEquals(412, api.put(own, profile).status(), "gone, so no revision is current");
            profile.remove("_revision");
            ObjectNode again = object(api.put(own, profile));
            assertEquals(0, again.path("_revision").asInt(), "created under the caller's id");
            assertEquals(profile.path("id"), again.path("id"));
            assertEquals(412, api.put(own, profile).status(), "there, so a revision is needed");
            assertEquals(200, api.delete(own).status());
        }
    }

    @Test
    void defaultsAreTheContracts() throws IOException {
        ObjectNode ike = created(IKE, "{}");
        assertEquals("IKE_V2", ike.path("ike_version").asText());
        assertEquals("[\"AES_128\"]", ike.path("encryption_algorithms").toString());
        assertEquals("[\"SHA2_256\"]", ike.path("digest_algorithms").toString());
        assertEquals("[\"GROUP14\"]", ike.path("dh_groups").toString());
        assertEquals(86_400, ike.path("sa_life_time").asInt());
        assertEquals(ike.path("id"), ike.path("display_name"));
        ObjectNode gcm = created(IKE, "{\"encryption_algorithms\":[\"AES_GCM_256\"]}");
        assertEquals("[]", gcm.path("digest_algorithms").toString());
        ObjectNode tunnel = created(TUNNEL, "{}");
        assertEquals("[\"AES_GCM_128\"]", tunnel.path("encryption_algorithms").toString());
        assertEquals("[]", tunnel.path("digest_algorithms").toString());
        assertTrue(tunnel.path("enable_perfect_forward_secrecy").asBoolean());
        assertEquals("COPY", tunnel.path("df_policy").asText());
        assertEquals(3600, tunnel.path("sa_life_time").asInt());
        assertTrue(tunnel.path("extended_sequence_numbers").asBoolean());
        assertEquals(1024, tunnel.path("anti_replay_window").asInt());
        assertEquals("TUNNEL_MODE", tunnel.path("encapsulation_mode").asText());
        assertEquals("ESP", tunnel.path("transform_protocol").asText());
        assertEquals(60, created(DPD, "{}").path("dpd_probe_interval").asInt());
        ObjectNode onDemand = created(DPD, "{\"dpd_probe_mode\":\"ON_DEMAND\"}");
        assertEquals(3, onDemand.path("dpd_probe_interval").asInt());
        assertEquals(10, onDemand.path("retry_count").asInt());
    }

    @Test
    void extensionsAreTakenAndWeaknessesWarnedAbout() throws IOException {
        created(
                IKE,
                "{\"encryption_algorithms\":[\"CHACHA20_POLY1305\"],\"dh_groups\":[\"GROUP31\"]}");
        assertEquals(
                "[\"ML_KEM_1024\"]",
                created(TUNNEL, "{\"additional_key_exchanges\":[\"ML_KEM_1024\"]}")
                        .path("additional_key_exchanges")
                        .toString());
        ObjectNode hybrid =
                created(IKE, "{\"additional_key_exchanges\":[\"ML_KEM_768\",\"NONE\"]}");
        assertEquals(
                "[\"ML_KEM_768\",\"NONE\"]", hybrid.path("additional_key_exchanges").toString());
        ObjectNode shortNumbers =
                created(
                        TUNNEL,
                        "{\"extended_sequence_numbers\":false,\"anti_replay_window\":4096}");
        assertFalse(shortNumbers.path("extended_sequence_numbers").asBoolean());
        assertEquals(4096, shortNumbers.path("anti_replay_window").asInt());
        RawHttp.Answer weak =
                api.post(
                        TUNNEL,
                        object(
                                "{\"encryption_algorithms\":[\"NO_ENCRYPTION_AUTH_AES_GMAC_128\"],"
                                        + "\"dh_groups\":[\"GROUP2\",\"GROUP5\"]}"));
        assertEquals(201, weak.status(), weak::body);
        assertEquals(3, weak.headers("x-edge-ipsec-warning").size());
        RawHttp.Answer sha1 = api.post(IKE, object("{\"digest_algorithms\":[\"SHA1\"]}"));
        assertEquals(1, sha1.headers("x-edge-ipsec-warning").size());
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() throws IOException {
        assertEquals(
                List.of("/ike_version"),
                SessionApiTest.fields(api.post(IKE, object("{\"ike_version\":\"IKE_V1\"}"))));
        assertEquals(
                List.of("/digest_algorithms"),
                SessionApiTest.fields(
                        api.post(TUNNEL, object("{\"encryption_algorithms\":[\"AES_256\"]}"))));
        for (int window : new int[] {-1, 0, 4097}) {
            assertEquals(
                    List.of("/anti_replay_window"),
                    SessionApiTest.fields(
                            api.post(TUNNEL, object("{\"anti_replay_window\":" + window + "}"))));
        }
        assertEquals(
                List.of("/dpd_probe_interval"),
                SessionApiTest.fields(
                        api.post(
                                DPD,
                                object(
                                        "{\"dpd_probe_mode\":\"ON_DEMAND\","
                                                + "\"dpd_probe_interval\":60}"))));
        assertEquals(
                List.of("/resource_type"),
                SessionApiTest.fields(
                        api.post(DPD, object("{\"resource_type\":\"IPSecVPNIKEProfile\"}"))));
    }

    @Test
    void theSystemsProfilesStayAsTheyAre() throws IOException {
        for (IPSecVPNProfile profile : SystemProfiles.ALL) {
            ResourceKind<?> kind = profile.kind();
            String path = "/api/v1" + kind.path() + "/" + profile.id();
            ObjectNode stored = object(api.get(path));
            assertTrue(stored.path("_system_owned").asBoolean());
            assertEquals("PROTECTED", stored.path("_protection").asText());
            assertEquals(profile.displayName(), stored.path("display_name").asText());
            assertEquals(403, api.put(path, stored).status());
            RawHttp.Answer refused = api.delete(path);
            assertEquals(403, refused.status());
            assertEquals("FORBIDDEN", object(refused).path("httpStatus").asText());
        }
    }

    @Test
    void whatIsInUseStaysAndItsUsersAreNamed() throws IOException {
        String id = created(DPD, "{\"dpd_probe_interval\":90}").path("id").asText();
        for (int i = 0; i < 12; i++) {
            ObjectNode session = Samples.routeBased();
            session.put("dpd_profile_id", id.toUpperCase(java.util.Locale.ROOT));
            assertEquals(200, api.put(SESSIONS + "/user-" + i, session).status());
        }
        RawHttp.Answer refused = api.delete(DPD + "/" + id);
        assertEquals(409, refused.status());
        String message = object(refused).path("error_message").asText();
        assertTrue(message.contains("user-0, user-1, user-10, user-11, user-2"), message);
        assertTrue(message.contains("and 2 more"), message);
        for (int i = 0; i < 12; i++) {
            assertEquals(200, api.delete(SESSIONS + "/user-" + i).status());
        }
        assertEquals(200, api.delete(DPD + "/" + id).status());
    }

    @Test
    void aMultiPathGroupIsJoinedByNameAndStaysWhileItIsJoined() throws IOException {
        RawHttp.Answer answer =
                api.post(
                        GROUPS,
                        object(
                                "{\"resource_type\":\"IPSecMultiPathGroup\",\"display_name\":\"mp\","
                                        + "\"enabled\":true,\"scheme\":\"THRESHOLD_BASED\","
                                        + "\"scheme_value\":75,\"source_port_pool_size\":7}"));
        assertEquals(201, answer.status(), answer::body);
        assertEquals(2, answer.headers("x-edge-ipsec-warning").size());
        ObjectNode group = object(answer);
        assertEquals(75, group.path("scheme_value").asInt());
        assertEquals(7, group.path("source_port_pool_size").asInt());
        String id = group.path("id").asText();
        ObjectNode session = Samples.routeBased();
        char first = id.charAt(0);
        String unknown = id.replace(first, first == 'f' ? 'e' : 'f');
        for (String other : List.of(SystemProfiles.IKE.id(), "mp", unknown)) {
            session.put("multi_path_group_id", other);
            assertEquals(
                    List.of("/multi_path_group_id"),
                    SessionApiTest.fields(api.put(SESSIONS + "/member", session)));
        }
        session.put("multi_path_group_id", id.toUpperCase(java.util.Locale.ROOT));
        assertEquals(
                id,
                object(api.put(SESSIONS + "/member", session))
                        .path("multi_path_group_id")
                        .asText());
        RawHttp.Answer refused = api.delete(GROUPS + "/" + id);
        assertEquals(409, refused.status());
        assertTrue(refused.body().contains("is in use by member;"), refused::body);
        session.put("_revision", 0).remove("multi_path_group_id");
        assertEquals(200, api.put(SESSIONS + "/member", session).status());
        assertEquals(200, api.delete(GROUPS + "/" + id).status());
        assertEquals(200, api.delete(SESSIONS + "/member").status());
        ObjectNode bare = created(GROUPS, "{}");
        assertTrue(bare.path("enabled").asBoolean());
        assertEquals("THRESHOLD_BASED", bare.path("scheme").asText());
        assertEquals(200, api.delete(GROUPS + "/" + bare.path("id").asText()).status());
    }

    @Test
    void aListComesInPagesInAStableOrder() throws IOException {
        for (int i = 0; i < 7; i++) {
            ObjectNode session = i % 2 == 0 ? Samples.routeBased() : Samples.policyBased();
            assertEquals(200, api.put(SESSIONS + "/page-" + i, session).status());
        }
        StringBuilder seen = new StringBuilder();
        String next = SESSIONS + "?page_size=3";
        int pages = 0;
        while (!next.isEmpty()) {
            ObjectNode page = object(api.get(next));
            page.path("results").forEach(each -> seen.append(each.path("id").asText()).append(' '));
            assertEquals(pages == 0, page.has("result_count"), "on the first page only");
            assertEquals(page.path("cursor"), page.path("page_cursor"));
            next =
                    page.has("cursor")
                            ? SESSIONS + "?page_size=3&cursor=" + page.path("cursor").asText()
                            : "";
            pages++;
        }
        assertEquals("page-0 page-1 page-2 page-3 page-4 page-5 page-6 ", seen.toString());
        assertEquals(3, pages);
        ObjectNode count = object(api.get(SESSIONS + "?page_size=0"));
        assertEquals(7, count.path("result_count").asInt());
        assertEquals(0, count.path("results").size());
        ObjectNode routed = object(api.get(SESSIONS + "?session_type=RouteBasedIPSecVPNSession"));
        assertEquals(4, routed.path("results").size());
        assertEquals(4, routed.path("result_count").asInt());
        for (String bad : List.of("page_size=1001", "page_size=x", "session_type=x", "cursor=x")) {
            assertEquals(
                    List.of(bad.substring(0, bad.indexOf('='))),
                    SessionApiTest.fields(api.get(SESSIONS + "?" + bad)));
        }
        for (int i = 0; i < 7; i++) {
            assertEquals(200, api.delete(SESSIONS + "/page-" + i).status());
        }
    }

    @Test
    void groupTakesSoManySessionsAndNoMore() throws Exception {
        String id = created(GROUPS, "{}").path("id").asText();
        ObjectNode session = Samples.routeBased().put("multi_path_group_id", id);
        session.put("enabled", false);
        for (int i = 1; i <= Nexthop.Group.MAX_MEMBERS; i++) {
            RawHttp.Answer answer = api.put(SESSIONS + "/m" + i, session);
            assertEquals(200, answer.status(), answer::body);
        }
        RawHttp.Answer refused = api.put(SESSIONS + "/one-more", session);
        assertEquals(List.of("/multi_path_group_id"), SessionApiTest.fields(refused));
        assertTrue(refused.body().contains("64 sessions already"), refused::body);
        session.put("_revision", 0);
        assertEquals(200, api.put(SESSIONS + "/m1", session).status(), "it has its place");
        for (int i = 1; i <= Nexthop.Group.MAX_MEMBERS; i++) {
            assertEquals(200, api.delete(SESSIONS + "/m" + i).status());
        }
    }
}
