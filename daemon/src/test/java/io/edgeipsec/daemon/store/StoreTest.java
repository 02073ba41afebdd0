package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SystemProfiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store itself: numbers, rules across sessions, keys, and files that are not as they should be.
 */
class StoreTest {

    @TempDir Path directory;

    private ConfigurationDatabase open() throws IOException {
        return open(Optional.empty());
    }

    private ConfigurationDatabase open(Optional<Path> credentials) throws IOException {
        return ConfigurationDatabase.open(
                directory.resolve("state"),
                credentials,
                SessionRule.NONE,
                Clock.systemUTC(),
                new SecureRandom());
    }

    private String refusal() {
        return String.valueOf(assertThrows(StoreException.class, this::open).getMessage());
    }

    private Path file(String name) {
        return directory.resolve("state").resolve(name);
    }

    private static KernelIds ids(ApiFixture api, String id) throws Exception {
        try (SessionIntent intent =
                api.database.intent(id).toCompletableFuture().get().orElseThrow()) {
            return intent.kernelIds();
        }
    }

    private static Map<String, Integer> pairs(ApiFixture api, String id) throws Exception {
        Map<String, Integer> byText = new TreeMap<>();
        for (Map.Entry<SelectorPair, Integer> pair : ids(api, id).pairNumbers().entrySet()) {
            byText.put(pair.getKey().toString(), pair.getValue());
        }
        return byText;
    }

    @Test
    void tunnelNumbersAreTheLowestFreeAndStay() throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            for (String id : List.of("a", "b", "c")) {
                api.put(Samples.SESSIONS + "/" + id, Samples.routeBased());
            }
            api.put(Samples.SESSIONS + "/b", Samples.routeBased().put("_revision", 0));
            assertEquals(1, ids(api, "a").tunnelNumber().orElseThrow());
            assertEquals(2, ids(api, "b").tunnelNumber().orElseThrow());
            assertEquals(3, ids(api, "c").tunnelNumber().orElseThrow());
            api.delete(Samples.SESSIONS + "/b");
            // A session that changes its type gives its number back too.
            assertEquals(
                    200,
                    api.put(Samples.SESSIONS + "/a", Samples.policyBased().put("_revision", 0))
                            .status());
            assertTrue(ids(api, "a").tunnelNumber().isEmpty());
            api.put(Samples.SESSIONS + "/d", Samples.routeBased());
            api.put(Samples.SESSIONS + "/e", Samples.routeBased());
            api.put(Samples.SESSIONS + "/f", Samples.routeBased());
            assertEquals(1, ids(api, "d").tunnelNumber().orElseThrow());
            assertEquals(2, ids(api, "e").tunnelNumber().orElseThrow());
            assertEquals(4, ids(api, "f").tunnelNumber().orElseThrow());
        }
    }

    @Test
    void pairNumbersStayWithTheirPairs() throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            api.put(Samples.SESSIONS + "/a", Samples.policyBased());
            assertEquals(
                    Map.of("10.1.0.0/24 -> 10.7.0.0/16", 1, "10.1.1.0/24 -> 10.7.0.0/16", 2),
                    pairs(api, "a"));
            ObjectNode other = Samples.policyBased();
            api.put(Samples.SESSIONS + "/b", other);
            assertEquals(
                    Map.of("10.1.0.0/24 -> 10.7.0.0/16", 3, "10.1.1.0/24 -> 10.7.0.0/16", 4),
                    pairs(api, "b"));
            // One pair goes, one comes, one moves to another rule.
            ObjectNode changed = Samples.policyBased();
            changed.put("_revision", 0);
            changed.set(
                    "policy_rules",
                    ApiFixture.JSON.readTree(
                            """
                            [{"sources":[{"subnet":"10.9.0.0/24"}],
                              "destinations":[{"subnet":"10.7.0.0/16"}]},
                             {"sources":[{"subnet":"10.1.1.0/24"}], "id": "moved",
                              "destinations":[{"subnet":"10.7.0.0/16"}], "enabled": false}]
                            """));
            assertEquals(200, api.put(Samples.SESSIONS + "/a", changed).status());
            assertEquals(
                    Map.of("10.1.1.0/24 -> 10.7.0.0/16", 2, "10.9.0.0/24 -> 10.7.0.0/16", 1),
                    pairs(api, "a"));
            api.delete(Samples.SESSIONS + "/a");
            api.put(Samples.SESSIONS + "/c", Samples.policyBased());
            assertEquals(
                    Map.of("10.1.0.0/24 -> 10.7.0.0/16", 1, "10.1.1.0/24 -> 10.7.0.0/16", 2),
                    pairs(api, "c"));
        }
    }

    @Test
    void aRuleAcrossSessionsIsAskedInTheTransaction() throws Exception {
        SessionRule alone =
                (candidate, others) ->
                        others
                                .onAddressPair(
                                        candidate.settings().localEndpoint().localAddress(),
                                        candidate.settings().peerAddress())
                                .stream()
                                .filter(other -> other instanceof RouteBasedIPSecVPNSession)
                                .map(
                                        other ->
                                                new FieldError(
                                                        "/peer_address",
                                                        "the address pair of session " + other.id(),
                                                        "a pair of its own"))
                                .toList();
        try (ApiFixture api = new ApiFixture(directory, alone)) {
            assertEquals(200, api.put(Samples.SESSIONS + "/a", Samples.routeBased()).status());
            RawHttp.Answer refused = api.put(Samples.SESSIONS + "/b", Samples.routeBased());
            assertEquals(List.of("/peer_address"), SessionApiTest.fields(refused));
            assertTrue(refused.body().contains("session a"), refused::body);
            assertEquals(
                    200,
                    api.put(Samples.SESSIONS + "/a", Samples.routeBased().put("_revision", 0))
                            .status(),
                    "a session does not stand in its own way");
            assertEquals(200, api.put(Samples.SESSIONS + "/c", Samples.policyBased()).status());
            ObjectNode moved = Samples.policyBased();
            moved.put("_revision", 0).put("peer_address", "4.4.4.1");
            ((ObjectNode) moved.path("local_endpoint")).put("local_address", "2.2.2.2");
            assertEquals(
                    List.of("/peer_address"),
                    SessionApiTest.fields(api.put(Samples.SESSIONS + "/c", moved)));
            assertEquals(
                    List.of("a", "c"),
                    api.database
                            .sessionsUsing(ResourceKind.IKE_PROFILE, SystemProfiles.IKE.id())
                            .toCompletableFuture()
                            .get());
        }
    }

    @Test
    void filesAreTheOwnersAlone() throws Exception {
        try (ConfigurationDatabase database = open()) {
            assertTrue(database.snapshot().toCompletableFuture().get().sessions().isEmpty());
            for (String name : List.of("edge-ipsec.db", "edge-ipsec.db-wal", "store.key", "lock")) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file(name))),
                        name);
            }
        }
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("state"))));
    }

    @Test
    void aSecondDaemonIsKeptOut() throws Exception {
        try (ConfigurationDatabase database = open()) {
            assertTrue(refusal().contains("in use by another edge-ipsecd"));
            database.snapshot().toCompletableFuture().get();
        }
        open().close();
    }

    @Test
    void theWrongSealingKeyIsToldFromTheRightOne() throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            api.put(Samples.SESSIONS + "/a", Samples.routeBased());
        }
        String right = Files.readString(file("store.key"));
        Files.writeString(file("store.key"), "0".repeat(64) + "\n");
        assertTrue(refusal().contains("sealed with key"), this::refusal);
        Files.delete(file("store.key"));
        assertTrue(refusal().contains("sealed with key"), this::refusal);
        Files.writeString(file("store.key"), "not a key");
        assertTrue(refusal().contains("is not 64 hexadecimal digits"));
        Files.writeString(file("store.key"), right);
        open().close();
        Files.setPosixFilePermissions(
                file("store.key"), PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(refusal().contains("open to others"));
    }

    @Test
    void aCredentialIsPreferred() throws Exception {
        Path credentials = Files.createDirectory(directory.resolve("credentials"));
        Files.writeString(credentials.resolve("store.key"), "ab".repeat(32));
        Files.setPosixFilePermissions(
                credentials.resolve("store.key"), PosixFilePermissions.fromString("r--------"));
        open(Optional.of(credentials)).close();
        assertTrue(Files.notExists(file("store.key")));
        // Nothing is sealed yet, so another key may take over.
        open(Optional.of(directory)).close();
        assertTrue(Files.exists(file("store.key")));
    }

    private static void assertDoesNotOpen(
            ConfigurationDatabase database, String session, String sentence) {
        Throwable failure =
                assertThrows(
                        ExecutionException.class,
                        () -> database.intent(session).toCompletableFuture().get());
        assertTrue(String.valueOf(failure.getMessage()).contains(sentence));
    }

    @Test
    void aSealedKeyOpensForItsSessionOnly() throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            api.put(Samples.SESSIONS + "/a", Samples.routeBased());
            api.put(Samples.SESSIONS + "/b", Samples.routeBased().put("psk", "another"));
        }
        sql(
                "UPDATE sealed_key SET (nonce, sealed) = (SELECT nonce, sealed FROM sealed_key"
                        + " ORDER BY session LIMIT 1)");
        try (ConfigurationDatabase database = open()) {
            database.intent("a").toCompletableFuture().get().orElseThrow().close();
            assertDoesNotOpen(database, "b", "the stored key of session b");
        }
    }

    @Test
    void aSealedKeyOpensForItsUseOnly() throws Exception {
        ObjectNode session = Samples.routeBased();
        session.putObject("ppk").put("id", "x").put("key", "0123456789abcdef0123456789abcdef");
        try (ApiFixture api = new ApiFixture(directory)) {
            api.put(Samples.SESSIONS + "/a", session);
        }
        sql("UPDATE sealed_ppk SET (nonce, sealed) = (SELECT nonce, sealed FROM sealed_key)");
        try (ConfigurationDatabase database = open()) {
            assertDoesNotOpen(database, "a", "the stored ppk of session a");
        }
    }

    @Test
    void otherFilesAreNotTouched() throws Exception {
        Files.createDirectory(directory.resolve("state"));
        sql("CREATE TABLE other (a)");
        assertTrue(refusal().contains("is a database of another program"), this::refusal);
        Files.writeString(file("edge-ipsec.db"), "this is a text file ".repeat(100));
        assertTrue(refusal().contains("cannot be opened"), this::refusal);
    }

    @Test
    void aNewerFormatIsNotGuessedAt() throws Exception {
        open().close();
        sql("PRAGMA user_version = 99");
        assertTrue(refusal().contains("written by a newer edge-ipsecd"), this::refusal);
    }

    @Test
    void damageIsFoundAtTheStart() throws Exception {
        try (ApiFixture api = new ApiFixture(directory)) {
            for (int i = 0; i < 20; i++) {
                api.put(Samples.SESSIONS + "/s" + i, Samples.policyBased());
            }
        }
        byte[] octets = Files.readAllBytes(file("edge-ipsec.db"));
        byte[] needle = "branch7".getBytes(StandardCharsets.UTF_8);
        // A page of resources, whose cell pointers come first.
        int page = indexOf(octets, needle) / 4096 * 4096;
        for (int i = page; i < page + 100; i++) {
            octets[i] ^= 0x5A;
        }
        Files.write(file("edge-ipsec.db"), octets);
        String refusal = refusal();
        assertTrue(refusal.contains("is damaged") || refusal.contains("malformed"), () -> refusal);
    }

    private static int indexOf(byte[] octets, byte[] needle) {
        return new String(octets, StandardCharsets.ISO_8859_1)
                .indexOf(new String(needle, StandardCharsets.ISO_8859_1));
    }

    @Test
    void aDirectoryThatCannotBeIsNamed() throws Exception {
        Files.writeString(directory.resolve("state"), "a file");
        assertTrue(refusal().contains("state_dir " + directory.resolve("state")));
    }

    private void sql(String statement) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + file("edge-ipsec.db"));
                Statement each = connection.createStatement()) {
            each.execute(statement);
        }
    }
}
