package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.port.SessionRule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was answered 200 is there after a stop, and after kill -9 in the middle of writing. */
class DurabilityTest {

    private static final int KILLS = 5;
    private static final int ANSWERS_BEFORE_KILL = 25;

    @Test
    void aRestartFindsEverythingAsItWas(@TempDir Path directory) throws Exception {
        String list;
        Map<String, KernelIds> ids = new HashMap<>();
        try (ApiFixture api = new ApiFixture(directory)) {
            api.put(Samples.SESSIONS + "/a", Samples.routeBased());
            api.put(Samples.SESSIONS + "/b", Samples.policyBased());
            api.put(Samples.SESSIONS + "/c", Samples.routeBased());
            api.delete(Samples.SESSIONS + "/a");
            list = api.get(Samples.SESSIONS).body();
            try (IntentSnapshot snapshot = api.database.snapshot().toCompletableFuture().get()) {
                snapshot.sessions().forEach(each -> ids.put(each.session().id(), each.kernelIds()));
                assertEquals(4, snapshot.changeNumber());
            }
        }
        try (ApiFixture api = new ApiFixture(directory)) {
            assertEquals(list, api.get(Samples.SESSIONS).body());
            try (IntentSnapshot snapshot = api.database.snapshot().toCompletableFuture().get()) {
                assertEquals(4, snapshot.changeNumber());
                assertEquals(2, snapshot.sessions().size());
                for (SessionIntent intent : snapshot.sessions()) {
                    assertEquals(ids.get(intent.session().id()), intent.kernelIds());
                    assertEquals(
                            "TESTPSK",
                            new String(
                                    Objects.requireNonNull(intent.presharedKey()).copyOctets(),
                                    StandardCharsets.UTF_8));
                }
            }
            ObjectNode next = Samples.routeBased();
            assertEquals(200, api.put(Samples.SESSIONS + "/d", next).status());
            assertEquals(
                    1,
                    api.database
                            .intent("d")
                            .toCompletableFuture()
                            .get()
                            .orElseThrow()
                            .kernelIds()
                            .tunnelNumber()
                            .orElseThrow(),
                    "the number that a gave back");
        }
    }

    /** A writer that tells of each answer, for {@link #whatWasAnsweredSurvivesKill9} to kill. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            try (ApiFixture api = new ApiFixture(Path.of(arguments[0]))) {
                Map<String, Integer> revisions = new HashMap<>();
                for (int i = 0; ; i++) {
                    String id = arguments[1] + "-" + i % 5;
                    ObjectNode body = i % 2 == 0 ? Samples.routeBased() : Samples.policyBased();
                    Integer revision = revisions.get(id);
                    if (revision != null) {
                        body.put("_revision", revision);
                    }
                    RawHttp.Answer answer = api.put(Samples.SESSIONS + "/" + id, body);
                    int now = ApiFixture.object(answer).path("_revision").asInt();
                    revisions.put(id, now);
                    System.out.println("stored " + id + " " + now);
                    System.out.flush();
                }
            }
        }
    }

    @Test
    void whatWasAnsweredSurvivesKill9(@TempDir Path directory) throws Exception {
        Map<String, Integer> answered = new HashMap<>();
        for (int kill = 0; kill < KILLS; kill++) {
            answered.putAll(writeAndKill(directory, "k" + kill));
        }
        try (ConfigurationDatabase database =
                ConfigurationDatabase.open(
                        directory.resolve("state"),
                        Optional.empty(),
                        SessionRule.NONE,
                        Clock.systemUTC(),
                        new SecureRandom())) {
            Set<Integer> tunnels = new HashSet<>();
            Set<Integer> pairs = new HashSet<>();
            int expectedTunnels = 0;
            int expectedPairs = 0;
            try (IntentSnapshot snapshot = database.snapshot().toCompletableFuture().get()) {
                Map<String, Long> stored = new HashMap<>();
                for (SessionIntent intent : snapshot.sessions()) {
                    stored.put(intent.session().id(), intent.session().revision());
                    assertEquals(
                            "TESTPSK",
                            new String(
                                    Objects.requireNonNull(intent.presharedKey()).copyOctets(),
                                    StandardCharsets.UTF_8));
                    intent.kernelIds().tunnelNumber().ifPresent(tunnels::add);
                    expectedTunnels += intent.kernelIds().tunnelNumber().isPresent() ? 1 : 0;
                    pairs.addAll(intent.kernelIds().pairNumbers().values());
                    expectedPairs += intent.kernelIds().pairNumbers().size();
                }
                answered.forEach(
                        (id, revision) -> {
                            // The last request may have been stored and not answered any more.
                            long found = stored.getOrDefault(id, -1L);
                            assertTrue(
                                    found == revision || found == revision + 1,
                                    () -> id + " is at " + found + ", answered was " + revision);
                        });
            }
            assertEquals(expectedTunnels, tunnels.size(), "no number twice");
            assertEquals(expectedPairs, pairs.size(), "no number twice");
            assertTrue(expectedTunnels + expectedPairs >= KILLS * 5);
        }
    }

    private static Map<String, Integer> writeAndKill(Path directory, String prefix)
            throws IOException, InterruptedException {
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Writer.class.getName(),
                                directory.toString(),
                                prefix)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Map<String, Integer> answered = new HashMap<>();
        int answers = 0;
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("stored ")) {
                    List<String> words = List.of(line.split(" ", -1));
                    answered.put(words.get(1), Integer.parseInt(words.get(2)));
                    answers++;
                    if (answers == ANSWERS_BEFORE_KILL) {
                        // Not the process's own method, which would also close this stream.
                        writer.toHandle().destroyForcibly();
                    }
                }
            }
        } finally {
            writer.destroyForcibly();
            assertTrue(writer.waitFor(30, TimeUnit.SECONDS));
        }
        assertTrue(answers >= ANSWERS_BEFORE_KILL, "the writer died by itself");
        return answered;
    }
}
