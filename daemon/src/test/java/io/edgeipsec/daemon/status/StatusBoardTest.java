package io.edgeipsec.daemon.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusBoardTest {
    private static final FailReason REJECTED =
            new FailReason(Kind.NO_PROPOSAL_CHOSEN, "peer offered SHA1, we allow SHA2_256");
    private static final FailReason DELETED = new FailReason(Kind.DELETED_BY_PEER, "");
    private static final FailReason REPLACED = new FailReason(Kind.REPLACED, "by a new Child SA");
    private static final FailReason NO_SELECTOR =
            new FailReason(Kind.TS_UNACCEPTABLE, "we want 10.1.0.0/24, peer allows 10.9.0.0/24");
    private static final Optional<Duration> SOON = Optional.of(Duration.ofSeconds(5));

    private final StatusBoard board = new StatusBoard();

    StatusBoardTest() {
        board.configure("branch", true, List.of("p1", "p2"));
    }

    private StatusBoard.View after(IkeEvent... events) {
        for (IkeEvent event : events) {
            event.deliverTo(board);
        }
        return board.view("branch").orElseThrow();
    }

    private static StatusBoard.View view(
            boolean ikeUp, boolean negotiating, String reason, int total, int up, int failed) {
        return new StatusBoard.View(ikeUp, negotiating, reason, total, up, failed);
    }

    @Test
    void nothingIsKnownOfSessionsThatWereNotTakenUp() {
        board.remove("branch");
        Events.ikeUp(1).deliverTo(board);
        Events.childFailed("p1", REJECTED).deliverTo(board);
        board.kernelRefused("branch", "no");
        assertEquals(Optional.empty(), board.view("branch"));
    }

    @Test
    void tunnelsComeUpOneByOne() {
        assertEquals(view(false, false, "", 2, 0, 0), after());
        assertEquals(view(false, true, "", 2, 0, 0), after(Events.started()));
        assertEquals(view(true, false, "", 2, 0, 0), after(Events.ikeUp(1)));
        assertEquals(view(true, false, "", 2, 1, 0), after(Events.childUp("p1", 16)));
        assertEquals(view(true, false, "", 2, 2, 0), after(Events.childUp("p2", 18)));
    }

    @Test
    void failureNamesBothSidesUntilItIsOver() {
        StatusBoard.View failed = after(Events.started(), Events.failed(REJECTED, SOON));
        assertEquals("No proposal chosen: peer offered SHA1, we allow SHA2_256", failed.reason());
        assertTrue(failed.negotiating(), "it will be tried again");
        assertFalse(after(Events.failed(REJECTED, Optional.empty())).negotiating());
        assertEquals("", after(Events.ikeUp(1)).reason());
    }

    @Test
    void whoWasNotLetInIsTheReasonOnlyWhileNobodyElseIs() {
        StatusBoard.View started = after(Events.started(), Events.rejected(REJECTED));
        assertEquals("No proposal chosen: peer offered SHA1, we allow SHA2_256", started.reason());
        assertTrue(started.negotiating(), "our own attempt goes on");
        after(Events.ikeUp(1), Events.childUp("p1", 16), Events.childUp("p2", 18));
        assertEquals("", after(Events.rejected(REJECTED)).reason());
    }

    @Test
    void childThatFailsIsTheReasonWhyNotAllIsUp() {
        assertEquals(
                view(true, false, NO_SELECTOR.toString(), 2, 1, 1),
                after(
                        Events.ikeUp(1),
                        Events.childUp("p1", 16),
                        Events.childFailed("p2", NO_SELECTOR)));
        assertEquals(view(true, false, "", 2, 2, 0), after(Events.childUp("p2", 18)));
    }

    @Test
    void rekeyIsNoInterruption() {
        StatusBoard.View up =
                after(Events.ikeUp(1), Events.childUp("p1", 16), Events.childUp("p2", 18));
        assertEquals(up, after(Events.childUp("p1", 20)));
        assertEquals(up, after(Events.childClosed("p1", 16, REPLACED)));
        assertEquals(up, after(Events.ikeUp(2), Events.ikeClosed(1, REPLACED)));
        assertEquals(up, after(Events.childFailed("p1", REJECTED)), "the old one carries on");
        assertEquals(1, after(Events.childClosed("p1", 20, DELETED)).up());
    }

    @Test
    void whatThePeerEndsIsDownAndSaysSo() {
        assertEquals(
                view(false, false, "Peer sent delete", 2, 0, 0),
                after(
                        Events.ikeUp(1),
                        Events.childUp("p1", 16),
                        Events.childClosed("p1", 16, DELETED),
                        Events.ikeClosed(1, DELETED)));
    }

    @Test
    void kernelsRefusalComesFirst() {
        after(Events.ikeUp(1), Events.childUp("p1", 16), Events.childUp("p2", 18));
        board.kernelRefused("branch", "ENOMEM");
        assertEquals("Configuration failed: ENOMEM", after().reason());
        board.kernelAccepted("branch");
        assertEquals("", after().reason());
    }

    @Test
    void disabledSessionSaysSoAndStartsAfresh() {
        after(Events.ikeUp(1), Events.childFailed("p1", REJECTED), Events.failed(REJECTED, SOON));
        board.configure("branch", false, List.of());
        assertEquals(
                view(false, false, "Session disabled", 0, 0, 0),
                after(Events.ikeClosed(1, new FailReason(Kind.CONFIGURATION, "removed"))));
        board.configure("branch", true, List.of("p1"));
        assertEquals(
                view(false, false, "", 1, 0, 0),
                after(),
                "the end of its former life is no failure of the new one");
    }

    @Test
    void removedRulesCountNoMore() {
        after(Events.ikeUp(1), Events.childUp("p1", 16), Events.childFailed("p2", REJECTED));
        board.configure("branch", true, List.of("p1"));
        assertEquals(view(true, false, "", 1, 1, 0), after());
        assertEquals(
                view(true, false, "", 1, 1, 0),
                after(Events.childFailed("p2", REJECTED)),
                "an event that comes late");
    }

    @Test
    void eventsOfAFormerLifeCountForNothing() {
        after(Events.ikeUp(1), Events.childUp("p1", 16));
        board.remove("branch");
        board.configure("branch", true, List.of("p1"));
        assertEquals(
                view(false, false, "", 1, 0, 0),
                after(Events.childClosed("p1", 16, DELETED), Events.ikeClosed(1, DELETED)));
    }

    @Test
    void ladderAndDropsAreNoState() {
        StatusBoard.View before = after();
        assertEquals(
                before,
                after(
                        new IkeEvent.Retransmitted(Events.ike(1), Events.PATH, 3),
                        new IkeEvent.DatagramDropped(Events.PATH, DropReason.LENGTH),
                        new IkeEvent.DefectContained(
                                Events.ike(1), new IllegalStateException("the test's"))));
    }
}
