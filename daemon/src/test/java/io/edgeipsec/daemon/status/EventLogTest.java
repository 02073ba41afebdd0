package io.edgeipsec.daemon.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.edgeipsec.daemon.testing.LogCapture;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.NatSituation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private static final Pattern FIELD =
            Pattern.compile(
                    "\\G([a-z_0-9]+)=(\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|[^ \"]*)(?: |$)");
    private static final String HOSTILE =
            "x\" event=ike_sa.established session=\"forged\"\nevent=forged\r\t\u2028\u202e\0\\";

    private final LogCapture log = new LogCapture(Level.DEBUG);
    private final EventLog events = new EventLog();

    @AfterEach
    void close() {
        log.close();
    }

    private String line(IkeEvent event) {
        int before = log.lines().size();
        event.deliverTo(events);
        List<String> lines = log.lines();
        assertEquals(before + 1, lines.size());
        return lines.get(before);
    }

    /** The fields of a line that has nothing else. */
    private static Map<String, String> fields(String line) {
        String text = line.substring(line.indexOf(' ') + 1);
        Map<String, String> fields = new TreeMap<>();
        Matcher matcher = FIELD.matcher(text);
        int end = 0;
        while (matcher.find()) {
            assertEquals(null, fields.put(matcher.group(1), matcher.group(2)), text);
            end = matcher.end();
        }
        assertEquals(text.length(), end, () -> "not key=value all the way: " + text);
        return fields;
    }

    @Test
    void eachEventIsOneLineOfFieldsWithTheEventFirst() {
        FailReason reason = new FailReason(Kind.NO_PROPOSAL_CHOSEN, "they A, we B");
        Map<String, IkeEvent> all =
                Map.of(
                        "ike_sa.initiating",
                        Events.started(),
                        "ike_sa.rejected",
                        Events.rejected(reason),
                        "ike_sa.failed",
                        Events.failed(reason, Optional.of(Duration.ofSeconds(5))),
                        "ike_sa.established",
                        Events.ikeUp(1),
                        "ike_sa.closed",
                        Events.ikeClosed(1, reason),
                        "child_sa.established",
                        Events.childUp("p1", 16),
                        "child_sa.failed",
                        Events.childFailed("p1", reason),
                        "child_sa.closed",
                        Events.childClosed("p1", 16, reason),
                        "ike.retransmitted",
                        new IkeEvent.Retransmitted(Events.ike(1), Events.PATH, 2),
                        "ike.datagram_dropped",
                        new IkeEvent.DatagramDropped(Events.PATH, DropReason.FLAGS));
        all.forEach(
                (name, event) -> {
                    String line = line(event);
                    assertTrue(line.matches("[A-Z]+ event=" + name + " .*"), line);
                    assertTrue(fields(line).size() > 2, line);
                });
    }

    @Test
    void whatAnOperatorSearchesForIsThere() {
        Map<String, String> up = fields(line(Events.ikeUp(1)));
        assertEquals("branch", up.get("session"));
        assertEquals(Events.ike(1).toString(), up.get("ike"));
        assertEquals("192.0.2.1:500-203.0.113.9:500", up.get("path"));
        assertEquals("\"branch7.example.net\"", up.get("peer_id"));
        assertEquals("41", up.get("took_ms"));
        assertEquals(
                "WARN event=ike_sa.failed session=branch reason=\"Authentication failed: expected"
                        + " a, got b\" retry_in_s=never",
                line(
                        Events.failed(
                                new FailReason(Kind.AUTHENTICATION_FAILED, "expected a, got b"),
                                Optional.empty())));
        Map<String, String> child = fields(line(Events.childUp("p1", 16)));
        assertEquals("00000010", child.get("spi_in"));
        assertEquals("00000011", child.get("spi_out"));
    }

    @Test
    void natSaysWhoIsBehindIt() {
        List<String> seen = new ArrayList<>();
        for (boolean local : new boolean[] {false, true}) {
            for (boolean remote : new boolean[] {false, true}) {
                IkeEvent event = Events.ikeUp(1, "b", new NatSituation(local, remote));
                seen.add(String.valueOf(fields(line(event)).get("nat")));
            }
        }
        assertEquals(List.of("none", "remote", "local", "both"), seen);
    }

    @Test
    void peersCannotForgeFieldsOrLines() {
        FailReason reason = new FailReason(Kind.AUTHENTICATION_FAILED, HOSTILE);
        for (IkeEvent event :
                List.of(
                        Events.ikeUp(1, HOSTILE, NatSituation.NONE),
                        Events.failed(reason, Optional.empty()),
                        Events.rejected(reason),
                        Events.ikeClosed(1, reason),
                        Events.childFailed("p1", reason),
                        Events.childClosed("p1", 16, reason))) {
            String line = line(event);
            assertEquals("branch", fields(line).get("session"));
            assertTrue(line.chars().noneMatch(c -> c < ' ' || c == 0x2028 || c == 0x202e), line);
            assertTrue(line.contains("\\\" event=ike_sa.established"), line);
        }
    }

    @Test
    void longTextsAreCut() {
        FailReason reason = new FailReason(Kind.PEER_REFUSED, "x".repeat(100_000));
        String line = line(Events.ikeClosed(1, reason));
        assertTrue(line.length() < 3000, "no peer fills the disk");
        assertTrue(String.valueOf(fields(line).get("reason")).endsWith("...\""), line);
    }

    @Test
    void defectComesWithItsTrace() {
        new IkeEvent.DefectContained(Events.ike(1), new IllegalStateException("the test's"))
                .deliverTo(events);
        assertEquals("ERROR event=ike.defect ike=" + Events.ike(1), log.lines().get(0));
        assertTrue(log.lines().get(1).contains("IllegalStateException: the test's"));
    }

    @Test
    void dropsAreCountedAndToldNowAndThen() {
        IkeEvent drop = new IkeEvent.DatagramDropped(Events.PATH, DropReason.NO_SESSION);
        for (int i = 0; i < 3; i++) {
            drop.deliverTo(events);
        }
        assertEquals(3, events.dropped(DropReason.NO_SESSION));
        assertEquals(0, events.dropped(DropReason.LENGTH));
        assertFalse(log.lines().stream().anyMatch(line -> line.startsWith("INFO")));
        events.logDrops();
        events.logDrops();
        drop.deliverTo(events);
        events.logDrops();
        assertEquals(
                List.of(
                        "INFO event=ike.datagrams_dropped reason=NO_SESSION count=3 total=3",
                        "INFO event=ike.datagrams_dropped reason=NO_SESSION count=1 total=4"),
                log.lines().stream().filter(line -> line.startsWith("INFO")).toList());
    }
}
