package io.edgeipsec.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.http.Access;
import io.edgeipsec.api.http.ApiServer;
import io.edgeipsec.api.http.Listeners;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.daemon.adapter.Issuer;
import io.edgeipsec.daemon.adapter.PemTexts;
import io.edgeipsec.daemon.adapter.PemTrustReader;
import io.edgeipsec.daemon.adapter.TestPasswords;
import io.edgeipsec.daemon.store.ConfigurationDatabase;
import io.edgeipsec.daemon.store.FixedService;
import io.edgeipsec.daemon.store.FixedSessions;
import io.edgeipsec.daemon.testing.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, principals and the service from the command line, against a real API and store. */
class UserCommandTest {

    @TempDir Path directory;
    private ConfigurationDatabase database;
    private ApiServer server;

    @BeforeEach
    void open() throws IOException {
        database =
                ConfigurationDatabase.open(
                        directory.resolve("state"),
                        Optional.empty(),
                        SessionRule.NONE,
                        Clock.systemUTC(),
                        new SecureRandom());
        server =
                ApiServer.start(
                        new Listeners(
                                socket(), Optional.empty(), Optional.empty(), Optional.empty()),
                        ApiDocument.load(OptionalLong.empty()),
                        database,
                        new FixedSessions(),
                        new FixedService(database).port(),
                        database,
                        new PemTrustReader(),
                        new EventJournal(database.run(), Clock.systemUTC()),
                        new Access(
                                AuthSettings.DEFAULTS,
                                database.accounts(),
                                database.audit(),
                                TestPasswords.HASHER));
    }

    private Path socket() {
        return directory.resolve("api.sock");
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        database.close();
    }

    /** Runs a command and expects an exit status; all that it printed. */
    private String run(int expected, String input, String... arguments) {
        Output output = new Output();
        List<String> withSocket = new ArrayList<>(List.of("--socket", socket().toString()));
        withSocket.addAll(List.of(arguments));
        int status =
                output.of(
                        (out, err, all) ->
                                Cli.run(
                                        new ByteArrayInputStream(
                                                input.getBytes(StandardCharsets.UTF_8)),
                                        out,
                                        err,
                                        all),
                        withSocket.toArray(String[]::new));
        assertEquals(expected, status, () -> output.out() + output.err());
        return output.out() + output.err();
    }

    private String passwordHash() {
        return String.valueOf(
                database.accounts()
                        .login("alice")
                        .toCompletableFuture()
                        .join()
                        .orElseThrow()
                        .passwordHash());
    }

    @Test
    void usersComeChangeAndGo() {
        run(0, "a long password\n", "user", "add", "alice", "--role", "admin", "--full-name", "A");
        assertTrue(
                TestPasswords.HASHER.matches(
                        "a long password".getBytes(StandardCharsets.UTF_8), passwordHash()));
        assertTrue(run(0, "", "user", "list").contains("alice                    admin     A"));
        run(0, "", "user", "role", "alice", "auditor");
        String list = run(0, "", "user", "list");
        assertTrue(list.contains("auditor   A"), list);
        run(0, "another long password\n", "user", "password", "alice");
        assertTrue(
                TestPasswords.HASHER.matches(
                        "another long password".getBytes(StandardCharsets.UTF_8), passwordHash()));
        run(0, "", "user", "remove", "alice");
        assertFalse(run(0, "", "user", "list").contains("alice"));
    }

    @Test
    void whatIsWrongIsSaidWithoutThePassword() {
        String tooShort = run(1, "secret7\n", "user", "add", "bob", "--role", "admin");
        assertTrue(tooShort.contains("12 to 255 characters"), tooShort);
        assertFalse(tooShort.contains("secret7"), tooShort);
        assertTrue(run(1, "", "user", "add", "bob", "--role", "admin").contains("no password"));
        assertTrue(
                run(1, "a long password\n", "user", "add", "bob", "--role", "boss")
                        .contains("one of admin, operator, auditor"));
        assertTrue(run(1, "", "user", "remove", "bob").contains("no user bob"));
        run(2, "", "user");
    }

    @Test
    void theServiceIsStoppedAndStarted() {
        assertTrue(run(0, "", "service", "status").startsWith("running, process "));
        assertTrue(run(0, "", "service", "stop").startsWith("stopped, process "));
        assertTrue(run(1, "", "service", "status").contains("stopped"));
        assertTrue(run(0, "", "service", "restart").contains("running"));
        run(0, "", "service", "stop");
        assertTrue(run(0, "", "service", "start").contains(", STABLE"));
        assertEquals("logs DEBUG\n", run(0, "", "service", "log-level", "DEBUG"));
        assertTrue(
                run(1, "", "service", "log-level", "LOUD")
                        .contains("one of DEBUG, INFO, WARN, ERROR, EMERGENCY"));
        run(2, "", "service");
    }

    @Test
    void principalsComeAndGo() throws IOException {
        Path file = directory.resolve("client.pem");
        Files.writeString(
                file,
                PemTexts.certificates(
                        Issuer.root("CN=r").issue(Issuer.Wish.of("CN=automation")).certificate()));
        run(
                0,
                "",
                "principal",
                "add",
                "automation",
                "--role",
                "operator",
                "--certificate",
                file.toString());
        assertTrue(run(0, "", "principal", "list").contains("CN=automation"));
        assertTrue(
                run(1, "x", "user", "add", "automation", "--role", "auditor")
                        .contains("12 to 255"));
        run(0, "", "principal", "remove", "automation");
        assertFalse(run(0, "", "principal", "list").contains("automation"));
        assertTrue(run(1, "", "principal", "remove", "automation").contains("no principal"));
    }
}
