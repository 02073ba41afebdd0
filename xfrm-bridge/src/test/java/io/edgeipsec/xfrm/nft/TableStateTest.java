package io.edgeipsec.xfrm.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.nft.MssClamp.Direction;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TableStateTest {
    private final TableState state = new TableState();

    private static MssClamp clamp(Direction direction, int value) {
        return new MssClamp(direction, value);
    }

    /** What changes, line by line; and from then on it is so. */
    private List<String> apply(TrafficRules rules) {
        SessionElements elements = state.elements(rules);
        String text = state.plan(elements);
        state.commit(elements);
        return text.lines().toList();
    }

    private List<String> remove(String session) {
        SessionElements none = SessionElements.none(session);
        String text = state.plan(none);
        state.commit(none);
        return text.lines().toList();
    }

    @Test
    void interfaceIsOneElementPerDirection() {
        assertEquals(
                List.of(
                        "add element inet edge_ipsec link_inbound { \"vpn1\" : 1300 }",
                        "add element inet edge_ipsec link_outbound { \"vpn1\" : 1300 }"),
                apply(
                        TrafficRules.ofInterface(
                                "a", "vpn1", clamp(Direction.BOTH, 1300), List.of())));
        assertEquals(
                List.of("delete element inet edge_ipsec link_outbound { \"vpn1\" }"),
                apply(
                        TrafficRules.ofInterface(
                                "a",
                                "vpn1",
                                clamp(Direction.INBOUND_CONNECTION, 1300),
                                List.of())));
        assertEquals(
                List.of(
                        "delete element inet edge_ipsec link_inbound { \"vpn1\" }",
                        "add element inet edge_ipsec link_inbound { \"vpn1\" : 1200 }"),
                apply(
                        TrafficRules.ofInterface(
                                "a",
                                "vpn1",
                                clamp(Direction.INBOUND_CONNECTION, 1200),
                                List.of())));
        assertEquals(
                List.of("delete element inet edge_ipsec link_inbound { \"vpn1\" }"), remove("a"));
        assertEquals(List.of(), remove("a"));
    }

    @Test
    void noClampIsNoElement() {
        assertEquals(
                List.of(),
                apply(
                        TrafficRules.ofInterface(
                                "a", "vpn1", clamp(Direction.NONE, 1300), List.of())));
    }

    @Test
    void valuesSetsLiveAsLongAsSomeSessionUsesThem() {
        List<String> first =
                apply(
                        TrafficRules.ofReqids(
                                "a",
                                Set.of(1),
                                clamp(Direction.OUTBOUND_CONNECTION, 1300),
                                List.of()));
        assertEquals(
                "add set inet edge_ipsec inbound_1300 { typeof ipsec in reqid; }", first.get(0));
        assertTrue(
                first.contains(
                        "add rule inet edge_ipsec reqids_out tcp flags & ack == 0 ipsec out reqid"
                                + " @outbound_1300 tcp option maxseg size set 1300"));
        assertEquals(
                "add element inet edge_ipsec outbound_1300 { 1 }", first.get(first.size() - 1));

        assertEquals(
                List.of("add element inet edge_ipsec inbound_1300 { 2 }"),
                apply(
                        TrafficRules.ofReqids(
                                "b",
                                Set.of(2),
                                clamp(Direction.INBOUND_CONNECTION, 1300),
                                List.of())),
                "the sets are there already");
        assertEquals(List.of("delete element inet edge_ipsec outbound_1300 { 1 }"), remove("a"));
        List<String> last = remove("b");
        assertTrue(last.contains("delete set inet edge_ipsec inbound_1300"));
        assertTrue(last.contains("delete set inet edge_ipsec outbound_1300"));
        assertTrue(last.indexOf("flush chain inet edge_ipsec reqids_in") >= 0);
        assertFalse(last.stream().anyMatch(line -> line.startsWith("add rule")));
    }

    @Test
    void changedValueMovesTheReqids() {
        apply(TrafficRules.ofReqids("a", Set.of(1), clamp(Direction.BOTH, 1300), List.of()));
        List<String> change =
                apply(
                        TrafficRules.ofReqids(
                                "a", Set.of(1), clamp(Direction.BOTH, 1200), List.of()));
        assertTrue(change.contains("delete element inet edge_ipsec inbound_1300 { 1 }"));
        assertTrue(change.contains("add element inet edge_ipsec inbound_1200 { 1 }"));
        assertTrue(change.contains("delete set inet edge_ipsec inbound_1300"));
        assertEquals(Set.of(1200), state.values());
    }

    @Test
    void reqidsComeAndGoOneByOne() {
        apply(TrafficRules.ofReqids("a", Set.of(1, 2), clamp(Direction.BOTH, 1300), List.of()));
        assertEquals(
                List.of(
                        "delete element inet edge_ipsec inbound_1300 { 1 }",
                        "delete element inet edge_ipsec outbound_1300 { 1 }",
                        "add element inet edge_ipsec inbound_1300 { 3 }",
                        "add element inet edge_ipsec outbound_1300 { 3 }"),
                apply(
                        TrafficRules.ofReqids(
                                "a", Set.of(2, 3), clamp(Direction.BOTH, 1300), List.of())));
    }

    private static TrafficRules logged(String session, LoggedRule... rules) {
        return new TrafficRules(session, null, Set.of(), null, List.of(rules));
    }

    @Test
    void loggedRuleHasItsChainWithALimit() {
        assertEquals(
                List.of(
                        "add chain inet edge_ipsec log_1",
                        "add rule inet edge_ipsec log_1 limit rate 10/second burst 20 packets"
                                + " log prefix \"edge-ipsec a/r1: \" level info",
                        "add element inet edge_ipsec logged { 5 : jump log_1 }"),
                apply(logged("a", new LoggedRule("a/r1", Set.of(5)))));
        assertEquals(
                List.of("add element inet edge_ipsec logged { 6 : jump log_1 }"),
                apply(logged("a", new LoggedRule("a/r1", Set.of(5, 6)))),
                "the chain stays");
        assertEquals(
                List.of(
                        "delete element inet edge_ipsec logged { 5, 6 }",
                        "flush chain inet edge_ipsec log_1",
                        "delete chain inet edge_ipsec log_1"),
                remove("a"));
    }

    @Test
    void labelCannotBreakOutOfItsQuotes() {
        String text =
                String.join(
                        "\n",
                        apply(
                                logged(
                                        "a",
                                        new LoggedRule(
                                                "x\"; flush ruleset; \\ $y\n\u00e9"
                                                        + "z".repeat(300),
                                                Set.of(5)))));
        assertTrue(text.contains("log prefix \"edge-ipsec x; flush ruleset;  yzzz"), text);
        assertEquals(2, text.chars().filter(c -> c == '"').count());
        assertTrue(text.lines().allMatch(line -> line.length() < 250));
    }

    @Test
    void sessionsDoNotShareReqidsOrInterfaces() {
        apply(TrafficRules.ofReqids("a", Set.of(1), clamp(Direction.BOTH, 1300), List.of()));
        TrafficRules thief =
                TrafficRules.ofReqids("b", Set.of(1), clamp(Direction.BOTH, 1300), List.of());
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> state.plan(state.elements(thief)));
        assertEquals("traffic rules of session b: 1 belongs to session a", e.getMessage());
        remove("a");
        apply(thief);
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        state.elements(
                                logged(
                                        "c",
                                        new LoggedRule("x", Set.of(9)),
                                        new LoggedRule("y", Set.of(9)))));
    }

    @Test
    void clampsOutsideTheContractAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> clamp(Direction.BOTH, 107));
        assertThrows(IllegalArgumentException.class, () -> clamp(Direction.BOTH, 8903));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        TrafficRules.ofInterface(
                                "a", "vpn1\" }", clamp(Direction.BOTH, 1300), List.of()));
    }
}
