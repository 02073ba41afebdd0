package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Violations of the document's constraints, one each, made from the document. */
final class Violations {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<Violation> violations = new ArrayList<>();

    /** A wrong value for a field, or with none, its absence. */
    record Violation(JsonPointer at, @Nullable JsonNode value) {

        /** The body with this in it. */
        ObjectNode in(ObjectNode valid) {
            ObjectNode body = valid.deepCopy();
            apply(body, this);
            return body;
        }
    }

    private Violations() {}

    /** Of each keyword of a schema, and of those below it that the valid body has. */
    static List<Violation> of(JsonNode schema, ObjectNode valid) {
        Violations all = new Violations();
        all.violate(schema, valid, JsonPointer.empty());
        return List.copyOf(all.violations);
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
            violateValue(schema, sample, at);
        }
        if (sample instanceof ObjectNode object) {
            schema.path("required")
                    .forEach(
                            name -> {
                                JsonPointer field = at.appendProperty(name.asText());
                                violations.add(new Violation(field, null));
                            });
            JsonPointer unknown = at.appendProperty("no_such/field~");
            violations.add(new Violation(unknown, NODES.numberNode(1)));
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

    private void violateValue(JsonNode schema, JsonNode sample, JsonPointer at) {
        for (JsonNode value : wrongValues(schema)) {
            violations.add(new Violation(at, value));
        }
        boolean growing = schema.has("maxItems") && !schema.path("uniqueItems").asBoolean();
        if (growing && sample instanceof ArrayNode array && !array.isEmpty()) {
            ArrayNode many = NODES.arrayNode();
            for (int i = 0; i <= schema.path("maxItems").asInt(); i++) {
                many.add(array.get(0).deepCopy());
            }
            violations.add(new Violation(at, many));
        }
    }

    /** Values that break one keyword of a schema each. */
    static List<JsonNode> wrongValues(JsonNode schema) {
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

    private static boolean isReadOnly(JsonNode schema) {
        return schema.path("readOnly").asBoolean() || resolve(schema).path("readOnly").asBoolean();
    }

    static JsonNode resolve(JsonNode schema) {
        JsonNode current = schema;
        while (current.has("$ref")) {
            current = ApiFixture.document().at(current.path("$ref").asText().substring(1));
        }
        return current;
    }
}
