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
        return tree(path, http.get(PREFIX + path));
    }

    /** The answer where it is no JSON. */
    String text(String path) throws IOException {
        return checked(path, http.get(PREFIX + path)).body();
    }

    JsonNode post(String path, JsonNode body) throws IOException {
        return tree(path, http.post(PREFIX + path, body.toString()));
    }

    /** Orders something that takes no body. */
    JsonNode post(String path) throws IOException {
        return tree(path, http.post(PREFIX + path, ""));
    }

    JsonNode put(String path, JsonNode body) throws IOException {
        return tree(path, http.put(PREFIX + path, body.toString()));
    }

    void delete(String path) throws IOException {
        checked(path, http.delete(PREFIX + path));
    }

    private JsonNode tree(String path, UnixHttp.Response response) throws IOException {
        return json.readTree(checked(path, response).body());
    }

    private UnixHttp.Response checked(String path, UnixHttp.Response response) throws IOException {
        if (response.status() >= 400) {
            String message = json.readTree(response.body()).path("error_message").asText();
            throw new IOException(PREFIX + path + ": " + response.status() + " " + message);
        }
        return response;
    }
}
