package io.edgeipsec.daemon.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.contract.SchemaRules;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A reader of the API's events, which checks each against the API document. */
public final class EventFeed implements AutoCloseable {
    private static final SchemaRules RULES =
            new SchemaRules(ApiDocument.load(OptionalLong.empty()));
    private static final Map<String, String> SCHEMAS =
            Map.of(
                    "session", "SessionEvent",
                    "ike_sa", "IkeSaEvent",
                    "child_sa", "ChildSaEvent",
                    "multi_path_group", "MultiPathGroupEvent",
                    "config", "ConfigEvent",
                    "alarm", "AlarmEvent",
                    "gap", "GapEvent");

    private final BufferedReader in;
    private String lastId = "";

    private EventFeed(InputStream in) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** Over TCP, with HTTP/1.1, from the start of the stream; {@code query} with its "?". */
    public static EventFeed tcp(int port, String query, Optional<String> lastEventId)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/api/v1/events" + query));
        lastEventId.ifPresent(id -> request.header("Last-Event-ID", id));
        HttpResponse<InputStream> response =
                HttpClient.newHttpClient()
                        .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        String type = response.headers().firstValue("content-type").orElse("none");
        if (response.statusCode() != 200 || !type.equals("text/event-stream")) {
            throw new IOException(
                    response.statusCode()
                            + " "
                            + type
                            + " "
                            + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        return begun(new EventFeed(response.body()));
    }

    /** Over a unix socket, with HTTP/1.0. */
    public static EventFeed unix(Path socket, String query) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        channel.write(
                ByteBuffer.wrap(
                        ("GET /api/v1/events" + query + " HTTP/1.0\r\nHost: localhost\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII)));
        EventFeed feed = new EventFeed(Channels.newInputStream(channel));
        if (!feed.line().startsWith("HTTP/1.0 200")) {
            throw new IOException("refused");
        }
        while (!feed.line().isEmpty()) {
            // The rest of the head.
        }
        return begun(feed);
    }

    private static EventFeed begun(EventFeed feed) throws IOException {
        feed.expect("retry: 2000");
        feed.lastId = feed.line().replaceFirst("^id: ", "");
        feed.expect("");
        return feed;
    }

    /** What a reader would send to go on from here. */
    public String lastId() {
        return lastId;
    }

    /** The next event's data; waits for it. */
    public JsonNode next() throws IOException {
        String line = line();
        while (line.startsWith(":") || line.isEmpty()) {
            line = line();
        }
        String id = value("id", line);
        String type = value("event", line());
        JsonNode data = new ObjectMapper().readTree(value("data", line()));
        expect("");
        String schema = Optional.ofNullable(SCHEMAS.get(type)).orElseThrow();
        if (!RULES.check("/components/schemas/" + schema, data).isEmpty()
                || !data.path("id").asText().equals(id)) {
            throw new AssertionError("the document refuses " + id + " " + type + " " + data);
        }
        if (compare(id, lastId) <= 0 && !type.equals("gap")) {
            throw new AssertionError(id + " after " + lastId);
        }
        lastId = id;
        return data;
    }

    /** Ids as the document says to compare them. */
    public static int compare(String one, String other) {
        String[] a = one.split("-", -1);
        String[] b = other.split("-", -1);
        int run = Long.compare(Long.parseLong(a[0]), Long.parseLong(b[0]));
        return run != 0 ? run : Long.compare(Long.parseLong(a[1]), Long.parseLong(b[1]));
    }

    /** Reads until an event says so. */
    public JsonNode await(String member, String value) throws IOException {
        JsonNode event = next();
        while (!event.path(member).asText().equals(value)) {
            event = next();
        }
        return event;
    }

    /** True if the server ends the stream here. */
    public boolean isEnded() throws IOException {
        String line = in.readLine();
        while (line != null && (line.isEmpty() || line.startsWith(":"))) {
            line = in.readLine();
        }
        return line == null;
    }

    private static String value(String field, String line) {
        if (!line.startsWith(field + ": ")) {
            throw new AssertionError("not a line of " + field + ": " + line);
        }
        return line.substring(field.length() + 2);
    }

    private void expect(String expected) throws IOException {
        String line = line();
        if (!line.equals(expected)) {
            throw new AssertionError("not \"" + expected + "\" but \"" + line + '"');
        }
    }

    private String line() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new EOFException("the stream has ended");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
