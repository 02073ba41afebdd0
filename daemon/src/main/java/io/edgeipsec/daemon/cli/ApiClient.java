package io.edgeipsec.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/** The API of the running daemon, through its unix socket; a refusal is an exception. */
final class ApiClient {
    private static final String PREFIX = "/api/v1";

    private final ObjectMapper json = new ObjectMapper();
    private final UnixHttp http;

    ApiClient(Path socket) {
        this.http = new UnixHttp(socket);
    }

    ObjectNode object() {
        return json.createObjectNode();
    }

    JsonNode get(String path) throws IOException {
        return checked(http.get(PREFIX + path));
    }

    JsonNode post(String path, JsonNode body) throws IOException {
        return checked(http.post(PREFIX + path, body.toString()));
    }

    JsonNode put(String path, JsonNode body) throws IOException {
        return checked(http.put(PREFIX + path, body.toString()));
    }

    void delete(String path) throws IOException {
        checked(http.delete(PREFIX + path));
    }

    private JsonNode checked(UnixHttp.Response response) throws IOException {
        JsonNode body = json.readTree(response.body());
        if (response.status() >= 400) {
            throw new IOException(body.path("error_message").asText());
        }
        return body;
    }
}
