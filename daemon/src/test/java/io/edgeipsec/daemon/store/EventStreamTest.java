package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.event.ApiEvent;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.event.EventType;
import io.edgeipsec.daemon.testing.EventFeed;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stream of events over real connections. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class EventStreamTest {

    /** More than the journal holds. */
    private static final int MANY = 9000;

    @TempDir Path directory;
    private ApiFixture api;

    @BeforeEach
    void start() throws IOException {
        api = new ApiFixture(directory);
    }

    @AfterEach
    void stop() throws IOException {
        api.close();
    }

    private EventFeed open(String query) throws Exception {
        return EventFeed.tcp(api.port(), query, Optional.empty());
    }

    private EventFeed resume(String id) throws Exception {
        return EventFeed.tcp(api.port(), "", Optional.of(id));
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            String message = "alarm " + i + " " + "x".repeat(200);
            api.journal.publish(
                    new ApiEvent(
                            EventType.ALARM,
                            Optional.empty(),
                            node ->
                                    node.put("alarm", "TUNNEL_DOWN")
                                            .put("state", "RAISED")
                                            .put("message", message)));
        }
    }

    @Test
    void changesAreToldInOrderWithTheirRevisions() throws Exception {
        try (EventFeed feed = open("");
                EventFeed other = EventFeed.unix(api.socket(), "?session_id=b")) {
            ObjectNode session = Samples.routeBased();
            api.put(SESSIONS + "/a", session);
            api.put(SESSIONS + "/a", session.put("_revision", 0));
            api.delete(SESSIONS + "/a");
            api.put(SESSIONS + "/b", Samples.policyBased());
            assertConfig(feed.next(), "CREATED", "a", 0);
            assertConfig(feed.next(), "REPLACED", "a", 1);
            JsonNode deleted = feed.next();
            assertConfig(deleted, "DELETED", "a", 1);
            assertEquals("RouteBasedIPSecVPNSession", deleted.path("resource_type").asText());
            assertEquals("/vpn/ipsec/sessions/a", deleted.path("path").asText());
            assertConfig(feed.next(), "CREATED", "b", 0);
            assertConfig(other.next(), "CREATED", "b", 0);
        }
    }

    private static void assertConfig(JsonNode event, String change, String id, int revision) {
        assertEquals("config", event.path("type").asText());
        assertEquals(change, event.path("change").asText());
        assertEquals(id, event.path("object_id").asText());
        assertEquals(revision, event.path("revision").asInt());
        assertFalse(event.toString().contains("TESTPSK"));
    }

    @Test
    void onlyWhatIsAskedForIsTold() throws Exception {
        try (EventFeed alarms = open("?type=alarm");
                EventFeed both = open("?type=config,alarm")) {
            api.put(SESSIONS + "/a", Samples.routeBased());
            publish(1);
            assertEquals("alarm", alarms.next().path("type").asText());
            assertEquals("config", both.next().path("type").asText());
            assertEquals("alarm", both.next().path("type").asText());
        }
        for (String query : List.of("?type=nonsense", "?type=", "?session_id=-", "?type=gap")) {
            assertEquals(400, api.get("/api/v1/events" + query).status());
        }
    }

    @Test
    void aReaderThatComesBackMissesNothing() throws Exception {
        String id;
        try (EventFeed feed = open("")) {
            publish(3);
            feed.next();
            id = feed.lastId();
        }
        publish(1);
        try (EventFeed feed = resume(id)) {
            for (int rest = 0; rest < 3; rest++) {
                assertEquals("alarm", feed.next().path("type").asText());
            }
            publish(1);
            feed.next();
            id = feed.lastId();
        }
        // Where nothing came since, nothing is told.
        try (EventFeed feed = resume(id)) {
            api.put(SESSIONS + "/a", Samples.routeBased());
            assertEquals("config", feed.next().path("type").asText());
        }
    }

    @Test
    void theIdBeforeTheFirstEventIsAPlaceToComeBackToToo() throws Exception {
        String id;
        try (EventFeed feed = open("")) {
            id = feed.lastId();
        }
        publish(1);
        try (EventFeed feed = resume(id)) {
            assertEquals("alarm", feed.next().path("type").asText());
        }
    }

    @Test
    void aReaderThatWasAwayTooLongIsToldSoAndGetsTheRest() throws Exception {
        publish(1);
        String id;
        try (EventFeed feed = open("")) {
            id = feed.lastId();
        }
        publish(MANY);
        try (EventFeed feed = resume(id)) {
            JsonNode gap = feed.next();
            assertEquals("TOO_OLD", gap.path("reason").asText());
            assertEquals(id, gap.path("last_event_id").asText());
            String first = feed.next().path("message").asText();
            assertTrue(first.startsWith("alarm " + (MANY - 8192) + " "), first);
            for (int i = 1; i < 8192; i++) {
                feed.next();
            }
            id = feed.lastId();
        }
        try (EventFeed feed = resume(id)) {
            publish(1);
            assertEquals("alarm", feed.next().path("type").asText(), "no gap any more");
        }
    }

    @Test
    void aReaderOfAnEarlierRunOrOfNoneIsToldSo() throws Exception {
        publish(2);
        String id;
        try (EventFeed feed = open("")) {
            publish(1);
            feed.next();
            id = feed.lastId();
        }
        api.close();
        api = new ApiFixture(directory);
        publish(1);
        try (EventFeed feed = resume(id)) {
            assertEquals("EARLIER_RUN", feed.next().path("reason").asText());
            assertEquals("alarm", feed.next().path("type").asText());
            assertTrue(EventFeed.compare(feed.lastId(), id) > 0, feed.lastId() + " after " + id);
        }
        for (String wrong : List.of("nonsense", "1-2-3", "999999999999999999-1", "9".repeat(256))) {
            try (EventFeed feed = resume(wrong)) {
                assertEquals("UNKNOWN_ID", feed.next().path("reason").asText(), wrong);
            }
        }
    }

    @Test
    void readersAreSoManyAndNoMore() throws Exception {
        Deque<EventFeed> readers = new ArrayDeque<>();
        for (int i = 0; i < EventJournal.MAX_READERS; i++) {
            readers.push(EventFeed.unix(api.socket(), ""));
        }
        RawHttp.Answer refusal = api.get("/api/v1/events");
        assertEquals(503, refusal.status());
        assertEquals(50301, object(refusal).path("error_code").asInt());
        assertTrue(refusal.header("retry-after").isPresent());
        readers.pop().close();
        readers.push(openWhenThereIsRoom());
        publish(1);
        for (EventFeed reader : readers) {
            assertEquals("alarm", reader.next().path("type").asText());
            reader.close();
        }
        assertEquals(200, api.get(SESSIONS).status());
    }

    /** The server learns of a closed connection when it does. */
    private EventFeed openWhenThereIsRoom() throws Exception {
        while (true) {
            try {
                return open("");
            } catch (IOException full) {
                assertTrue(String.valueOf(full.getMessage()).startsWith("503 "), full.toString());
            }
        }
    }

    @Test
    void aReaderThatIsTooSlowIsCutOffAndOthersAreNot() throws Exception {
        try (EventFeed slow = EventFeed.unix(api.socket(), "");
                EventFeed quick = open("")) {
            int published = 0;
            for (int round = 0; round < 4; round++) {
                publish(MANY / 2);
                for (int i = 0; i < MANY / 2; i++) {
                    quick.next();
                }
                published += MANY / 2;
            }
            int received = 0;
            try {
                while (true) {
                    slow.next();
                    received++;
                }
            } catch (EOFException cut) {
                assertTrue(received < published, received + " of " + published);
            }
            String id = slow.lastId();
            try (EventFeed again = resume(id)) {
                assertEquals("gap", again.next().path("type").asText());
            }
        }
    }

    @Test
    void streamsEndWithTheServer() throws Exception {
        EventFeed tcp = open("");
        EventFeed unix = EventFeed.unix(api.socket(), "");
        api.close();
        assertTrue(tcp.isEnded());
        assertTrue(unix.isEnded());
        tcp.close();
        unix.close();
    }
}
