package io.edgeipsec.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.config.ConfigException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    private static final String SESSIONS = "/vpn/ipsec/sessions";
    private static final int NOT_UP = 1;

    private final InputStream in;
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

    private Cli(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Does what the command line says; the exit status. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return run(new FileInputStream(FileDescriptor.in), out, err, arguments);
    }

    static int run(InputStream in, PrintStream out, PrintStream err, String... arguments) {
        Cli cli = new Cli(in, out, err);
        return new CommandLine(cli)
                .addSubcommand(new GroupsCommand(cli))
                .addSubcommand(new UserCommand(cli))
                .addSubcommand(new PrincipalCommand(cli))
                .addSubcommand(new ServiceCommand(cli))
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

    /** The session that a command is about. */
    static final class OneSession {
        @Parameters(paramLabel = "SESSION", description = "Id or display name.")
        private String wanted = "";
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
        ApiClient api = api();
        List<JsonNode> statuses = new ArrayList<>();
        for (JsonNode session : sessions(api, wanted)) {
            statuses.add(api.get(path(session) + "/status"));
        }
        if (wanted.isPresent() && statuses.isEmpty()) {
            return unknown(wanted.get());
        }
        statuses.forEach(this::print);
        boolean allUp =
                statuses.stream().allMatch(s -> s.path("session_status").asText().equals("UP"));
        return allUp ? CommandLine.ExitCode.OK : NOT_UP;
    }

    @Command(
            name = "statistics",
            mixinStandardHelpOptions = true,
            description = "Shows what the tunnels of the sessions, or of one, have carried.")
    int statistics(
            @Parameters(arity = "0..1", paramLabel = "SESSION", description = "Id or display name.")
                    Optional<String> wanted,
            @Option(names = "--reset", description = "Lets the counters begin at zero again.")
                    boolean reset)
            throws IOException, ConfigException {
        ApiClient api = api();
        List<JsonNode> sessions = sessions(api, wanted);
        if (wanted.isPresent() && sessions.isEmpty()) {
            return unknown(wanted.get());
        }
        for (JsonNode session : sessions) {
            if (reset) {
                api.post(path(session) + "/statistics?action=reset");
                out.println(shown(session.path("display_name").asText()) + ": reset");
            } else {
                printTunnels(api.get(path(session) + "/statistics"));
            }
        }
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "reset",
            mixinStandardHelpOptions = true,
            description = "Ends the SAs of a session, telling the peer, and sets them up again.")
    int reset(@Mixin OneSession session) throws IOException, ConfigException {
        return act(session.wanted, "reset");
    }

    @Command(
            name = "rekey",
            mixinStandardHelpOptions = true,
            description = "Gives a session new keys, without an interruption.")
    int rekey(@Mixin OneSession session) throws IOException, ConfigException {
        return act(session.wanted, "rekey");
    }

    @Command(
            name = "initiate",
            mixinStandardHelpOptions = true,
            description = "Sets up what is missing of a session, whoever usually starts.")
    int initiate(@Mixin OneSession session) throws IOException, ConfigException {
        return act(session.wanted, "initiate");
    }

    @Command(
            name = "peer-config",
            mixinStandardHelpOptions = true,
            description = "Prints what the other side has to set up, with the keys.")
    int peerConfig(
            @Mixin OneSession meant,
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "text",
                            description = "text, swanctl, libreswan or cisco-ios (default: text).")
                    String format)
            throws IOException, ConfigException {
        ApiClient api = api();
        Optional<JsonNode> session = one(api, meant.wanted);
        if (session.isEmpty()) {
            return CommandLine.ExitCode.USAGE;
        }
        String path =
                path(session.get())
                        + "/peer-config?format="
                        + URLEncoder.encode(format, StandardCharsets.UTF_8);
        out.print(api.text(path));
        return CommandLine.ExitCode.OK;
    }

    private int act(String wanted, String action) throws IOException, ConfigException {
        ApiClient api = api();
        Optional<JsonNode> session = one(api, wanted);
        if (session.isEmpty()) {
            return CommandLine.ExitCode.USAGE;
        }
        JsonNode begun = api.post(path(session.get()) + "?action=" + action);
        out.println(shown(begun.path("begun").asText()));
        return CommandLine.ExitCode.OK;
    }

    /** The one that is meant; empty, and said so, if there is none or more than one. */
    private Optional<JsonNode> one(ApiClient api, String wanted) throws IOException {
        List<JsonNode> found = sessions(api, Optional.of(wanted));
        if (found.isEmpty()) {
            int unused = unknown(wanted);
            return Optional.empty();
        }
        if (found.size() > 1) {
            List<String> ids = found.stream().map(each -> each.path("id").asText()).toList();
            err.println(
                    "edge-ipsec: "
                            + found.size()
                            + " sessions are called "
                            + shown(wanted)
                            + "; give the id of one: "
                            + String.join(", ", ids));
            return Optional.empty();
        }
        return Optional.of(found.get(0));
    }

    private int unknown(String wanted) {
        err.println("edge-ipsec: no session has the id or display name " + shown(wanted));
        return CommandLine.ExitCode.USAGE;
    }

    private List<JsonNode> sessions(ApiClient api, Optional<String> wanted) throws IOException {
        List<JsonNode> sessions = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = api.get(SESSIONS + "?page_size=1000" + cursor);
            for (JsonNode session : page.path("results")) {
                if (wanted.isEmpty() || names(session, wanted.get())) {
                    sessions.add(session);
                }
            }
            cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asText() : "";
        } while (!cursor.isEmpty());
        return sessions;
    }

    private static String path(JsonNode session) {
        return SESSIONS + "/" + session.path("id").asText();
    }

    static boolean names(JsonNode session, String wanted) {
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

    private void printTunnels(JsonNode statistics) {
        out.printf(
                "%-9s %s (%s)%n",
                statistics.path("session_status").asText(),
                shown(statistics.path("display_name").asText()),
                statistics.path("ipsec_vpn_session_id").asText());
        for (JsonNode policy : statistics.path("policy_statistics")) {
            for (JsonNode tunnel : policy.path("tunnel_statistics")) {
                out.printf(
                        "  %-11s %s - %s: in %d packets, %d octets; out %d, %d;"
                                + " dropped %d replayed, %d not authentic%n",
                        tunnel.path("tunnel_status").asText(),
                        tunnel.path("local_subnet").asText(),
                        tunnel.path("peer_subnet").asText(),
                        tunnel.path("packets_in").asLong(),
                        tunnel.path("bytes_in").asLong(),
                        tunnel.path("packets_out").asLong(),
                        tunnel.path("bytes_out").asLong(),
                        tunnel.path("replay_errors").asLong(),
                        tunnel.path("integrity_failures").asLong());
                String reason = tunnel.path("tunnel_down_reason").asText();
                if (!reason.isEmpty()) {
                    out.println("              " + shown(reason));
                }
            }
        }
    }

    /** Names and reasons are other people's words, and a terminal obeys control characters. */
    static String shown(@Nullable String text) {
        return String.valueOf(text).replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
    }

    /** The daemon's API. */
    ApiClient api() throws IOException, ConfigException {
        return new ApiClient(socketPath());
    }

    PasswordInput passwords() {
        return new PasswordInput(in);
    }

    PrintStream out() {
        return out;
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
