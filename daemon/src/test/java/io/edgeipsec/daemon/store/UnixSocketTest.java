package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.http.Access;
import io.edgeipsec.api.http.ApiServer;
import io.edgeipsec.api.http.Listeners;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.daemon.adapter.PemTrustReader;
import io.edgeipsec.daemon.adapter.TestPasswords;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the unix socket: who may use it, and what may be in its place. */
class UnixSocketTest {

    @TempDir Path directory;
    private ConfigurationDatabase database;
    private Path socket;

    @BeforeEach
    void open() throws IOException {
        database =
                ConfigurationDatabase.open(
                        directory.resolve("state"),
                        Optional.empty(),
                        SessionRule.NONE,
                        Clock.systemUTC(),
                        new SecureRandom());
        socket = directory.resolve("api.sock");
    }

    @AfterEach
    void close() throws IOException {
        database.close();
    }

    private ApiServer start(Path path, Optional<String> group) throws IOException {
        return ApiServer.start(
                new Listeners(path, group, Optional.empty(), Optional.empty()),
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

    private String refusal(Path path) {
        return String.valueOf(
                assertThrows(IOException.class, () -> start(path, Optional.empty()).close())
                        .getMessage());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void itIsForOwnerAndGroupAndGoesWithTheServer() throws IOException {
        PosixFileAttributes own =
                Files.readAttributes(
                        directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        ApiServer server = start(socket, Optional.of(own.group().getName()));
        try (RawHttp http = RawHttp.unix(socket)) {
            PosixFileAttributes attributes =
                    Files.readAttributes(
                            socket, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            assertEquals("rw-rw----", PosixFilePermissions.toString(attributes.permissions()));
            assertEquals(own.group(), attributes.group());
            assertEquals(
                    200,
                    http.request("GET", "/vpn/ipsec/sessions", List.of(), new byte[0]).status());
            assertEquals(List.of("api.sock", "state"), files());
        } finally {
            server.close();
        }
        assertEquals(List.of("state"), files());
    }

    @Test
    void whatADeadProcessLeftIsReplaced() throws IOException {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertTrue(Files.exists(socket));
        try (ApiServer server = start(socket, Optional.empty());
                RawHttp http = RawHttp.unix(socket)) {
            assertTrue(server.httpPort().isEmpty());
            assertEquals(
                    200,
                    http.request("GET", "/vpn/ipsec/sessions", List.of(), new byte[0]).status());
        }
    }

    @Test
    void aLivingProcessKeepsItsSocket() throws IOException {
        try (ServerSocketChannel living = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            living.bind(UnixDomainSocketAddress.of(socket));
            assertTrue(refusal(socket).contains("another process listens on it"));
            assertTrue(Files.exists(socket));
            assertEquals(List.of("api.sock", "state"), files());
        }
    }

    @Test
    void otherFilesStay() throws IOException {
        Files.writeString(socket, "precious");
        assertTrue(refusal(socket).contains("is not a socket"));
        assertEquals("precious", Files.readString(socket));
        Files.delete(socket);
        Files.createSymbolicLink(socket, directory.resolve("elsewhere"));
        assertTrue(refusal(socket).contains("is not a socket"));
        assertFalse(Files.exists(directory.resolve("elsewhere")));
    }

    @Test
    void aPathThatCannotBeIsRefused() {
        assertTrue(refusal(directory.resolve("no/api.sock")).contains("does not exist"));
        assertTrue(refusal(directory.resolve("x".repeat(100))).contains("at most 107"));
    }

    @Test
    void aGroupThatIsNotThereIsNamedAndNothingIsLeft() throws IOException {
        IOException refused =
                assertThrows(
                        IOException.class,
                        () -> start(socket, Optional.of("no-such-group")).close());
        assertTrue(
                String.valueOf(refused.getMessage()).contains("there is no group no-such-group"));
        assertEquals(List.of("state"), files());
    }

    @Test
    void whatAnotherProcessPutThereIsNotRemoved() throws IOException {
        ApiServer server = start(socket, Optional.empty());
        Files.delete(socket);
        Files.writeString(socket, "precious");
        server.close();
        assertEquals("precious", Files.readString(socket));
    }
}
