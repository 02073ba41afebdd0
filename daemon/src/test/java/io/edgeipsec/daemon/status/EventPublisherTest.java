package io.edgeipsec.daemon.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.contract.SchemaRules;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.event.EventSelection;
import io.edgeipsec.api.event.PublishedEvent;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.MultiPathGroupStatus;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEvent;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the API's readers are told of what happens; each event is checked against its schema. */
class EventPublisherTest {
    private static final ApiDocument DOCUMENT = ApiDocument.load(OptionalLong.empty());
    private static final SchemaRules RULES = new SchemaRules(DOCUMENT);
    private static final FailReason SILENT =
            new FailReason(Kind.PEER_STOPPED_ANSWERING, "no answer to 5 requests");
    private static final FailReason REPLACED = new FailReason(Kind.REPLACED, "by a new one");

    private final EventJournal journal = new EventJournal(7, Clock.systemUTC());
    private final EventPublisher publisher = new EventPublisher(journal);
    private final StatusBoard board = new StatusBoard(publisher);
    private final EventJournal.Reader reader =
            journal.read(new EventSelection(Set.of(), Optional.empty(), Optional.empty()))
                    .orElseThrow();

    private void happen(IkeEvent event) {
        event.deliverTo(publisher);
        event.deliverTo(board);
    }

    /** What was told since the last call. */
    private List<JsonNode> told() throws IOException {
        List<JsonNode> told = new ArrayList<>();
        EventJournal.Portion portion = reader.next(1000);
        for (PublishedEvent event : ((EventJournal.Portion.Events) portion).events()) {
            JsonNode node = JsonTree.read(event.json());
            String schema =
                    switch (event.type()) {
                        case SESSION -> "SessionEvent";
                        case IKE_SA -> "IkeSaEvent";
                        case CHILD_SA -> "ChildSaEvent";
                        case MULTI_PATH_GROUP -> "MultiPathGroupEvent";
                        case CONFIG -> "ConfigEvent";
                        case ALARM -> "AlarmEvent";
                        case GAP -> "GapEvent";
                    };
            assertEquals(List.of(), RULES.check("/components/schemas/" + schema, node));
            told.add(node);
        }
        return told;
    }

    /** In short: type, then what tells one from another. */
    private List<String> summaries() throws IOException {
        List<String> summaries = new ArrayList<>();
        for (JsonNode event : told()) {
            StringBuilder line = new StringBuilder(event.path("type").asText());
            for (String member :
                    List.of(
                            "change",
                            "session_status",
                            "ike_session_state",
                            "fail_reason",
                            "alarm",
                            "state",
                            "message")) {
                if (event.has(member)) {
                    line.append(' ').append(event.path(member).asText());
                }
            }
            summaries.add(line.toString().strip());
        }
        return summaries;
    }

    @Test
    void aTunnelsWholeLife() throws IOException {
        board.configure("branch", true, List.of("p1", "p2"));
        assertEquals(List.of(), summaries(), "that it is there is no news");
        happen(Events.started());
        happen(Events.ikeUp(1));
        happen(Events.childUp("p1", 16));
        happen(Events.childUp("p2", 18));
        assertEquals(
                List.of(
                        "session DOWN NEGOTIATING",
                        "ike_sa ESTABLISHED",
                        "session DOWN UP",
                        "child_sa ESTABLISHED",
                        "session DEGRADED UP",
                        "child_sa ESTABLISHED",
                        "session UP UP"),
                summaries());
        happen(Events.ikeRekeyed(2, 1));
        happen(Events.ikeClosed(1, REPLACED));
        happen(Events.childUp("p1", 20));
        happen(Events.childClosed("p1", 16, REPLACED));
        assertEquals(
                List.of(
                        "ike_sa REKEYED",
                        "ike_sa CLOSED",
                        "child_sa ESTABLISHED",
                        "child_sa CLOSED"),
                summaries(),
                "a rekey is no change of the session's status");
        happen(Events.childClosed("p1", 20, SILENT));
        happen(Events.childClosed("p2", 18, SILENT));
        happen(Events.ikeClosed(2, SILENT));
        String why = SILENT.toString();
        assertEquals(
                List.of(
                        "child_sa CLOSED",
                        "session DEGRADED UP " + why,
                        "alarm TUNNEL_DOWN RAISED " + why,
                        "child_sa CLOSED",
                        "session DOWN UP " + why,
                        "ike_sa CLOSED",
                        "session DOWN DOWN " + why),
                summaries());
        happen(Events.ikeUp(3));
        happen(Events.childUp("p1", 22));
        happen(Events.childUp("p2", 24));
        assertTrue(summaries().contains("alarm TUNNEL_DOWN CLEARED"));
    }

    @Test
    void whatAnEventSays() throws IOException {
        board.configure("branch", true, List.of("p1"));
        happen(Events.ikeRekeyed(2, 1));
        happen(Events.childUp("p1", 16));
        happen(Events.failed(SILENT, Optional.of(Duration.ofSeconds(5))));
        List<JsonNode> told = told();
        JsonNode ike = told.get(0);
        assertEquals("7-1", ike.path("id").asText());
        assertEquals("branch", ike.path("session_id").asText());
        assertEquals("0000000000000002/0000000000000f02", ike.path("ike_sa").asText());
        assertEquals("0000000000000001/0000000000000f01", ike.path("replaces").asText());
        assertEquals("203.0.113.9:500", ike.path("remote").asText());
        JsonNode child = told.get(2);
        assertEquals("00000010", child.path("spi_in").asText());
        assertEquals("10.7.0.0/16", child.path("remote_selectors").path(0).asText());
        JsonNode failed =
                told.stream()
                        .filter(event -> event.path("change").asText().equals("FAILED"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("PEER_STOPPED_ANSWERING", failed.path("reason_code").asText());
        assertEquals(5, failed.path("retry_in_seconds").asInt());
    }

    @Test
    void theSameIsNotToldTwice() throws IOException {
        board.configure("branch", true, List.of("p1"));
        happen(Events.started());
        summaries();
        happen(Events.started());
        board.kernelAccepted("branch");
        board.resumed("branch");
        board.configure("branch", true, List.of("p1"));
        assertEquals(List.of(), summaries());
    }

    @Test
    void alarmsOfASessionAreClearedWhenItIsOver() throws IOException {
        board.configure("branch", true, List.of("p1"));
        board.kernelRefused("branch", "no memory");
        board.kernelRefused("branch", "no memory");
        board.suspended("branch", new FailReason(Kind.LOCAL_ADDRESS_MISSING, "add it"));
        board.kernelAccepted("branch");
        board.remove("branch");
        assertEquals(
                List.of(
                        "alarm KERNEL_REFUSED RAISED Configuration failed: no memory",
                        "alarm LOCAL_ADDRESS_MISSING RAISED Local address missing: add it",
                        "alarm KERNEL_REFUSED CLEARED",
                        "alarm LOCAL_ADDRESS_MISSING CLEARED"),
                summaries().stream().filter(line -> line.startsWith("alarm")).toList());
    }

    @Test
    void aStoppedServiceIsOneAlarmForAllSessions() throws IOException {
        FailReason stopped = new FailReason(Kind.SERVICE_STOPPED, "by alice");
        board.configure("branch", true, List.of("p1"));
        happen(Events.ikeUp(1));
        happen(Events.childUp("p1", 16));
        board.service(Optional.of(stopped));
        board.suspended("branch", stopped);
        happen(Events.childClosed("p1", 16, stopped));
        happen(Events.ikeClosed(1, stopped));
        board.service(Optional.of(stopped));
        board.service(Optional.empty());
        board.resumed("branch");
        assertEquals(
                List.of(
                        "alarm SERVICE_STOPPED RAISED VPN service disabled: by alice",
                        "alarm SERVICE_STOPPED CLEARED"),
                summaries().stream().filter(line -> line.startsWith("alarm")).toList());
    }

    @Test
    void aSessionThatIsDisabledOrDeletedIsNotDownByAccident() throws IOException {
        board.configure("branch", true, List.of("p1"));
        happen(Events.ikeUp(1));
        happen(Events.childUp("p1", 16));
        board.configure("branch", false, List.of());
        happen(Events.childClosed("p1", 16, REPLACED));
        happen(Events.ikeClosed(1, REPLACED));
        board.remove("branch");
        assertFalse(summaries().stream().anyMatch(line -> line.startsWith("alarm")));
    }

    @Test
    void defectsAndAStoreOutOfOrderAreAlarms() throws IOException {
        happen(new IkeEvent.DefectContained(Events.ike(1), new IllegalStateException("broken")));
        publisher.storeFailed(new IOException("disk full"));
        List<JsonNode> told = told();
        assertEquals("INTERNAL_DEFECT", told.get(0).path("alarm").asText());
        assertEquals("STORE_FAILED", told.get(1).path("alarm").asText());
        assertTrue(told.get(1).path("message").asText().contains("disk full"));
    }

    @Test
    void membersOfAGroupAreTold() throws IOException {
        MultiPathGroupStatus.Member down = new MultiPathGroupStatus.Member("a", "vpn1", false);
        MultiPathGroupStatus.Member up = new MultiPathGroupStatus.Member("a", "vpn1", true);
        String group = "5a6a1d2b-1d0e-4b7c-9c55-0d1c7a3e9b77";
        GroupBoard groups = board.groups();
        assertTrue(groups.put(group, new GroupBoard.View(0x4580_0001, true, "", List.of(down))));
        assertTrue(groups.put(group, new GroupBoard.View(0x4580_0001, true, "", List.of(up))));
        assertFalse(groups.put(group, new GroupBoard.View(0x4580_0001, true, "", List.of(up))));
        List<JsonNode> told = told();
        assertEquals(2, told.size());
        assertEquals(1_166_016_513L, told.get(1).path("nexthop_group_id").asLong());
        assertEquals(0, told.get(0).path("usable_members").asInt());
        assertEquals(1, told.get(1).path("usable_members").asInt());
    }
}
