package io.edgeipsec.api.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;

/**
 * Walks a request's tree beside its schema: before validation it takes out what the conventions let
 * callers send without effect, after validation it puts in the defaults. Schemas of requests are
 * plain (properties, items, references); a composed one would be passed over.
 */
final class SchemaTree {

    private final ApiDocument document;

    SchemaTree(ApiDocument document) {
        this.document = document;
    }

    /** Removes members that are null or whose schema is {@code readOnly}. */
    void removeIgnored(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
            while (members.hasNext()) {
                Map.Entry<String, JsonNode> member = members.next();
                JsonNode property = property(schema, member.getKey());
                if (member.getValue().isNull()
                        || document.keyword(property, "readOnly").asBoolean()) {
                    members.remove();
                } else {
                    removeIgnored(property, member.getValue());
                }
            }
        } else if (value.isArray()) {
            JsonNode items = document.keyword(schema, "items");
            value.forEach(element -> removeIgnored(items, element));
        }
    }

    /** Puts in the default of every absent member that has one, in a valid tree. */
    void fillDefaults(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> property :
                    document.keyword(schema, "properties").properties()) {
                JsonNode member = object.get(property.getKey());
                if (member == null) {
                    JsonNode preset = document.keyword(property.getValue(), "default");
                    if (preset.isMissingNode()) {
                        continue;
                    }
                    member = preset.deepCopy();
                    object.set(property.getKey(), member);
                }
                fillDefaults(property.getValue(), member);
            }
        } else if (value.isArray()) {
            JsonNode items = document.keyword(schema, "items");
            value.forEach(element -> fillDefaults(items, element));
        }
    }

    private JsonNode property(JsonNode schema, String name) {
        return document.keyword(schema, "properties").path(name);
    }
}
