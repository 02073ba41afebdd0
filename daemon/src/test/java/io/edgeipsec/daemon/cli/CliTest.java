package io.edgeipsec.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.testing.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a daemon that says what the test wants. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class CliTest {
    private static final String SESSIONS = "/api/v1/vpn/ipsec/sessions";

    @TempDir private Path directory;
    private final Output output = new Output();
    private final Map<String, String> answers = new HashMap<>();
    private Path socket;
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("api.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread thread = new Thread(this::serve, "answers");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private void serve() {
        try {
            while (true) {
                try (SocketChannel client = server.accept()) {
                    ByteBuffer request = ByteBuffer.allocate(8192);
                    client.read(request);
                    String path =
                            new String(
                                            request.array(),
                                            0,
                                            request.position(),
                                            StandardCharsets.UTF_8)
                                    .split(" ", 3)[1];
                    String answer =
                            answers.getOrDefault(
                                    path, "404 {\"error_message\":\"no " + path + "\"}");
                    String[] parts = answer.split(" ", 2);
                    client.write(
                            ByteBuffer.wrap(
                                    ("HTTP/1.1 " + parts[0] + " X\r\n\r\n" + parts[1])
                                            .getBytes(StandardCharsets.UTF_8)));
                }
            }
        } catch (java.nio.channels.ClosedChannelException end) {
            // The test is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void session(String id, String name, String status, String ike, String reason) {
        answers.put(
                SESSIONS + "/" + id + "/status",
                ("200 {\"ipsec_vpn_session_id\":\"%s\",\"display_name\":\"%s\","
                                + "\"session_status\":\"%s\",\"ike_status\":"
                                + "{\"ike_session_state\":\"%s\",\"fail_reason\":\"%s\"},"
                                + "\"total_tunnels\":2,\"negotiated_tunnels\":1,"
                                + "\"aggregate_traffic_counters\":"
                                + "{\"packets_in\":10,\"packets_out\":20}}")
                        .formatted(id, name, status, ike, reason));
    }

    private void twoSessions() {
        page("", "a", "&cursor=x");
        page("&cursor=x", "b", "");
        session("a", "to a", "UP", "UP", "");
        session("b", "to b", "DOWN", "NEGOTIATING", "Peer not responding: no answer");
    }

    private void page(String cursor, String id, String next) {
        answers.put(
                SESSIONS + "?page_size=1000" + cursor,
                "200 {\"results\":[{\"id\":\"%s\",\"display_name\":\"to %s\"}]%s}"
                        .formatted(id, id, next.isEmpty() ? "" : ",\"cursor\":\"x\""));
    }

    private int status(String... more) {
        String[] arguments = new String[3 + more.length];
        arguments[0] = "--socket";
        arguments[1] = socket.toString();
        arguments[2] = "status";
        System.arraycopy(more, 0, arguments, 3, more.length);
        return output.of(Cli::run, arguments);
    }

    @Test
    void everyPageIsShownAndOneThatIsDownCounts() {
        twoSessions();
        assertEquals(1, status());
        assertEquals(
                """
                UP        to a (a): IKE UP, 1 of 2 tunnels, 10 packets in, 20 out
                DOWN      to b (b): IKE NEGOTIATING, 1 of 2 tunnels, 10 packets in, 20 out
                          Peer not responding: no answer
                """,
                output.out());
        assertEquals("", output.err());
    }

    @Test
    void oneSessionByIdOrByName() {
        twoSessions();
        assertEquals(0, status("a"));
        assertTrue(output.out().startsWith("UP        to a (a)"));
        assertEquals(1, status("to b"));
        assertTrue(output.out().startsWith("DOWN      to b (b)"));
        assertFalse(output.out().contains("to a"));
    }

    @Test
    void unknownSessionIsWrongUse() {
        twoSessions();
        assertEquals(2, status("nobody"));
        assertEquals("edge-ipsec: no session has the id or display name nobody\n", output.err());
        assertEquals("", output.out());
    }

    @Test
    void withoutDaemonThereIsOneSentence() throws IOException {
        server.close();
        assertEquals(1, status());
        assertEquals(
                "edge-ipsec: nobody answers on "
                        + socket
                        + " (Connection refused); does edge-ipsecd run?\n",
                output.err());
        socket = directory.resolve("missing.sock");
        assertEquals(1, status());
        assertTrue(output.err().contains("missing.sock"), output.err());
        assertEquals(1, output.err().lines().count());
    }

    @Test
    void refusalOfTheDaemonIsTold() {
        assertEquals(1, status());
        assertEquals(
                "edge-ipsec: %1$s?page_size=1000: 404 no %1$s?page_size=1000%n".formatted(SESSIONS),
                output.err());
        answers.put(SESSIONS + "?page_size=1000", "200 not JSON");
        assertEquals(1, status());
        assertEquals(1, output.err().lines().count(), output.err());
    }

    @Test
    void namesAndReasonsCannotDriveTheTerminal() {
        page("", "a", "");
        session("a", "x\\u001b[2J\\nUP", "DOWN", "DOWN", "said \\u001b]0;owned\\u0007 \\u202e");
        assertEquals(1, status());
        assertEquals(
                """
                DOWN      x?[2J?UP (a): IKE DOWN, 1 of 2 tunnels, 10 packets in, 20 out
                          said ?]0;owned? ?
                """,
                output.out());
    }

    @Test
    void wrongUseShowsTheUsage() {
        assertEquals(2, output.of(Cli::run, "--nonsense"));
        assertTrue(output.err().contains("Unknown option: '--nonsense'"), output.err());
        assertTrue(output.err().contains("Usage: edge-ipsec"), output.err());
        assertEquals(2, output.of(Cli::run));
        assertEquals(0, output.of(Cli::run, "--help"));
        assertTrue(output.out().contains("status"), output.out());
    }

    private int edge(String... command) {
        String[] arguments = new String[2 + command.length];
        arguments[0] = "--socket";
        arguments[1] = socket.toString();
        System.arraycopy(command, 0, arguments, 2, command.length);
        return output.of(Cli::run, arguments);
    }

    @Test
    void actionsSayWhatIsBegunOrWhyNot() {
        twoSessions();
        answers.put(SESSIONS + "/a?action=rekey", "200 {\"begun\":\"new keys\"}");
        answers.put(SESSIONS + "/b?action=reset", "409 {\"error_message\":\"b is disabled\"}");
        assertEquals(0, edge("rekey", "to a"));
        assertEquals("new keys\n", output.out());
        assertEquals(1, edge("reset", "b"));
        assertTrue(output.err().contains("409 b is disabled"), output.err());
        assertEquals(2, edge("initiate", "c"));
        assertTrue(output.err().contains("no session has the id or display name c"), output.err());
        assertEquals(2, edge("initiate"));
    }

    @Test
    void peerConfigIsPrintedAsItIs() {
        twoSessions();
        String path = SESSIONS + "/a/peer-config?format=";
        answers.put(path + "swanctl", "200 connections {\n}\n");
        answers.put(path + "cisco-ios", "409 {\"error_message\":\"no GROUP31\"}");
        assertEquals(0, edge("peer-config", "--format", "swanctl", "to a"));
        assertEquals("connections {\n}\n", output.out());
        assertEquals(1, edge("peer-config", "--format=cisco-ios", "a"));
        assertTrue(output.err().contains("409 no GROUP31"), output.err());
        assertEquals(2, edge("peer-config", "c"));
    }

    @Test
    void aNameThatTwoHaveIsNotEnough() {
        answers.put(
                SESSIONS + "?page_size=1000",
                "200 {\"results\":[{\"id\":\"a\",\"display_name\":\"twin\"},"
                        + "{\"id\":\"b\",\"display_name\":\"twin\"}]}");
        assertEquals(2, edge("reset", "twin"));
        assertTrue(output.err().contains("2 sessions are called twin; give the id"), output.err());
    }

    @Test
    void statisticsShowTheTunnels() {
        twoSessions();
        answers.put(
                SESSIONS + "/a/statistics",
                "200 {\"ipsec_vpn_session_id\":\"a\",\"display_name\":\"to a\","
                        + "\"session_status\":\"UP\",\"policy_statistics\":[{\"tunnel_statistics\":["
                        + "{\"local_subnet\":\"10.1.0.0/24\",\"peer_subnet\":\"10.7.0.0/16\",\"tunnel_status\":\"DOWN\",\"tunnel_down_reason\":\"IKE"
                        + " SA down\","
                        + "\"packets_in\":1,\"bytes_in\":84,\"packets_out\":2,\"bytes_out\":168,"
                        + "\"replay_errors\":3,\"integrity_failures\":4}]}]}");
        assertEquals(0, edge("statistics", "a"));
        assertEquals(
                "UP        to a (a)\n"
                        + "  DOWN        10.1.0.0/24 - 10.7.0.0/16: in 1 packets, 84 octets;"
                        + " out 2, 168; dropped 3 replayed, 4 not authentic\n"
                        + "              IKE SA down\n",
                output.out());
        answers.put(SESSIONS + "/a/statistics?action=reset", "200 ");
        assertEquals(0, edge("statistics", "--reset", "a"));
        assertTrue(output.out().endsWith("to a: reset\n"), output.out());
        assertEquals(2, edge("statistics", "c"));
    }

    @Test
    void groupsTellWhatRoutesNameThemBy() {
        String groups = "/api/v1/vpn/ipsec/multi-path-groups";
        answers.put(
                groups + "?page_size=1000",
                "200 {\"results\":[{\"id\":\"g\",\"display_name\":\"both\"},{\"id\":\"h\"}]}");
        answers.put(
                groups + "/g/status",
                "200 {\"multi_path_group_id\":\"g\",\"display_name\":\"both\","
                        + "\"group_status\":\"DEGRADED\",\"nexthop_group_id\":1166016513,"
                        + "\"usable_members\":1,\"total_members\":2,\"fail_reason\":\"\","
                        + "\"members\":[{\"ipsec_vpn_session_id\":\"a\","
                        + "\"tunnel_interface\":\"vpn1\",\"usable\":true},"
                        + "{\"ipsec_vpn_session_id\":\"b\",\"tunnel_interface\":\"vpn2\","
                        + "\"usable\":false}]}");
        assertEquals(1, output.of(Cli::run, "--socket", socket.toString(), "groups", "both"));
        assertEquals(
                """
                DEGRADED  both (g): nhid 1166016513, 1 of 2 tunnels
                  carries a by vpn1
                  -       b by vpn2
                """,
                output.out());
        assertEquals(1, output.of(Cli::run, "--socket", socket.toString(), "groups", "other"));
        assertTrue(output.err().contains("no multiple-path group has the id"), output.err());
    }
}
