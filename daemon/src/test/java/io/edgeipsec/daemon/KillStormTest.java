package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.daemon.store.ConfigurationDatabase;
import io.edgeipsec.daemon.store.IntentSnapshot;
import io.edgeipsec.daemon.store.RawHttp;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.daemon.testing.RunningDaemon;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.daemon.testing.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon is killed (-9) in the middle of a storm of PUTs and DELETEs, again and again: what was
 * answered is there, in full and at its revision, and what was not answered is there in full or not
 * at all.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KillStormTest {
    private static final int KILLS = 50;

    /** Storms that go on at the same time, each with a daemon of its own. */
    private static final int STORMS = 2;

    private static final int WRITERS = 6;
    private static final int SESSIONS_OF_A_WRITER = 3;
    private static final int MAX_ANSWERS_BEFORE_KILL = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is stored under an id; each write has a number of its own, as name and in its key. */
    private record Stored(long revision, long write) {
        String name() {
            return "write " + write;
        }

        String psk() {
            return SessionBuilder.SECRET + write;
        }
    }

    /** One that changes its own sessions, one request at a time. */
    private static final class Writer {
        private final int number;
        private final Random random;
        private final Map<String, Optional<Stored>> answered = new HashMap<>();
        private String pendingId = "";
        private Optional<Stored> pending = Optional.empty();
        private long writes;

        Writer(int number, long seed) {
            this.number = number;
            this.random = new Random(seed);
        }

        /** Writes until the daemon is gone. */
        void write(Path socket, CountDownLatch answers) throws IOException {
            try (RawHttp http = RawHttp.unix(socket)) {
                while (true) {
                    int session = random.nextInt(SESSIONS_OF_A_WRITER);
                    String id = "w" + number + "-" + session;
                    Optional<Stored> before = answered.getOrDefault(id, Optional.empty());
                    boolean delete = before.isPresent() && random.nextInt(5) == 0;
                    pendingId = id;
                    pending =
                            delete
                                    ? Optional.empty()
                                    : Optional.of(
                                            new Stored(
                                                    before.map(old -> old.revision() + 1)
                                                            .orElse(0L),
                                                    writes++));
                    RawHttp.Answer answer;
                    try {
                        answer =
                                http.request(
                                        delete ? "DELETE" : "PUT",
                                        path(id),
                                        List.of("Content-Type: application/json"),
                                        delete
                                                ? new byte[0]
                                                : body(session, before, pending.orElseThrow()));
                    } catch (IOException killed) {
                        return;
                    }
                    assertEquals(200, answer.status(), answer.body());
                    answered.put(id, pending);
                    pendingId = "";
                    answers.countDown();
                }
            }
        }

        private byte[] body(int session, Optional<Stored> before, Stored now) {
            return """
            { "resource_type": "PolicyBasedIPSecVPNSession", "display_name": "%1$s", %2$s
              "local_endpoint": { "local_address": "127.0.0.1" },
              "peer_address": "127.%3$d.%4$d.1", "peer_id": "127.%3$d.%4$d.1",
              "psk": "%5$s", "connection_initiation_mode": "RESPOND_ONLY",
              "policy_rules": [ { "sources": [ { "subnet": "10.1.0.0/16" } ],
                                  "destinations": [ { "subnet": "10.%3$d.%4$d.0/24" } ] } ] }
            """
                    .formatted(
                            now.name(),
                            before.map(old -> "\"_revision\": " + old.revision() + ",").orElse(""),
                            number + 2,
                            session,
                            now.psk())
                    .getBytes(StandardCharsets.UTF_8);
        }

        /** Compares what is there with what was answered, or would have been; goes on from it. */
        void checkAfterRestart(Path socket) throws IOException {
            try (RawHttp http = RawHttp.unix(socket)) {
                for (String id : Set.copyOf(answered.keySet())) {
                    check(id, found(http, id));
                }
                if (!pendingId.isEmpty() && !answered.containsKey(pendingId)) {
                    check(pendingId, found(http, pendingId));
                }
                pendingId = "";
            }
        }

        private void check(String id, Optional<Stored> found) {
            Optional<Stored> last = answered.getOrDefault(id, Optional.empty());
            assertTrue(
                    found.equals(last) || (id.equals(pendingId) && found.equals(pending)),
                    () -> id + " is " + found + ", answered was " + last + ", asked " + pending);
            answered.put(id, found);
        }

        private static Optional<Stored> found(RawHttp http, String id) throws IOException {
            RawHttp.Answer answer = http.request("GET", path(id), List.of(), new byte[0]);
            if (answer.status() == 404) {
                return Optional.empty();
            }
            assertEquals(200, answer.status(), answer.body());
            JsonNode session = JSON.readTree(answer.body());
            String name = session.path("display_name").asText();
            return Optional.of(
                    new Stored(
                            session.path("_revision").asLong(),
                            Long.parseLong(name.substring("write ".length()))));
        }

        private static String path(String id) {
            return "/api/v1/vpn/ipsec/sessions/" + id;
        }
    }

    @Test
    void whatWasAnsweredSurvives(@TempDir Path directory) throws Exception {
        ExecutorService storms = Executors.newFixedThreadPool(STORMS);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int storm = 0; storm < STORMS; storm++) {
                Path home = directory.resolve("storm" + storm);
                long seed = storm;
                work.add(() -> storm(home, seed));
            }
            int answers = 0;
            for (Future<Integer> end : storms.invokeAll(work)) {
                answers += result(end);
            }
            System.out.println(KILLS + " kills amid " + answers + " changes: nothing lost");
        } finally {
            storms.shutdownNow();
        }
    }

    /** Returns how many changes were answered. */
    private static int storm(Path home, long seed) throws Exception {
        Site site = new Site(home, 1, Site.freePort());
        Random random = new Random(seed);
        List<Writer> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            writers.add(new Writer(writer, random.nextLong()));
        }
        int answered = 0;
        for (int kill = 0; kill < KILLS / STORMS; kill++) {
            int answersBeforeKill = 1 + random.nextInt(MAX_ANSWERS_BEFORE_KILL);
            writeAndKill(site, writers, new CountDownLatch(answersBeforeKill));
            answered += answersBeforeKill;
        }
        try (RunningDaemon daemon = new RunningDaemon(site)) {
            daemon.await("event=daemon.ready");
            for (Writer writer : writers) {
                writer.checkAfterRestart(site.socket());
            }
            daemon.terminate();
            daemon.end();
            assertFalse(daemon.printed("ERROR"), daemon::output);
        }
        checkSecretsAndNumbers(site, writers);
        return answered;
    }

    private static void writeAndKill(Site site, List<Writer> writers, CountDownLatch answers)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (RunningDaemon daemon = new RunningDaemon(site)) {
            daemon.await("event=daemon.ready");
            for (Writer writer : writers) {
                writer.checkAfterRestart(site.socket());
            }
            List<Future<?>> ends = new ArrayList<>();
            for (Writer writer : writers) {
                ends.add(
                        threads.submit(
                                () -> {
                                    writer.write(site.socket(), answers);
                                    return null;
                                }));
            }
            while (!answers.await(1, TimeUnit.SECONDS)) {
                for (Future<?> end : ends) {
                    if (end.isDone()) {
                        result(end);
                    }
                }
            }
            daemon.kill();
            for (Future<?> end : ends) {
                result(end);
            }
            daemon.end();
        } finally {
            threads.shutdownNow();
        }
    }

    /** What the API does not show: keys go with their revision, and no number is used twice. */
    private static void checkSecretsAndNumbers(Site site, List<Writer> writers) throws Exception {
        Map<String, Optional<Stored>> expected = new HashMap<>();
        writers.forEach(writer -> expected.putAll(writer.answered));
        expected.values().removeIf(Optional::isEmpty);
        try (ConfigurationDatabase database =
                        ConfigurationDatabase.open(
                                site.stateDir(),
                                Optional.empty(),
                                SessionRule.NONE,
                                Clock.systemUTC(),
                                new SecureRandom());
                IntentSnapshot snapshot = database.snapshot().toCompletableFuture().get()) {
            Set<Integer> numbers = new HashSet<>();
            int pairs = 0;
            for (SessionIntent intent : snapshot.sessions()) {
                String id = intent.session().id();
                assertEquals(
                        Objects.requireNonNull(expected.get(id)).orElseThrow().psk(),
                        new String(
                                Objects.requireNonNull(intent.presharedKey()).copyOctets(),
                                StandardCharsets.UTF_8),
                        id);
                numbers.addAll(intent.kernelIds().pairNumbers().values());
                pairs += intent.kernelIds().pairNumbers().size();
            }
            assertEquals(expected.size(), snapshot.sessions().size());
            assertEquals(pairs, numbers.size());
        }
    }

    private static <T> T result(Future<T> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e;
        }
    }
}
