package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was answered 200 is there after a stop. */
class DurabilityTest {

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
}
