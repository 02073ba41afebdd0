package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which fields a change has changed, from what to what; of a secret, only whether. */
final class AuditChanges {

    /** A session with hundreds of rules has thousands; nobody reads more than these. */
    private static final int MAX_FIELDS = 200;

    /** Longer values, such as certificates, are told by their beginnings. */
    private static final int MAX_VALUE_CHARACTERS = 500;

    /** What the record itself says of every change. */
    private static final Set<String> STAMP =
            Set.of(
                    "_revision",
                    "_create_time",
                    "_create_user",
                    "_last_modified_time",
                    "_last_modified_user");

    private final ArrayNode changes = JsonNodeFactory.instance.arrayNode();
    private int omitted;

    /** The difference between two states; null for what was not or is no more. */
    static AuditChanges between(@Nullable ObjectNode before, @Nullable ObjectNode after) {
        AuditChanges result = new AuditChanges();
        Map<String, JsonNode> old = fields(before);
        Map<String, JsonNode> now = fields(after);
        Set<String> names = new LinkedHashSet<>(now.keySet());
        names.addAll(old.keySet());
        for (String name : names) {
            JsonNode from = old.get(name);
            JsonNode to = now.get(name);
            if (from == null || !from.equals(to)) {
                result.add(name, from, to);
            }
        }
        return result;
    }

    private void add(String field, @Nullable JsonNode from, @Nullable JsonNode to) {
        if (changes.size() >= MAX_FIELDS) {
            omitted++;
            return;
        }
        ObjectNode change = changes.addObject().put("field", field);
        if (from != null) {
            change.set("before", shown(from));
        }
        if (to != null) {
            change.set("after", shown(to));
        }
    }

    /** Adds a secret of which no more may be said. */
    AuditChanges withSecret(String field, boolean changed) {
        changes.insertObject(0)
                .put("field", field)
                .put("secret", changed ? "changed" : "unchanged");
        return this;
    }

    String toJson() {
        if (omitted > 0) {
            changes.addObject().put("field", "").put("omitted", omitted);
            omitted = 0;
        }
        return changes.toString();
    }

    private static JsonNode shown(JsonNode value) {
        String text = value.asText();
        if (!value.isTextual() || text.length() <= MAX_VALUE_CHARACTERS) {
            return value;
        }
        // Half a surrogate pair could not be written.
        int end =
                Character.isHighSurrogate(text.charAt(MAX_VALUE_CHARACTERS - 1))
                        ? MAX_VALUE_CHARACTERS - 1
                        : MAX_VALUE_CHARACTERS;
        return JsonNodeFactory.instance.textNode(
                text.substring(0, end) + "… (" + text.length() + " characters)");
    }

    /** The leaves of a tree by their pointers; an empty object or list is a leaf. */
    private static Map<String, JsonNode> fields(@Nullable ObjectNode tree) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        if (tree != null) {
            for (Map.Entry<String, JsonNode> member : tree.properties()) {
                if (!STAMP.contains(member.getKey())) {
                    collect(
                            JsonPointer.empty().appendProperty(member.getKey()),
                            member.getValue(),
                            fields);
                }
            }
        }
        return fields;
    }

    private static void collect(JsonPointer at, JsonNode value, Map<String, JsonNode> fields) {
        if (value.isValueNode() || value.isEmpty()) {
            fields.put(at.toString(), value);
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                collect(at.appendIndex(i), value.get(i), fields);
            }
        } else {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                collect(at.appendProperty(member.getKey()), member.getValue(), fields);
            }
        }
    }
}
