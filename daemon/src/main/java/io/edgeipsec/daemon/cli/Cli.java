package io.edgeipsec.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.config.ConfigException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command line of {@code edge-ipsec}. Exit status 1: something is not up, the daemon perhaps;
 * 2: wrong use.
 */
@Command(
        name = "edge-ipsec",
        mixinStandardHelpOptions = true,
        description = "Asks a running edge-ipsecd.")
public final class Cli {
    private static final String SESSIONS = "/api/v1/vpn/ipsec/sessions";
    private static final int NOT_UP = 1;

    private final ObjectMapper json = new ObjectMapper();
    private final PrintStream out;
    private final PrintStream err;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The API's unix socket (default: that of the configuration).")
    private Optional<Path> socket = Optional.empty();

    public static void main(String[] arguments) {
        System.exit(run(stream(FileDescriptor.out), stream(FileDescriptor.err), arguments));
    }

    private Cli(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Does what the command line says; the exit status. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new Cli(out, err))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> {
                            err.println("edge-ipsec: " + shown(failure.getMessage()));
                            return failure instanceof ConfigException
                                    ? CommandLine.ExitCode.USAGE
                                    : NOT_UP;
                        })
                .execute(arguments);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows the sessions, or one: status, tunnels, and why not up.")
    int status(
            @Parameters(arity = "0..1", paramLabel = "SESSION", description = "Id or display name.")
                    Optional<String> wanted)
            throws IOException, ConfigException {
        UnixHttp api = new UnixHttp(socketPath());
        List<JsonNode> statuses = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = get(api, SESSIONS + "?page_size=1000" + cursor);
            for (JsonNode session : page.path("results")) {
                if (wanted.isEmpty() || names(session, wanted.get())) {
                    String id = session.path("id").asText();
                    statuses.add(get(api, SESSIONS + "/" + id + "/status"));
                }
            }
            cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asText() : "";
        } while (!cursor.isEmpty());
        if (wanted.isPresent() && statuses.isEmpty()) {
            err.println("edge-ipsec: no session has the id or display name " + shown(wanted.get()));
            return CommandLine.ExitCode.USAGE;
        }
        statuses.forEach(this::print);
        boolean allUp =
                statuses.stream().allMatch(s -> s.path("session_status").asText().equals("UP"));
        return allUp ? CommandLine.ExitCode.OK : NOT_UP;
    }

    private static boolean names(JsonNode session, String wanted) {
        return session.path("id").asText().equals(wanted)
                || session.path("display_name").asText().equals(wanted);
    }

    private void print(JsonNode status) {
        JsonNode ike = status.path("ike_status");
        JsonNode traffic = status.path("aggregate_traffic_counters");
        out.printf(
                "%-9s %s (%s): IKE %s, %d of %d tunnels, %d packets in, %d out%n",
                status.path("session_status").asText(),
                shown(status.path("display_name").asText()),
                status.path("ipsec_vpn_session_id").asText(),
                ike.path("ike_session_state").asText(),
                status.path("negotiated_tunnels").asInt(),
                status.path("total_tunnels").asInt(),
                traffic.path("packets_in").asLong(),
                traffic.path("packets_out").asLong());
        String reason = ike.path("fail_reason").asText();
        if (!reason.isEmpty()) {
            out.println("          " + shown(reason));
        }
    }

    /** Names and reasons are other people's words, and a terminal obeys control characters. */
    private static String shown(@Nullable String text) {
        return String.valueOf(text).replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
    }

    private JsonNode get(UnixHttp api, String path) throws IOException {
        UnixHttp.Response response = api.get(path);
        JsonNode body = json.readTree(response.body());
        if (response.status() != 200) {
            throw new IOException(
                    path + ": " + response.status() + " " + body.path("error_message").asText());
        }
        return body;
    }

    private Path socketPath() throws IOException, ConfigException {
        if (socket.isPresent()) {
            return socket.get();
        }
        Path file = Path.of("/etc/edge-ipsec/edge-ipsecd.yaml");
        Config config = Files.isReadable(file) ? Config.load(file) : Config.defaults();
        return config.api().unixSocket();
    }
}
