package io.edgeipsec.api.contract;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.PathType;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.error.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Validates values against schemas of the document and turns violations into field errors. The
 * library finds them; the words are ours, made from the schema, so that a value whose schema is
 * {@code writeOnly} is never shown. Any thread.
 */
public final class SchemaRules {

    private static final SchemaLocation DOCUMENT = SchemaLocation.of("urn:edge-ipsec:openapi");

    private final ApiDocument document;
    private final Schema root;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    public SchemaRules(ApiDocument document) {
        this.document = document;
        SchemaRegistryConfig config =
                SchemaRegistryConfig.builder()
                        .pathType(PathType.JSON_POINTER)
                        .locale(Locale.ROOT)
                        .messageSource((key, fallback, locale, arguments) -> key)
                        .build();
        Dialect dialect =
                Dialect.builder(Dialects.getDraft202012())
                        // OpenAPI's own members, which the library would warn about.
                        .unknownKeywordFactory((name, context) -> new NonValidationKeyword(name))
                        .build();
        this.root =
                SchemaRegistry.withDialect(dialect, builder -> builder.schemaRegistryConfig(config))
                        .getSchema(DOCUMENT, document.root());
    }

    /**
     * All that is wrong with a value, one error a field, in the order of their pointers' discovery.
     *
     * @param pointer where the schema is in the document, such as {@code /components/schemas/Tag}
     */
    public List<FieldError> check(String pointer, JsonNode value) {
        Schema schema =
                schemas.computeIfAbsent(
                        pointer,
                        at -> root.getRefSchema(SchemaLocation.of("#" + at).getFragment()));
        Map<String, FieldError> errors = new LinkedHashMap<>();
        for (Error error : schema.validate(value)) {
            FieldError field = describe(error);
            errors.putIfAbsent(field.pointer(), field);
        }
        return new ArrayList<>(errors.values());
    }

    private FieldError describe(Error error) {
        String at = error.getInstanceLocation().toString();
        String keywordAt = error.getSchemaLocation().getFragment().toString();
        JsonNode schema = document.at(keywordAt.substring(0, keywordAt.lastIndexOf('/')));
        String property = error.getProperty();
        return switch (error.getKeyword()) {
            case "required" -> {
                JsonNode missing = schema.path("properties").path(property);
                yield new FieldError(
                        append(at, property),
                        "missing",
                        missing.isMissingNode()
                                ? "a value"
                                : SchemaWords.expected(document.resolve(missing)));
            }
            case "additionalProperties" -> {
                List<String> known = new ArrayList<>();
                schema.path("properties").fieldNames().forEachRemaining(known::add);
                yield new FieldError(
                        append(at, property),
                        "unknown field",
                        Suggestion.nearest(property, known)
                                .map(near -> "only known fields, such as " + near)
                                .orElse("only known fields"));
            }
            default ->
                    new FieldError(
                            at,
                            isSecret(schema)
                                    ? "a value that is not shown"
                                    : SchemaWords.seen(error.getInstanceNode()),
                            SchemaWords.expected(schema));
        };
    }

    /** Whether something is, or should be an object around something, that is never shown. */
    private static boolean isSecret(JsonNode schema) {
        if (schema.path("writeOnly").asBoolean()) {
            return true;
        }
        for (JsonNode property : schema.path("properties")) {
            if (isSecret(property)) {
                return true;
            }
        }
        return false;
    }

    private static String append(String pointer, String member) {
        return JsonPointer.compile(pointer).appendProperty(member).toString();
    }
}
