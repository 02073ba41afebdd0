package io.edgeipsec.api.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Says in words what a schema expects and what a value is. */
final class SchemaWords {

    private static final int MAX_SHOWN = 80;

    private SchemaWords() {}

    /** What would be right here: the schema's title, or words made from its keywords. */
    static String expected(JsonNode schema) {
        if (schema.has("title")) {
            return schema.path("title").asText();
        }
        if (schema.has("const")) {
            return schema.path("const").asText();
        }
        if (schema.has("enum")) {
            List<String> constants = new ArrayList<>();
            schema.path("enum").forEach(constant -> constants.add(constant.asText()));
            return "one of " + String.join(", ", constants);
        }
        return switch (schema.path("type").asText()) {
            case "integer" -> "an integer" + range(schema, "minimum", "maximum", "");
            case "string" -> "text" + range(schema, "minLength", "maxLength", " characters");
            case "array" ->
                    (schema.path("uniqueItems").asBoolean()
                                    ? "a list without repetitions"
                                    : "a list")
                            + range(schema, "minItems", "maxItems", " elements");
            case "boolean" -> "true or false";
            case "object" -> "an object";
            default -> throw new IllegalStateException("no words for the schema " + schema);
        };
    }

    private static String range(JsonNode schema, String least, String most, String unit) {
        boolean hasLeast = schema.has(least);
        boolean hasMost = schema.has(most);
        String of = unit.isEmpty() ? " from " : " of ";
        if (hasLeast && hasMost) {
            return schema.path(least).equals(schema.path(most))
                    ? of
                            + "exactly "
                            + schema.path(least)
                            + (schema.path(least).asInt() == 1 ? unit.replaceAll("s$", "") : unit)
                    : of + schema.path(least) + " to " + schema.path(most) + unit;
        }
        if (hasLeast) {
            return " of at least " + schema.path(least) + unit;
        }
        return hasMost ? " of at most " + schema.path(most) + unit : "";
    }

    /** What the value is; strings and numbers are shown, cut to a readable length. */
    static String seen(JsonNode value) {
        if (value.isObject()) {
            return "an object";
        }
        if (value.isArray()) {
            return "a list of " + value.size() + (value.size() == 1 ? " element" : " elements");
        }
        String text = value.isTextual() ? '"' + value.textValue() + '"' : value.asText();
        if (text.length() <= MAX_SHOWN) {
            return text;
        }
        // Half a surrogate pair could not be written.
        int end = Character.isHighSurrogate(text.charAt(MAX_SHOWN - 1)) ? MAX_SHOWN - 1 : MAX_SHOWN;
        return text.substring(0, end) + "… (" + value.asText().length() + " characters)";
    }
}
