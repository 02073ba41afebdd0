package io.edgeipsec.xfrm.nft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.edgeipsec.xfrm.libc.NetworkNamespace;
import io.edgeipsec.xfrm.libc.NftContext;
import io.edgeipsec.xfrm.libc.SystemCallException;
import io.edgeipsec.xfrm.nft.MssClamp.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The table in a real kernel, through libnftables. */
@Tag("kernel")
class TrafficTableKernelTest {
    private static final MssClamp BOTH = new MssClamp(Direction.BOTH, 1300);

    /** What a test does with a table. */
    @FunctionalInterface
    private interface Body {
        void run(NetworkNamespace namespace, TrafficTable table) throws Exception;
    }

    private static void withTable(Body body) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            try (TrafficTable table = open(namespace)) {
                body.run(namespace, table);
            }
        }
    }

    private static TrafficTable open(NetworkNamespace namespace) throws Exception {
        try {
            TrafficTable table = namespace.call(() -> new TrafficTable(NftContext.open()));
            namespace.execute(table::probe);
            return table;
        } catch (SystemCallException | NftException e) {
            return abort("needs libnftables and a kernel with nftables: " + e.getMessage());
        }
    }

    private static List<String> verify(NetworkNamespace namespace, TrafficTable table)
            throws Exception {
        return namespace.call(table::verify);
    }

    private static TrafficRules random(Random random, String session, int number) {
        Direction[] directions = Direction.values();
        MssClamp clamp =
                new MssClamp(
                        directions[random.nextInt(directions.length)], 1300 + random.nextInt(3));
        List<LoggedRule> logged =
                random.nextBoolean()
                        ? List.of(new LoggedRule(session + "/r", Set.of(0x46000000 + number)))
                        : List.of();
        if (random.nextBoolean()) {
            return TrafficRules.ofInterface(session, "vpn" + number, clamp, logged);
        }
        Set<Integer> reqids =
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> 0x45000000 + number * 4 + i)
                        .collect(Collectors.toSet());
        return TrafficRules.ofReqids(session, reqids, clamp, logged);
    }

    /** Whatever the order of changes, the kernel has what it should have. */
    @Test
    void randomChangesLeaveTheTableAsWanted() throws Exception {
        withTable(
                (namespace, table) -> {
                    Random random = new Random(20261123);
                    for (int step = 0; step < 150; step++) {
                        int number = random.nextInt(8);
                        String session = "s" + number;
                        if (random.nextInt(4) == 0) {
                            namespace.execute(() -> table.remove(session));
                        } else {
                            TrafficRules rules = random(random, session, number);
                            namespace.execute(() -> table.put(rules));
                        }
                        assertEquals(List.of(), verify(namespace, table), "step " + step);
                    }
                    for (int i = 0; i < 8; i++) {
                        String session = "s" + i;
                        namespace.execute(() -> table.remove(session));
                    }
                    assertEquals(List.of(), verify(namespace, table));
                });
    }

    @Test
    void tableIsThereWhileASessionHasRules() throws Exception {
        withTable(
                (namespace, table) -> {
                    namespace.run("nft", "add table inet edge_ipsec");
                    assertEquals(
                            List.of("table inet edge_ipsec is there, and no session has rules"),
                            verify(namespace, table));
                    namespace.execute(() -> table.replaceAll(List.of()));
                    assertEquals(List.of(), verify(namespace, table));
                    namespace.execute(
                            () ->
                                    table.put(
                                            TrafficRules.ofReqids(
                                                    "a", Set.of(5), BOTH, List.of())));
                    namespace.execute(
                            () ->
                                    table.put(
                                            TrafficRules.ofReqids(
                                                    "b", Set.of(6), BOTH, List.of())));
                    namespace.execute(() -> table.remove("a"));
                    assertEquals(
                            "table inet edge_ipsec", namespace.run("nft", "list tables").strip());
                    namespace.execute(() -> table.remove("b"));
                    assertEquals("", namespace.run("nft", "list tables").strip());
                    assertEquals(List.of(), verify(namespace, table));
                });
    }

    @Test
    void replacementMakesTheWholeTable() throws Exception {
        withTable(
                (namespace, table) -> {
                    Random random = new Random(7);
                    List<TrafficRules> all = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                        all.add(random(random, "s" + i, i));
                    }
                    namespace.execute(() -> table.replaceAll(all));
                    assertEquals(List.of(), verify(namespace, table));
                    namespace.execute(() -> table.replaceAll(all.subList(0, 3)));
                    assertEquals(List.of(), verify(namespace, table));
                    namespace.execute(() -> table.put(all.get(150)));
                    assertEquals(List.of(), verify(namespace, table));
                });
    }

    @Test
    void whatOthersChangeIsSeenAndRepaired() throws Exception {
        withTable(
                (namespace, table) -> {
                    TrafficRules rules =
                            new TrafficRules(
                                    "a",
                                    "vpn1",
                                    Set.of(5),
                                    BOTH,
                                    List.of(new LoggedRule("a/1", Set.of(6))));
                    namespace.execute(() -> table.put(rules));
                    namespace.run(
                            "nft", "delete element inet edge_ipsec link_inbound { \"vpn1\" }");
                    assertEquals(List.of("set link_inbound was changed"), verify(namespace, table));
                    namespace.execute(() -> table.replaceAll(List.of(rules)));
                    assertEquals(List.of(), verify(namespace, table));
                    namespace.run("nft", "flush chain inet edge_ipsec to_tunnel");
                    namespace.run("nft", "add chain inet edge_ipsec guest");
                    assertEquals(
                            List.of("chain guest is not ours", "chain to_tunnel was changed"),
                            verify(namespace, table));
                    namespace.run("nft", "flush ruleset");
                    List<String> gone = verify(namespace, table);
                    assertEquals(1, gone.size());
                    assertTrue(gone.get(0).startsWith("table inet edge_ipsec: "), gone.get(0));
                    namespace.execute(() -> table.replaceAll(List.of(rules)));
                    assertEquals(List.of(), verify(namespace, table));
                });
    }

    @Test
    void refusedTransactionChangesNothing() throws Exception {
        withTable(
                (namespace, table) -> {
                    TrafficRules rules = TrafficRules.ofReqids("a", Set.of(5), BOTH, List.of());
                    namespace.execute(() -> table.put(rules));
                    namespace.run("nft", "delete table inet edge_ipsec");
                    NftException e =
                            assertThrows(
                                    NftException.class,
                                    () -> namespace.execute(() -> table.remove("a")));
                    assertTrue(
                            String.valueOf(e.getMessage()).contains("No such file or directory"),
                            e.getMessage());
                    namespace.execute(() -> table.replaceAll(List.of(rules)));
                    namespace.execute(() -> table.remove("a"));
                    assertEquals(List.of(), verify(namespace, table));
                });
    }

    @Test
    void removalLeavesOthersTablesAlone() throws Exception {
        withTable(
                (namespace, table) -> {
                    namespace.run("nft", "add table inet others");
                    namespace.execute(
                            () ->
                                    table.put(
                                            TrafficRules.ofInterface(
                                                    "a", "vpn1", BOTH, List.of())));
                    namespace.execute(table::removeAll);
                    namespace.execute(table::removeAll);
                    assertEquals("table inet others", namespace.run("nft", "list tables").strip());
                    namespace.execute(
                            () ->
                                    table.put(
                                            TrafficRules.ofInterface(
                                                    "a", "vpn1", BOTH, List.of())));
                    assertEquals(List.of(), verify(namespace, table));
                });
    }
}
