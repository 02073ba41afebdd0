package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.port.ConfigurationChange;
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

    private static final int WRITERS = 40;
    private static final int ROUNDS = 5;

    @Test
    void eachRevisionHasOneWinner(@TempDir Path directory) throws Exception {
        ConcurrentLinkedQueue<ConfigurationChange> changes = new ConcurrentLinkedQueue<>();
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (ApiFixture api = new ApiFixture(directory)) {
            api.database.addListener(changes::add);
            String path = SESSIONS + "/contested";
            assertEquals(200, api.put(path, Samples.routeBased()).status());
            for (int revision = 0; revision < ROUNDS; revision++) {
                ObjectNode body = Samples.routeBased();
                body.put("_revision", revision);
                List<Callable<Integer>> attempts = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    byte[] octets =
                            body.put("display_name", "writer " + writer)
                                    .toString()
                                    .getBytes(StandardCharsets.UTF_8);
                    attempts.add(
                            () -> {
                                try (RawHttp http = RawHttp.unix(api.socket())) {
                                    return http.request("PUT", path, List.of(), octets).status();
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
                assertEquals(revision + 1, object(api.get(path)).path("_revision").asInt());
            }
        } finally {
            writers.shutdownNow();
        }
        List<Long> numbers = changes.stream().map(ConfigurationChange::changeNumber).toList();
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), numbers);
    }
}
