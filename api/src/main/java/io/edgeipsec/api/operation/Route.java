package io.edgeipsec.api.operation;

import io.edgeipsec.api.contract.ApiOperation;
import java.util.Map;
import java.util.Optional;

/** An operation with the parameters that a request's path gives it. */
public record Route(ApiOperation operation, Map<String, String> parameters) {

    public Route {
        parameters = Map.copyOf(parameters);
    }

    /** What the path is about: the last word of it before the id, such as {@code session}. */
    String kind() {
        String kind = "";
        for (String segment : operation.segments()) {
            if (segment.startsWith("{")) {
                break;
            }
            kind = segment;
        }
        return kind.endsWith("s") ? kind.substring(0, kind.length() - 1) : kind;
    }

    /** The id in the path; every path has at most one. */
    Optional<String> id() {
        return parameters.values().stream().findFirst();
    }
}
