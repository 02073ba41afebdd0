package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.contract.SchemaRules;
import io.edgeipsec.api.http.NotificationClient;
import io.edgeipsec.daemon.notify.NotificationSender;
import io.edgeipsec.daemon.notify.Pace;
import io.edgeipsec.daemon.status.EventPublisher;
import io.edgeipsec.daemon.testing.EventFeed;
import io.edgeipsec.daemon.testing.NotificationReceiver;
import io.edgeipsec.daemon.testing.NotificationReceiver.Arrival;
import io.edgeipsec.daemon.testing.NotificationReceiver.Reaction;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Notifications of changes, from the PUT that asks for one to a receiver that may be bad. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@SuppressWarnings("try") // A sender works by being there.
class NotificationTest {

    private static final SchemaRules RULES =
            new SchemaRules(ApiDocument.load(OptionalLong.empty()));

    /** Impatient, so that a test need not be patient. */
    private static final Pace QUICK =
            new Pace(Duration.ofSeconds(2), Duration.ofMillis(2), Duration.ofMillis(20));

    @TempDir Path directory;

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    }

    private static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port + "/changes?from=edge");
    }

    private NotificationSender start(ApiFixture api, NotificationClient.Receiver receiver) {
        return start(api, receiver, Optional.empty());
    }

    private static NotificationSender start(
            ApiFixture api, NotificationClient.Receiver receiver, Optional<Path> token) {
        NotificationSender sender =
                new NotificationSender(
                        api.database.outbox(),
                        new NotificationClient(receiver),
                        token,
                        QUICK,
                        new EventPublisher(api.journal));
        sender.start();
        return sender;
    }

    private static NotificationClient.Receiver at(URI url) {
        return new NotificationClient.Receiver(url, Optional.empty(), Optional.empty());
    }

    private static NotificationClient.Receiver at(Path unixSocket) {
        return new NotificationClient.Receiver(
                URI.create("http://localhost/changes"), Optional.of(unixSocket), Optional.empty());
    }

    private static RawHttp.Answer put(ApiFixture api, String id, long revision, boolean notify)
            throws IOException {
        ObjectNode body = Samples.routeBased().put("notify_mpa", notify);
        if (revision >= 0) {
            body.put("_revision", revision);
        }
        RawHttp.Answer answer = api.put(SESSIONS + "/" + id, body);
        assertEquals(200, answer.status(), answer::body);
        assertFalse(ApiFixture.object(answer).path("notify_mpa").asBoolean(true));
        return answer;
    }

    private static void assertTells(Arrival arrival, String change, String id, int revision) {
        JsonNode body = arrival.body();
        assertEquals(
                List.of(),
                RULES.check("/components/schemas/ChangeNotification", body),
                body::toString);
        assertEquals(change, body.path("change").asText());
        assertEquals(id, body.path("object_id").asText());
        assertEquals(revision, body.path("revision").asInt());
        assertEquals(System.getProperty("user.name"), body.path("user").asText());
        assertFalse(body.toString().contains("TESTPSK"));
        assertEquals("application/json", arrival.headers().get("content-type"));
    }

    private static void awaitEmpty(ApiFixture api) throws Exception {
        while (api.database.outbox().oldest().toCompletableFuture().get().isPresent()) {
            Thread.sleep(2);
        }
    }

    @Test
    void changesThatAskForItAreToldInOrderWhateverTheReceiverDoes() throws Exception {
        ServerSocket socket = listen(0);
        try (ApiFixture api = new ApiFixture(directory);
                NotificationReceiver receiver = NotificationReceiver.tcp(socket);
                NotificationSender sender = start(api, at(url(socket.getLocalPort())))) {
            receiver.react(
                    Reaction.REFUSE,
                    Reaction.RESET,
                    Reaction.TAKE,
                    Reaction.HANG,
                    Reaction.HALF_AN_ANSWER,
                    Reaction.TAKE,
                    Reaction.AN_ANSWER_WITHOUT_END);
            String request = put(api, "a", -1, true).header("x-nsx-requestid").orElseThrow();
            put(api, "quiet", -1, false);
            put(api, "a", 0, true);
            api.delete(SESSIONS + "/quiet");
            assertEquals(200, api.delete(SESSIONS + "/a?notify_mpa=true").status());
            Arrival first = receiver.nextTaken();
            assertTells(first, "CREATED", "a", 0);
            assertEquals(request, first.body().path("request_id").asText());
            assertEquals("POST /changes?from=edge HTTP/1.1", first.headers().get(""));
            assertTells(receiver.nextTaken(), "REPLACED", "a", 1);
            assertTells(receiver.nextTaken(), "DELETED", "a", 1);
            awaitEmpty(api);
            assertEquals(400, api.delete(SESSIONS + "/b?notify_mpa=yes").status());
        }
    }

    @Test
    void aUnixSocketServesTooAndMayComeLater() throws Exception {
        Path socket = directory.resolve("receiver.sock");
        Path token = Files.writeString(directory.resolve("token"), "first\n");
        try (ApiFixture api = new ApiFixture(directory);
                NotificationSender sender = start(api, at(socket), Optional.of(token))) {
            put(api, "a", -1, true);
            put(api, "b", -1, true);
            Files.delete(token);
            try (NotificationReceiver receiver = NotificationReceiver.unix(socket)) {
                receiver.react(Reaction.HANG, Reaction.RESET);
                Files.writeString(token, "second");
                Arrival arrival = receiver.nextTaken();
                assertTells(arrival, "CREATED", "a", 0);
                assertEquals("Bearer second", arrival.headers().get("authorization"));
                assertTells(receiver.nextTaken(), "CREATED", "b", 0);
                awaitEmpty(api);
            }
            // It restarts.
            put(api, "c", -1, true);
            try (NotificationReceiver receiver = NotificationReceiver.unix(socket)) {
                assertTells(receiver.nextTaken(), "CREATED", "c", 0);
                awaitEmpty(api);
            }
        }
    }

    @Test
    void tlsNeedsACertificateThatIsTrusted() throws Exception {
        Path keys = directory.resolve("receiver.p12");
        Path certificate = directory.resolve("receiver.pem");
        keytool("-genkeypair", keys, "-keyalg", "EC", "-dname", "CN=r", "-ext", "san=ip:127.0.0.1");
        keytool("-exportcert", keys, "-rfc", "-file", certificate.toString());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(keys.toFile())) {
            store.load(in, "password".toCharArray());
        }
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, "password".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        ServerSocket socket =
                tls.getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        URI url = URI.create("https://127.0.0.1:" + socket.getLocalPort());
        try (ApiFixture api = new ApiFixture(directory);
                NotificationReceiver receiver = NotificationReceiver.tcp(socket)) {
            assertRefuses(at(url));
            assertRefuses(
                    new NotificationClient.Receiver(
                            URI.create("https://localhost:" + socket.getLocalPort()),
                            Optional.empty(),
                            Optional.of(certificate)));
            put(api, "before", -1, true);
            try (NotificationSender sender =
                    start(
                            api,
                            new NotificationClient.Receiver(
                                    url, Optional.empty(), Optional.of(certificate)))) {
                put(api, "a", -1, true);
                assertTells(receiver.nextTaken(), "CREATED", "a", 0);
            }
        }
    }

    private static void assertRefuses(NotificationClient.Receiver receiver) throws Exception {
        try (NotificationClient client = new NotificationClient(receiver)) {
            CompletionStage<Boolean> outcome =
                    client.post("{}", Optional.empty(), Duration.ofSeconds(20));
            ExecutionException refusal =
                    assertThrows(
                            ExecutionException.class, () -> outcome.toCompletableFuture().get());
            String message = String.valueOf(refusal.getMessage());
            assertTrue(message.contains(receiver.url().toString()), message);
            assertFalse(message.contains("did not answer"), message);
        }
    }

    private static void keytool(String command, Path keys, String... more) throws Exception {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                command,
                                "-keystore",
                                keys.toString(),
                                "-storepass",
                                "password",
                                "-alias",
                                "receiver"));
        line.addAll(List.of(more));
        Process process = new ProcessBuilder(line).inheritIO().start();
        assertEquals(0, process.waitFor());
    }

    @Test
    void withoutAReceiverNothingIsKept() throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            put(api, "a", -1, true);
            assertEquals(
                    Optional.empty(), api.database.outbox().oldest().toCompletableFuture().get());
        }
    }

    @Test
    void aFullOutboxGivesUpTheOldestAndSaysSo() throws Exception {
        new ApiFixture(directory).close();
        Path file = directory.resolve("state").resolve("edge-ipsec.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                            + Outbox.MAX_WAITING
                            + ") INSERT INTO notification (number, body) SELECT i, '{}' FROM n");
            statement.execute("UPDATE meta SET value = '20000' WHERE name = 'change_number'");
        }
        Path socket = directory.resolve("receiver.sock");
        try (ApiFixture api = new ApiFixture(directory);
                EventFeed feed = EventFeed.unix(api.socket(), "?type=alarm");
                NotificationSender sender = start(api, at(socket))) {
            put(api, "a", -1, true);
            put(api, "b", -1, true);
            JsonNode alarm = feed.next();
            assertEquals("NOTIFICATIONS_LOST", alarm.path("alarm").asText());
            Outbox.Notification oldest =
                    api.database.outbox().oldest().toCompletableFuture().get().orElseThrow();
            assertEquals(3, oldest.number());
            assertEquals(Outbox.MAX_WAITING, oldest.waiting());
            try (NotificationReceiver receiver = NotificationReceiver.unix(socket)) {
                assertEquals(2, receiver.next().body().path("lost_before").asInt());
                assertEquals("CLEARED", feed.next().path("state").asText());
            }
        }
    }

    @Test
    void pausesGrowToALimitAndAreNotAllTheSame() {
        Set<Duration> pauses = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            pauses.add(Pace.NORMAL.pause(100));
        }
        assertTrue(pauses.size() > 10);
        for (Duration pause : pauses) {
            assertTrue(pause.compareTo(Duration.ofSeconds(30)) >= 0, pause.toString());
            assertTrue(pause.compareTo(Duration.ofSeconds(60)) <= 0, pause.toString());
        }
        assertTrue(Pace.NORMAL.pause(1).compareTo(Duration.ofSeconds(1)) <= 0);
    }
}
