package io.edgeipsec.api.operation;

import java.util.List;
import java.util.Map;

/** An answer: status, headers beside the usual ones, and a JSON body or none. */
public final class ApiResponse {

    private final int status;
    private final List<Map.Entry<String, String>> headers;
    private final byte[] body;

    ApiResponse(int status, List<Map.Entry<String, String>> headers, byte[] body) {
        this.status = status;
        this.headers = List.copyOf(headers);
        this.body = body;
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
}
