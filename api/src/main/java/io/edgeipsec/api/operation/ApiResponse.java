package io.edgeipsec.api.operation;

import io.edgeipsec.api.event.EventSelection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An answer: status, headers beside the usual ones, and a JSON body or none. Or events without end,
 * which whoever writes the answer reads from the journal as it can.
 */
public final class ApiResponse {

    private final int status;
    private final List<Map.Entry<String, String>> headers;
    private final byte[] body;
    private final Optional<EventSelection> events;

    ApiResponse(int status, List<Map.Entry<String, String>> headers, byte[] body) {
        this(status, headers, body, Optional.empty());
    }

    private ApiResponse(
            int status,
            List<Map.Entry<String, String>> headers,
            byte[] body,
            Optional<EventSelection> events) {
        this.status = status;
        this.headers = List.copyOf(headers);
        this.body = body;
        this.events = events;
    }

    static ApiResponse events(EventSelection selection) {
        return new ApiResponse(200, List.of(), new byte[0], Optional.of(selection));
    }

    public int status() {
        return status;
    }

    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /** The body itself, no copy; empty if there is none. */
    public byte[] body() {
        return body;
    }

    /** Which events are the answer, if that is what it is; there is no body then. */
    public Optional<EventSelection> events() {
        return events;
    }
}
