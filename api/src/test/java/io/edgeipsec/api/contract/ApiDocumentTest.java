package io.edgeipsec.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.DfPolicy;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.IkeSessionState;
import io.edgeipsec.api.resource.IkeVersion;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.MultiPathScheme;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.api.resource.SystemProfiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApiDocumentTest {

    private static final ApiDocument DOCUMENT = ApiDocument.load(OptionalLong.empty());

    /** Keywords that the validator or our own walk acts on, and those that only tell people. */
    private static final Set<String> KEYWORDS =
            Set.of(
                    "type",
                    "enum",
                    "const",
                    "pattern",
                    "minLength",
                    "maxLength",
                    "minimum",
                    "maximum",
                    "items",
                    "minItems",
                    "maxItems",
                    "uniqueItems",
                    "properties",
                    "required",
                    "additionalProperties",
                    "oneOf",
                    "allOf",
                    "$ref",
                    "default",
                    "readOnly",
                    "writeOnly",
                    "discriminator",
                    "x-lab-minimum",
                    "title",
                    "description");

    private static void forEachSchema(BiConsumer<String, JsonNode> action) {
        for (Map.Entry<String, JsonNode> schema : DOCUMENT.at("/components/schemas").properties()) {
            walk("/components/schemas/" + schema.getKey(), schema.getValue(), action);
        }
        for (String at : List.of("parameters", "headers")) {
            for (Map.Entry<String, JsonNode> each : DOCUMENT.at("/components/" + at).properties()) {
                walk(
                        "/components/" + at + "/" + each.getKey() + "/schema",
                        each.getValue().path("schema"),
                        action);
            }
        }
    }

    private static void walk(String at, JsonNode schema, BiConsumer<String, JsonNode> action) {
        action.accept(at, schema);
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            walk(at + "/properties/" + property.getKey(), property.getValue(), action);
        }
        if (schema.has("items")) {
            walk(at + "/items", schema.path("items"), action);
        }
        for (String composition : List.of("oneOf", "allOf")) {
            for (int i = 0; i < schema.path(composition).size(); i++) {
                walk(at + "/" + composition + "/" + i, schema.path(composition).get(i), action);
            }
        }
    }

    @Test
    void howMuchTheDocumentSays() {
        int[] fields = {0};
        int[] patterns = {0};
        int[] enums = {0};
        int[] ranges = {0};
        int[] defaults = {0};
        forEachSchema(
                (at, schema) -> {
                    fields[0] += schema.path("properties").size();
                    patterns[0] += schema.has("pattern") ? 1 : 0;
                    enums[0] += schema.has("enum") || schema.has("const") ? 1 : 0;
                    defaults[0] += schema.has("default") ? 1 : 0;
                    for (String bound :
                            List.of(
                                    "minimum",
                                    "maximum",
                                    "minLength",
                                    "maxLength",
                                    "minItems",
                                    "maxItems",
                                    "uniqueItems")) {
                        ranges[0] += schema.has(bound) ? 1 : 0;
                    }
                });
        System.out.printf(
                "API document: %d operations, %d schemas, %d fields, %d patterns, %d enums and"
                        + " constants, %d bounds, %d defaults%n",
                DOCUMENT.operations().size(),
                DOCUMENT.at("/components/schemas").size(),
                fields[0],
                patterns[0],
                enums[0],
                ranges[0],
                defaults[0]);
        assertTrue(DOCUMENT.operations().size() >= 21, "operations");
        assertTrue(fields[0] >= 200, "fields");
    }

    @Test
    void everyKeywordIsOneThatIsActedOn() {
        TreeSet<String> unknown = new TreeSet<>();
        forEachSchema(
                (at, schema) ->
                        schema.fieldNames()
                                .forEachRemaining(
                                        name -> {
                                            if (!KEYWORDS.contains(name)) {
                                                unknown.add(at + "/" + name);
                                            }
                                        }));
        assertEquals(Set.of(), unknown);
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> references = new ArrayList<>();
        collectReferences(DOCUMENT.root(), references);
        assertTrue(references.size() > 100);
        references.forEach(reference -> DOCUMENT.at(reference.substring(1)));
    }

    private static void collectReferences(JsonNode node, List<String> references) {
        if (node.path("$ref").isTextual()) {
            references.add(node.path("$ref").asText());
        }
        node.forEach(child -> collectReferences(child, references));
    }

    @Test
    void everyRequiredFieldIsAField() {
        forEachSchema(
                (at, schema) -> {
                    if (schema.path("additionalProperties").isBoolean()) {
                        schema.path("required")
                                .forEach(
                                        name ->
                                                assertTrue(
                                                        schema.path("properties")
                                                                .has(name.asText()),
                                                        () -> at + " " + name));
                    }
                });
    }

    @Test
    void everyObjectIsClosed() {
        forEachSchema(
                (at, schema) -> {
                    if (schema.has("properties") && !at.endsWith("/Stored")) {
                        assertEquals("false", schema.path("additionalProperties").toString(), at);
                    }
                });
    }

    @Test
    void everyDefaultAndEveryExampleIsValid() {
        SchemaRules rules = new SchemaRules(DOCUMENT);
        forEachSchema(
                (at, schema) -> {
                    if (schema.has("default")) {
                        assertEquals(List.of(), rules.check(at, schema.path("default")), at);
                    }
                });
        int examples = 0;
        for (Map.Entry<String, JsonNode> body :
                DOCUMENT.at("/components/requestBodies").properties()) {
            JsonNode media = body.getValue().path("content").path("application/json");
            List<JsonNode> values = new ArrayList<>(media.path("examples").findValues("value"));
            if (media.has("example")) {
                values.add(media.path("example"));
            }
            for (JsonNode value : values) {
                assertEquals(List.of(), rules.check("/components/schemas/" + body.getKey(), value));
                examples++;
            }
        }
        assertEquals(8, examples);
    }

    /** Dollar signs of patterns must not match before a final line end, as Java's may. */
    @Test
    void noPatternLetsALineEndThrough() {
        SchemaRules rules = new SchemaRules(DOCUMENT);
        for (String[] valid :
                new String[][] {
                    {"Ipv4Address", "192.0.2.1"},
                    {"Ipv4CidrBlock", "192.0.2.0/24"},
                    {"Uuid", SystemProfiles.IKE.id()},
                    {"SessionId", "branch-7"},
                    {"Cursor", "pYQ"},
                    {"IkeIdentity", "a.example.net"},
                }) {
            String at = "/components/schemas/" + valid[0];
            assertEquals(
                    List.of(),
                    rules.check(at, JsonNodeFactory.instance.textNode(valid[1])),
                    valid[0]);
            assertEquals(
                    1,
                    rules.check(at, JsonNodeFactory.instance.textNode(valid[1] + "\n")).size(),
                    valid[0]);
        }
    }

    @Test
    void theCodesConstantsAreTheDocuments() {
        assertConstants("AuthenticationMode", "", AuthenticationMode.values());
        assertConstants("ConnectionInitiationMode", "", ConnectionInitiationMode.values());
        assertConstants("DhGroups", "/items", DhGroup.values());
        assertConstants("DigestAlgorithms", "/items", DigestAlgorithm.values());
        assertConstants("IPSecVPNIKEProfile", "/properties/ike_version", IkeVersion.values());
        assertConstants(
                "IPSecVPNTunnelProfile",
                "/properties/encryption_algorithms/items",
                EncryptionAlgorithm.values());
        assertConstants("IPSecVPNTunnelProfile", "/properties/df_policy", DfPolicy.values());
        assertConstants("IPSecVPNDPDProfile", "/properties/dpd_probe_mode", DpdProbeMode.values());
        assertConstants("IPSecMultiPathGroup", "/properties/scheme", MultiPathScheme.values());
        assertConstants("TcpMssClamping", "/properties/direction", MssClampingDirection.values());
        assertConstants(
                "IPSecVPNSessionStatus", "/properties/session_status", SessionStatus.values());
        assertConstants(
                "IPSecVPNIKESessionStatus",
                "/properties/ike_session_state",
                IkeSessionState.values());
    }

    private static void assertConstants(String schema, String below, Enum<?>[] constants) {
        List<String> documented = new ArrayList<>();
        DOCUMENT.at("/components/schemas/" + schema + below)
                .path("enum")
                .forEach(constant -> documented.add(constant.asText()));
        assertEquals(Stream.of(constants).map(Enum::name).toList(), documented, schema);
    }

    @Test
    void sessionsDefaultToTheSystemsProfiles() {
        for (String type : List.of("PolicyBasedIPSecVPNSession", "RouteBasedIPSecVPNSession")) {
            JsonNode properties = DOCUMENT.at("/components/schemas/" + type + "/properties");
            assertEquals(
                    List.of(
                            SystemProfiles.IKE.id(),
                            SystemProfiles.TUNNEL.id(),
                            SystemProfiles.DPD.id()),
                    List.of(
                            properties.path("ike_profile_id").path("default").asText(),
                            properties.path("ipsec_tunnel_profile_id").path("default").asText(),
                            properties.path("dpd_profile_id").path("default").asText()));
        }
    }

    @Test
    void groupsWarnOfWhatIsNotTheDocumentsDefault() {
        JsonNode group = DOCUMENT.at("/components/schemas/IPSecMultiPathGroup/properties");
        assertEquals(
                IPSecMultiPathGroup.DEFAULT_SCHEME_VALUE,
                group.path("scheme_value").path("default").asInt());
        assertEquals(
                IPSecMultiPathGroup.DEFAULT_SOURCE_PORT_POOL_SIZE,
                group.path("source_port_pool_size").path("default").asInt());
    }

    @Test
    void testsMayLowerTheLeastLifetimesAndTheDocumentSaysSo() {
        ApiDocument lab = ApiDocument.load(OptionalLong.of(20));
        for (String profile : List.of("IPSecVPNIKEProfile", "IPSecVPNTunnelProfile")) {
            String at = "/components/schemas/" + profile + "/properties/sa_life_time/minimum";
            assertEquals(20, lab.at(at).asInt());
            assertTrue(DOCUMENT.at(at).asInt() >= 900);
        }
        assertTrue(new String(lab.bytes(), StandardCharsets.UTF_8).contains("\"minimum\":20"));
        ApiDocument higher = ApiDocument.load(OptionalLong.of(10_000));
        assertEquals(
                900,
                higher.at(
                                "/components/schemas/IPSecVPNTunnelProfile/properties/sa_life_time"
                                        + "/minimum")
                        .asInt());
    }
}
