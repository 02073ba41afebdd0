package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.port.ConfigurationChange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many writers on one object. */
class ConcurrencyTest {

    private static final int WRITERS = 200;
    private static final int ROUNDS = 5;

    @Test
    void eachRevisionHasOneWinner(@TempDir Path directory) throws Exception {
        ConcurrentLinkedQueue<ConfigurationChange> changes = new ConcurrentLinkedQueue<>();
        List<String> winners = new ArrayList<>();
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (ApiFixture api = new ApiFixture(directory)) {
            api.database.addListener(changes::add);
            String path = SESSIONS + "/contested";
            assertEquals(200, api.put(path, Samples.routeBased()).status());
            for (int revision = 0; revision < ROUNDS; revision++) {
                ObjectNode body = Samples.routeBased();
                body.put("_revision", revision);
                ConcurrentLinkedQueue<String> winner = new ConcurrentLinkedQueue<>();
                List<Callable<Integer>> attempts = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    String name = "writer " + writer + " of round " + revision;
                    byte[] octets =
                            body.put("display_name", name)
                                    .toString()
                                    .getBytes(StandardCharsets.UTF_8);
                    attempts.add(
                            () -> {
                                try (RawHttp http = RawHttp.unix(api.socket())) {
                                    int status =
                                            http.request("PUT", path, List.of(), octets).status();
                                    if (status == 200) {
                                        winner.add(name);
                                    }
                                    return status;
                                }
                            });
                }
                int won = 0;
                int stale = 0;
                for (Future<Integer> attempt : writers.invokeAll(attempts)) {
                    won += attempt.get() == 200 ? 1 : 0;
                    stale += attempt.get() == 412 ? 1 : 0;
                }
                assertEquals(1, won);
                assertEquals(WRITERS - 1, stale);
                winners.addAll(winner);
                assertEquals(revision + 1, object(api.get(path)).path("_revision").asInt());
            }
            assertAudited(api, winners);
        } finally {
            writers.shutdownNow();
        }
        List<Long> numbers = changes.stream().map(ConfigurationChange::changeNumber).toList();
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), numbers);
    }

    /** The record has the winners and nobody else, in the order of the revisions. */
    private static void assertAudited(ApiFixture api, List<String> winners) throws IOException {
        JsonNode records = object(api.get("/api/v1/audit?object_id=contested")).path("results");
        assertEquals(ROUNDS + 1, records.size());
        for (int i = 0; i < ROUNDS; i++) {
            // The newest comes first.
            JsonNode record = records.get(ROUNDS - 1 - i);
            assertEquals(i, record.path("revision_before").asInt());
            assertEquals(i + 1, record.path("revision_after").asInt());
            List<String> names = new ArrayList<>();
            for (JsonNode change : record.path("changes")) {
                if (change.path("field").asText().equals("/display_name")) {
                    names.add(change.path("after").asText());
                }
            }
            assertEquals(List.of(winners.get(i)), names);
        }
    }
}
