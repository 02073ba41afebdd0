package io.edgeipsec.api.operation;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.auth.Caller;
import java.util.Arrays;
import java.util.Map;

/** What an operation is called with. Its body may hold a secret. */
public final class ApiRequest {

    private final Route route;
    private final Map<String, String> query;
    private final Map<String, String> headers;
    private final byte[] body;
    private final CallContext context;
    private final Arrival arrival;

    /**
     * Takes over the body.
     *
     * @param query query parameters; of repeated ones the last
     * @param headers those that the operation declares, under the names that it gives them
     * @param body empty if there is none
     * @param caller who asks
     * @param arrival how the request came
     * @param requestId names the request in the log and, for changes, in the answer
     */
    public ApiRequest(
            Route route,
            Map<String, String> query,
            Map<String, String> headers,
            byte[] body,
            Caller caller,
            Arrival arrival,
            String requestId) {
        this.route = route;
        this.query = Map.copyOf(query);
        this.headers = Map.copyOf(headers);
        this.body = body;
        this.context =
                new CallContext(
                        caller, route.operation().id(), requestId, arrival.allowOverwrite(), false);
        this.arrival = arrival;
    }

    Route route() {
        return route;
    }

    Map<String, String> query() {
        return query;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The body itself, no copy. */
    byte[] body() {
        return body;
    }

    /** In whose name the request changes what it changes. */
    CallContext context() {
        return context;
    }

    Arrival arrival() {
        return arrival;
    }

    String requestId() {
        return context.requestId();
    }

    void forgetBody() {
        Arrays.fill(body, (byte) 0);
    }
}
