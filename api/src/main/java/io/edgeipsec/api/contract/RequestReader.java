package io.edgeipsec.api.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads what a request carries, as the document describes it: parses, drops what is ignored,
 * validates, fills in defaults. Throws {@link ApiException} for what the caller did wrong. Any
 * thread.
 */
public final class RequestReader {

    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

    private final ApiDocument document;
    private final SchemaRules rules;
    private final SchemaTree tree;

    public RequestReader(ApiDocument document, SchemaRules rules) {
        this.document = document;
        this.rules = rules;
        this.tree = new SchemaTree(document);
    }

    /**
     * The body of an operation that has one, valid, and complete as far as the document can say.
     */
    public ObjectNode body(ApiOperation operation, byte[] body) {
        JsonNode value = JsonText.parse(body);
        if (!(value instanceof ObjectNode object)) {
            throw ApiException.invalid(
                    List.of(new FieldError("", SchemaWords.seen(value), "an object")));
        }
        String pointer = concreteSchema(Objects.requireNonNull(operation.body()), object);
        JsonNode schema = document.at(pointer);
        tree.removeIgnored(schema, object);
        List<FieldError> errors = rules.check(pointer, object);
        if (!errors.isEmpty()) {
            throw ApiException.invalid(errors);
        }
        tree.fillDefaults(schema, object);
        return object;
    }

    /**
     * The schema that the body itself names, where the operation takes several. Asked before
     * validation: else every error would come once for each type it could have been.
     */
    private String concreteSchema(String pointer, ObjectNode body) {
        JsonNode discriminator = document.at(pointer).path("discriminator");
        if (discriminator.isMissingNode()) {
            return pointer;
        }
        String property = discriminator.path("propertyName").asText();
        JsonNode mapping = discriminator.path("mapping");
        JsonNode type = body.path(property);
        JsonNode target = type.isTextual() ? mapping.path(type.textValue()) : mapping.path("");
        if (target.isMissingNode()) {
            List<String> types = new ArrayList<>();
            mapping.fieldNames().forEachRemaining(types::add);
            boolean absent = type.isMissingNode() || type.isNull();
            throw ApiException.invalid(
                    List.of(
                            new FieldError(
                                    "/" + property,
                                    absent ? "missing" : SchemaWords.seen(type),
                                    "one of " + String.join(", ", types))));
        }
        return target.asText().substring(1);
    }

    /** The operation's query parameters with their defaults; those it does not know are ignored. */
    public Map<String, JsonNode> query(ApiOperation operation, Map<String, String> sent) {
        return parameters(operation.queryParameters(), operation.requiredQueryParameters(), sent);
    }

    /** As {@link #query}, of the header parameters. */
    public Map<String, JsonNode> headers(ApiOperation operation, Map<String, String> sent) {
        return parameters(operation.headerParameters(), Set.of(), sent);
    }

    private Map<String, JsonNode> parameters(
            Map<String, String> declared, Set<String> required, Map<String, String> sent) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        List<FieldError> errors = new ArrayList<>();
        declared.forEach(
                (name, pointer) -> {
                    JsonNode schema = document.at(pointer);
                    String text = sent.get(name);
                    if (text != null) {
                        JsonNode value = value(schema, text);
                        values.put(name, value);
                        errors.addAll(named(name, rules.check(pointer, value)));
                    } else if (schema.has("default")) {
                        values.put(name, schema.path("default"));
                    } else if (required.contains(name)) {
                        errors.add(new FieldError(name, "missing", SchemaWords.expected(schema)));
                    }
                });
        if (!errors.isEmpty()) {
            throw ApiException.invalid(errors);
        }
        return values;
    }

    /** What is wrong with the parameters in the path. */
    public List<FieldError> checkPath(ApiOperation operation, Map<String, String> sent) {
        List<FieldError> errors = new ArrayList<>();
        operation
                .pathParameters()
                .forEach(
                        (name, pointer) -> {
                            String text = Objects.requireNonNull(sent.get(name));
                            errors.addAll(
                                    named(
                                            name,
                                            rules.check(
                                                    pointer,
                                                    JsonNodeFactory.instance.textNode(text))));
                        });
        return errors;
    }

    /** Elements of a list are separated by commas (OpenAPI: form style, not exploded). */
    private static JsonNode value(JsonNode schema, String text) {
        return switch (schema.path("type").asText()) {
            case "integer" ->
                    INTEGER.matcher(text).matches()
                            ? JsonNodeFactory.instance.numberNode(Long.parseLong(text))
                            : JsonNodeFactory.instance.textNode(text);
            case "boolean" ->
                    text.equals("true") || text.equals("false")
                            ? JsonNodeFactory.instance.booleanNode(Boolean.parseBoolean(text))
                            : JsonNodeFactory.instance.textNode(text);
            case "array" -> {
                ArrayNode list = JsonNodeFactory.instance.arrayNode();
                for (String element : text.split(",", -1)) {
                    list.add(value(schema.path("items"), element));
                }
                yield list;
            }
            default -> JsonNodeFactory.instance.textNode(text);
        };
    }

    private static List<FieldError> named(String name, List<FieldError> errors) {
        return errors.stream()
                .map(error -> new FieldError(name, error.seen(), error.expected()))
                .toList();
    }
}
