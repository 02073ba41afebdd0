package io.edgeipsec.api.operation;

import io.edgeipsec.api.contract.ApiOperation;
import java.util.Map;
import java.util.Optional;

/** An operation with the parameters that a request's path gives it. */
public record Route(ApiOperation operation, Map<String, String> parameters) {

    public Route {
        parameters = Map.copyOf(parameters);
    }

    /** The id in the path; every path has at most one. */
    Optional<String> id() {
        return parameters.values().stream().findFirst();
    }
}
