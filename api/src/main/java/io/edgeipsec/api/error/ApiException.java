package io.edgeipsec.api.error;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * A request that is answered with an error; the caller sees all that is in it (the contract's
 * {@code ApiError}). It is an answer, not a fault of ours, so it has no stack trace.
 */
public final class ApiException extends RuntimeException {

    /**
     * Field errors beyond this are only counted: nobody reads more, and a body may have thousands.
     */
    public static final int MAX_FIELD_ERRORS = 100;

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String text;
    private final transient List<FieldError> fields;
    private final transient Map<String, String> headers;

    public ApiException(ErrorCode code, String message) {
        this(code, message, List.of(), Map.of());
    }

    /**
     * One whose answer has headers of its own.
     *
     * @param headers such as {@code Retry-After}
     */
    public ApiException(ErrorCode code, String message, Map<String, String> headers) {
        this(code, message, List.of(), headers);
    }

    private ApiException(
            ErrorCode code, String message, List<FieldError> fields, Map<String, String> headers) {
        super(message, null, false, false);
        this.code = code;
        this.text = message;
        this.fields = List.copyOf(fields);
        this.headers = Map.copyOf(headers);
    }

    /** A request whose fields are wrong; the list is not empty. */
    public static ApiException invalid(List<FieldError> fields) {
        StringBuilder message = new StringBuilder();
        for (FieldError field : fields.subList(0, Math.min(3, fields.size()))) {
            message.append(message.isEmpty() ? "" : ". ").append(field.message());
        }
        if (fields.size() > 3) {
            message.append(". ").append(fields.size() - 3).append(" more in related_errors");
        }
        return new ApiException(ErrorCode.INVALID_FIELDS, message.toString(), fields, Map.of());
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** The body of the answer. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("httpStatus", code.httpStatusName());
        describe(node, text);
        if (!fields.isEmpty()) {
            ArrayNode related = node.putArray("related_errors");
            for (FieldError field : fields.subList(0, Math.min(MAX_FIELD_ERRORS, fields.size()))) {
                ObjectNode error = related.addObject();
                describe(error, field.message());
                error.putObject("error_data")
                        .put("field", field.pointer())
                        .put("seen", field.seen())
                        .put("expected", field.expected());
            }
            if (fields.size() > MAX_FIELD_ERRORS) {
                node.put(
                        "details",
                        "the first "
                                + MAX_FIELD_ERRORS
                                + " of "
                                + fields.size()
                                + " wrong fields are listed");
            }
        }
        return node;
    }

    private void describe(ObjectNode node, String message) {
        node.put("error_code", code.code());
        node.put("module_name", code.module());
        node.put("error_message", message);
    }
}
