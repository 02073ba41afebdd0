package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Violates each constraint of the document once, over HTTP: the answer must be 400 and name that
 * field and no other. The violations are made from the document, so a new field is covered as soon
 * as it is described.
 */
class GeneratedViolationsTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonNode SCHEMAS = ApiFixture.document().at("/components/schemas");

    /** A wrong value for a field, or with none, its absence; and which field must be named. */
    private record Violation(
            JsonPointer at, @org.jspecify.annotations.Nullable JsonNode value, JsonPointer named) {}

    private final List<Violation> violations = new ArrayList<>();

    @Test
    void eachConstraintOfEachBodyIsEnforced(@TempDir Path directory) throws IOException {
        int count = 0;
        try (ApiFixture api = new ApiFixture(directory)) {
            ObjectNode route = Samples.routeBased();
            route.putObject("tcp_mss_clamping").put("direction", "BOTH");
            route.putArray("tags").addObject().put("tag", "t");
            ((ObjectNode) route.path("local_endpoint")).putArray("trust_ca_ids").add("ca");
            ((ObjectNode) route.path("local_endpoint")).putArray("trust_crl_ids").add("crl");
            count += run(api, "RouteBasedIPSecVPNSession", "/vpn/ipsec/sessions/v", route);
            ObjectNode policy = Samples.policyBased();
            count += run(api, "PolicyBasedIPSecVPNSession", "/vpn/ipsec/sessions/v", policy);
            ObjectNode algorithms =
                    ApiFixture.object(
                            "{\"encryption_algorithms\":[\"AES_128\"],\"dh_groups\":[\"GROUP14\"],"
                                    + "\"digest_algorithms\":[\"SHA2_256\"]}");
            count += run(api, "IPSecVPNIKEProfile", "/vpn/ipsec/ike-profiles", algorithms);
            count += run(api, "IPSecVPNTunnelProfile", "/vpn/ipsec/tunnel-profiles", algorithms);
            ObjectNode dpd = NODES.objectNode();
            count += run(api, "IPSecVPNDPDProfile", "/vpn/ipsec/dpd-profiles", dpd);
            ObjectNode group = NODES.objectNode();
            count += run(api, "IPSecMultiPathGroup", "/vpn/ipsec/multi-path-groups", group);
        }
        System.out.printf("constraints of the API document violated over HTTP: %d%n", count);
        assertTrue(count > 250, "violations made");
    }

    private int run(ApiFixture api, String schema, String path, ObjectNode valid)
            throws IOException {
        violations.clear();
        violate(SCHEMAS.path(schema), valid, JsonPointer.empty());
        boolean session = path.contains("sessions");
        for (Violation violation : violations) {
            if (session && violation.at().toString().equals("/resource_type")) {
                // Another type, or none, is another schema, or none.
                continue;
            }
            ObjectNode body = valid.deepCopy();
            apply(body, violation);
            RawHttp.Answer answer = session ? api.put(path, body) : api.post(path, body);
            assertEquals(
                    List.of(violation.named().toString()),
                    SessionApiTest.fields(answer),
                    () -> violation + " of " + schema);
        }
        assertTrue(
                (session ? api.put(path, fresh(api, path, valid)) : api.post(path, valid)).status()
                        < 300,
                "what was varied is valid itself");
        return violations.size();
    }

    private static ObjectNode fresh(ApiFixture api, String path, ObjectNode valid)
            throws IOException {
        api.delete(path);
        return valid;
    }

    private static void apply(ObjectNode body, Violation violation) {
        JsonNode parent = body.at(violation.at().head());
        String name = violation.at().last().getMatchingProperty();
        if (parent instanceof ArrayNode array) {
            array.set(violation.at().last().getMatchingIndex(), violation.value());
        } else if (violation.value() == null) {
            ((ObjectNode) parent).remove(name);
        } else {
            ((ObjectNode) parent).set(name, violation.value());
        }
    }

    /** Adds a violation of each keyword of a schema, and of those below it that the sample has. */
    private void violate(JsonNode declared, JsonNode sample, JsonPointer at) {
        JsonNode schema = resolve(declared);
        if (!at.equals(JsonPointer.empty())) {
            violateValue(schema, at);
        }
        if (sample instanceof ObjectNode object) {
            schema.path("required")
                    .forEach(
                            name -> {
                                JsonPointer field = at.appendProperty(name.asText());
                                violations.add(new Violation(field, null, field));
                            });
            JsonPointer unknown = at.appendProperty("no_such/field~");
            violations.add(new Violation(unknown, NODES.numberNode(1), unknown));
            for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
                if (!isReadOnly(property.getValue())) {
                    violate(
                            property.getValue(),
                            object.path(property.getKey()),
                            at.appendProperty(property.getKey()));
                }
            }
        } else if (sample instanceof ArrayNode array && !array.isEmpty()) {
            violate(schema.path("items"), array.get(0), at.appendIndex(0));
        }
    }

    private void violateValue(JsonNode schema, JsonPointer at) {
        for (JsonNode value : wrongValues(schema)) {
            violations.add(new Violation(at, value, at));
        }
    }

    private static List<JsonNode> wrongValues(JsonNode schema) {
        List<JsonNode> wrong = new ArrayList<>();
        if (schema.has("const") || schema.has("enum")) {
            wrong.add(NODES.textNode("NONE_OF_THESE"));
            wrong.add(NODES.numberNode(3));
        }
        if (schema.has("pattern")) {
            wrong.add(NODES.textNode("\n"));
        }
        if (schema.has("minimum")) {
            wrong.add(NODES.numberNode(schema.path("minimum").asLong() - 1));
        }
        if (schema.path("maximum").asLong() == Long.MAX_VALUE) {
            wrong.add(NODES.numberNode(java.math.BigInteger.ONE.shiftLeft(63)));
        } else if (schema.has("maximum")) {
            wrong.add(NODES.numberNode(schema.path("maximum").asLong() + 1));
        }
        if (schema.path("minLength").asInt() > 0) {
            wrong.add(NODES.textNode(""));
        }
        if (schema.has("maxLength")) {
            wrong.add(NODES.textNode("x".repeat(schema.path("maxLength").asInt() + 1)));
        }
        if (schema.path("minItems").asInt() > 0) {
            wrong.add(NODES.arrayNode());
        }
        if (schema.path("uniqueItems").asBoolean()) {
            String twice = schema.path("items").path("enum").path(0).asText();
            wrong.add(NODES.arrayNode().add(twice).add(twice));
        }
        switch (schema.path("type").asText()) {
            case "string", "array", "object" -> wrong.add(NODES.numberNode(1));
            case "integer" -> {
                wrong.add(NODES.textNode("1"));
                wrong.add(NODES.numberNode(1.5));
            }
            case "boolean" -> wrong.add(NODES.textNode("true"));
            default -> assertTrue(schema.has("const"), () -> "no type in " + schema);
        }
        return wrong;
    }

    @Test
    void listsHaveTheirGreatestLength(@TempDir Path directory) throws IOException {
        try (ApiFixture api = new ApiFixture(directory)) {
            ObjectNode route = Samples.routeBased();
            JsonNode port = route.path("tunnel_ports").path(0);
            ((ArrayNode) route.path("tunnel_ports")).add(port.deepCopy());
            ArrayNode tags = route.putArray("tags");
            for (int i = 0; i <= SCHEMAS.path("Tags").path("maxItems").asInt(); i++) {
                tags.addObject();
            }
            assertEquals(
                    List.of("/tags", "/tunnel_ports"),
                    SessionApiTest.fields(api.put("/vpn/ipsec/sessions/v", route)));
            ObjectNode policy = Samples.policyBased();
            ArrayNode sources = (ArrayNode) policy.path("policy_rules").path(0).path("sources");
            for (int i = sources.size(); i <= 128; i++) {
                sources.addObject().put("subnet", "10.3." + i + ".0/24");
            }
            assertEquals(
                    List.of("/policy_rules/0/sources"),
                    SessionApiTest.fields(api.put("/vpn/ipsec/sessions/v", policy)));
        }
    }

    private static boolean isReadOnly(JsonNode schema) {
        return schema.path("readOnly").asBoolean() || resolve(schema).path("readOnly").asBoolean();
    }

    private static JsonNode resolve(JsonNode schema) {
        JsonNode current = schema;
        while (current.has("$ref")) {
            current = ApiFixture.document().at(current.path("$ref").asText().substring(1));
        }
        return current;
    }
}
