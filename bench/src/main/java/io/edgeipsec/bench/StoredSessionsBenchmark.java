package io.edgeipsec.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a request costs beside so many stored sessions, at a whole daemon without a kernel: over
 * HTTP on loopback, with its real store on disk and with the control that takes each change up. The
 * ratios between the numbers of sessions are what counts.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class StoredSessionsBenchmark {
    private static final String SESSIONS = "/api/v1/vpn/ipsec/sessions";
    private static final int PAGE = 50;
    private static final Pattern PORT = Pattern.compile("development_port=(\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Param({"100", "1000", "10000"})
    public int sessions;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Path directory = Path.of("");
    private @Nullable Process daemon;
    private String origin = "";
    private String lastPage = "";
    private long revision;
    private int next;

    @Setup
    public void startAndFill() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("edge-ipsec-bench");
        Process started = start(directory);
        daemon = started;
        origin = "http://127.0.0.1:" + awaitPort(started);
        for (int number = 0; number < sessions; number++) {
            put(number, -1);
        }
        lastPage = SESSIONS + "?page_size=" + PAGE;
        for (String cursor = ""; ; lastPage = SESSIONS + "?page_size=" + PAGE + cursor) {
            JsonNode after = JSON.readTree(call("GET", lastPage, "")).path("cursor");
            if (after.isMissingNode()) {
                break;
            }
            cursor = "&cursor=" + after.asText();
        }
    }

    private static Process start(Path directory) throws IOException {
        int port;
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = directory.resolve("edge-ipsecd.yaml");
        Files.writeString(
                config,
                """
                state_dir: %1$s/state
                runtime_dir: %1$s
                kernel: memory
                ike:
                  listen: [127.0.0.1]
                  port: %2$d
                  nat_port: %3$d
                api:
                  http:
                    listen: 127.0.0.1:0
                """
                        .formatted(directory, port, port + 1));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.edgeipsec.daemon.Main",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .start();
    }

    /** Reads the log up to readiness, and lets the rest run off. */
    private static int awaitPort(Process daemon) throws IOException {
        BufferedReader log = daemon.inputReader(StandardCharsets.UTF_8);
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                Thread drain = new Thread(() -> log.lines().forEach(rest -> {}), "log");
                drain.setDaemon(true);
                drain.start();
                return Integer.parseInt(port.group(1));
            }
        }
        throw new IOException("the daemon ended:\n" + seen);
    }

    @TearDown
    public void stop() throws IOException, InterruptedException {
        if (daemon != null) {
            daemon.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public String listFirstPage() throws IOException, InterruptedException {
        return call("GET", SESSIONS + "?page_size=" + PAGE, "");
    }

    @Benchmark
    public String listLastPage() throws IOException, InterruptedException {
        return call("GET", lastPage, "");
    }

    /** Of another session each time. */
    @Benchmark
    public String get() throws IOException, InterruptedException {
        next = (next + 7) % sessions;
        return call("GET", SESSIONS + "/" + id(next), "");
    }

    /** A change of one session, on disk when it is answered. */
    @Benchmark
    public String put() throws IOException, InterruptedException {
        String answer = put(sessions / 2, revision);
        revision = JSON.readTree(answer).path("_revision").asLong();
        return answer;
    }

    private String put(int number, long sent) throws IOException, InterruptedException {
        return call(
                "PUT",
                SESSIONS + "/" + id(number),
                """
                { "resource_type": "PolicyBasedIPSecVPNSession", %4$s "display_name": "branch %1$d",
                  "local_endpoint": { "local_address": "192.0.2.1" },
                  "peer_address": "198.51.%2$d.%3$d", "peer_id": "198.51.%2$d.%3$d",
                  "psk": "benchmark only", "connection_initiation_mode": "RESPOND_ONLY",
                  "policy_rules": [ { "sources": [ { "subnet": "10.1.0.0/16" } ],
                                      "destinations": [ { "subnet": "10.%5$d.%3$d.0/24" } ] } ] }
                """
                        .formatted(
                                number,
                                number >> 8,
                                number & 255,
                                sent < 0 ? "" : "\"_revision\": " + sent + ",",
                                100 + (number >> 8)));
    }

    private static String id(int number) {
        return String.format("00000000-0000-0000-0000-%012d", number);
    }

    private String call(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(URI.create(origin + path))
                                .header("Content-Type", "application/json")
                                .method(
                                        method,
                                        body.isEmpty()
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(method + " " + path + ": " + answer.body());
        }
        return answer.body();
    }
}
