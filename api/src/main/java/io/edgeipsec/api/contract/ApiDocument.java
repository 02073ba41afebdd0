package io.edgeipsec.api.contract;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.Role;
import io.edgeipsec.api.resource.JsonTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API's OpenAPI 3.1 document, parsed once at start. Immutable after loading, any thread.
 *
 * <p>References are resolved inside the document only, one {@code $ref} at a time, with the
 * siblings of the {@code $ref} taking precedence over what it points to.
 */
public final class ApiDocument {

    private static final Logger LOG = LoggerFactory.getLogger(ApiDocument.class);
    private static final String RESOURCE = "openapi.json";
    private static final String REQUIRED_ROLE = "x-required-role";
    private static final String AUDITED = "x-audited";
    private static final String LAB_MINIMUM = "x-lab-minimum";

    private final ObjectNode root;
    private final byte[] bytes;
    private final List<ApiOperation> operations;

    private ApiDocument(ObjectNode root, byte[] bytes) {
        this.root = root;
        this.bytes = bytes;
        this.operations = readOperations();
    }

    /**
     * Parses the document that this module ships.
     *
     * @param labMinSaLifeTime lowers the least lifetimes of SAs that the contract allows, for
     *     tests; the document that is served then says so too
     */
    public static ApiDocument load(OptionalLong labMinSaLifeTime) {
        try (InputStream in =
                Objects.requireNonNull(ApiDocument.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            byte[] bytes = in.readAllBytes();
            ObjectNode root = (ObjectNode) JsonTree.read(bytes);
            if (labMinSaLifeTime.isPresent()) {
                LOG.warn(
                        "event=api.lab_minimum sa_life_time={} warning=\"profiles may give SAs"
                                + " lifetimes below the contract's, for tests only\"",
                        labMinSaLifeTime.getAsLong());
                lowerMinimums(root, labMinSaLifeTime.getAsLong());
                bytes = JsonTree.write(root);
            }
            return new ApiDocument(root, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("the API document that we ship is not readable", e);
        }
    }

    private static void lowerMinimums(JsonNode node, long minimum) {
        if (node.path(LAB_MINIMUM).asBoolean()) {
            ObjectNode schema = (ObjectNode) node;
            schema.put("minimum", Math.min(minimum, schema.path("minimum").asLong()));
        }
        node.forEach(child -> lowerMinimums(child, minimum));
    }

    /** The document as it is served. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public List<ApiOperation> operations() {
        return operations;
    }

    JsonNode root() {
        return root;
    }

    /** The node that a pointer such as {@code /components/schemas/Tag} leads to; it must exist. */
    JsonNode at(String pointer) {
        JsonNode node = root.at(pointer);
        if (node.isMissingNode()) {
            throw new IllegalStateException("the API document has no " + pointer);
        }
        return node;
    }

    /**
     * What a keyword of a schema says, following {@code $ref} where the schema itself is silent.
     */
    JsonNode keyword(JsonNode schema, String keyword) {
        JsonNode current = schema;
        while (true) {
            JsonNode value = current.path(keyword);
            JsonNode reference = current.path("$ref");
            if (!value.isMissingNode() || reference.isMissingNode()) {
                return value;
            }
            current = follow(reference);
        }
    }

    /** The node at the end of a chain of references. */
    JsonNode resolve(JsonNode node) {
        JsonNode current = node;
        while (current.has("$ref")) {
            current = follow(current.path("$ref"));
        }
        return current;
    }

    /** The pointer at the end of the chain of references that starts at a pointer. */
    String resolve(String pointer) {
        String current = pointer;
        while (at(current).has("$ref")) {
            current = at(current).path("$ref").asText().substring(1);
        }
        return current;
    }

    private JsonNode follow(JsonNode reference) {
        return at(reference.asText().substring(1));
    }

    private List<ApiOperation> readOperations() {
        List<ApiOperation> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> member : path.getValue().properties()) {
                if (member.getValue().has("operationId")) {
                    found.add(readOperation(path.getKey(), member.getKey()));
                }
            }
        }
        return List.copyOf(found);
    }

    /** An operation that says nothing is for administrators; a test sees to it that all do. */
    private static Optional<Role> requiredRole(JsonNode operation) {
        String role = operation.path(REQUIRED_ROLE).asText(Role.ADMIN.name());
        return role.equals("none")
                ? Optional.empty()
                : Optional.of(Role.valueOf(role.toUpperCase(Locale.ROOT)));
    }

    private ApiOperation readOperation(String path, String method) {
        String pathAt = JsonPointer.empty().appendProperty("paths").appendProperty(path).toString();
        String operationAt = pathAt + "/" + method;
        Map<String, String> pathParameters = new LinkedHashMap<>();
        Map<String, String> queryParameters = new LinkedHashMap<>();
        Map<String, String> headerParameters = new LinkedHashMap<>();
        Set<String> required = new HashSet<>();
        for (String at : List.of(pathAt, operationAt)) {
            int count = root.at(at).path("parameters").size();
            for (int i = 0; i < count; i++) {
                String parameterAt = resolve(at + "/parameters/" + i);
                JsonNode parameter = at(parameterAt);
                Map<String, String> parameters =
                        switch (parameter.path("in").asText()) {
                            case "path" -> pathParameters;
                            case "header" -> headerParameters;
                            default -> queryParameters;
                        };
                parameters.put(parameter.path("name").asText(), resolve(parameterAt + "/schema"));
                if (parameter.path("in").asText().equals("query")
                        && parameter.path("required").asBoolean()) {
                    required.add(parameter.path("name").asText());
                }
            }
        }
        JsonNode operation = at(operationAt);
        boolean hasBody = operation.has("requestBody");
        String bodyAt = hasBody ? resolve(operationAt + "/requestBody") : "";
        String bodyType = hasBody ? at(bodyAt + "/content").fieldNames().next() : "";
        return new ApiOperation(
                operation.path("operationId").asText(),
                method.toUpperCase(Locale.ROOT),
                path,
                pathParameters,
                queryParameters,
                Set.copyOf(required),
                headerParameters,
                hasBody
                        ? resolve(bodyAt + "/content/" + bodyType.replace("/", "~1") + "/schema")
                        : null,
                bodyType,
                requiredRole(operation),
                operation.path(AUDITED).asBoolean());
    }
}
