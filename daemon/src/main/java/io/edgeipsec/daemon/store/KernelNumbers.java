package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Gives out and takes back the numbers of {@link KernelIds}, always the lowest free one, in the
 * logarithm of how many there are; and the numbers of multiple-path groups, each only once. Store
 * thread only, inside a transaction.
 */
final class KernelNumbers {

    private static final String TUNNEL = "tunnel";
    private static final String PAIR = "pair";
    private static final String GROUP = "group";

    private final Sql sql;

    KernelNumbers(Sql sql) {
        this.sql = sql;
    }

    /** Every number of a space is in use; the transaction is to be rolled back. */
    static final class ExhaustedException extends Exception {

        private static final long serialVersionUID = 1L;

        ExhaustedException(String message) {
            super(message, null, false, false);
        }
    }

    /** The numbers that a stored session has. */
    KernelIds of(long sessionKey) throws SQLException {
        return new KernelIds(tunnel(sessionKey), pairs(sessionKey));
    }

    /** The number that a stored group has. */
    int ofGroup(long groupKey) throws SQLException {
        return (int)
                sql.number("SELECT number FROM group_number WHERE multi_path_group = ?", groupKey);
    }

    /** Gives a new group its number. */
    void assignGroup(long groupKey) throws SQLException, ExhaustedException {
        sql.update(
                "INSERT INTO group_number VALUES (?, ?)",
                groupKey,
                take(GROUP, io.edgeipsec.xfrm.kernel.KernelNumbers.MAX_GROUP));
    }

    private OptionalInt tunnel(long sessionKey) throws SQLException {
        return sql.one(
                        "SELECT number FROM tunnel_number WHERE session = ?",
                        row -> OptionalInt.of(row.getInt(1)),
                        sessionKey)
                .orElse(OptionalInt.empty());
    }

    /** Makes the numbers fit what the session has become; numbers that still serve stay. */
    void assign(long sessionKey, IPSecVPNSession session) throws SQLException, ExhaustedException {
        assignTunnel(sessionKey, session instanceof RouteBasedIPSecVPNSession);
        Set<SelectorPair> wanted = new LinkedHashSet<>();
        if (session instanceof PolicyBasedIPSecVPNSession policyBased) {
            for (IPSecVPNPolicyRule rule : policyBased.policyRules()) {
                wanted.addAll(rule.pairs());
            }
        }
        Map<SelectorPair, Integer> present = pairs(sessionKey);
        for (Map.Entry<SelectorPair, Integer> pair : present.entrySet()) {
            if (!wanted.contains(pair.getKey())) {
                sql.update("DELETE FROM pair_number WHERE number = ?", pair.getValue());
                giveBack(PAIR, pair.getValue());
            }
        }
        for (SelectorPair pair : wanted) {
            if (!present.containsKey(pair)) {
                sql.update(
                        "INSERT INTO pair_number VALUES (?, ?, ?, ?)",
                        sessionKey,
                        pair.source().toString(),
                        pair.destination().toString(),
                        take(PAIR, KernelIds.MAX_PAIR_NUMBER));
            }
        }
    }

    private void assignTunnel(long sessionKey, boolean wanted)
            throws SQLException, ExhaustedException {
        OptionalInt present = tunnel(sessionKey);
        if (wanted && present.isEmpty()) {
            sql.update(
                    "INSERT INTO tunnel_number VALUES (?, ?)",
                    sessionKey,
                    take(TUNNEL, KernelIds.MAX_TUNNEL_NUMBER));
        } else if (!wanted && present.isPresent()) {
            sql.update("DELETE FROM tunnel_number WHERE session = ?", sessionKey);
            giveBack(TUNNEL, present.getAsInt());
        }
    }

    /** Takes back all numbers of a session that is about to go. */
    void release(long sessionKey) throws SQLException {
        KernelIds ids = of(sessionKey);
        sql.update("DELETE FROM tunnel_number WHERE session = ?", sessionKey);
        sql.update("DELETE FROM pair_number WHERE session = ?", sessionKey);
        if (ids.tunnelNumber().isPresent()) {
            giveBack(TUNNEL, ids.tunnelNumber().getAsInt());
        }
        for (int number : ids.pairNumbers().values()) {
            giveBack(PAIR, number);
        }
    }

    /** Tunnel numbers of all sessions, by session. */
    Map<Long, Integer> allTunnels() throws SQLException {
        Map<Long, Integer> tunnels = new HashMap<>();
        sql.all(
                "SELECT session, number FROM tunnel_number",
                row -> tunnels.put(row.getLong(1), row.getInt(2)));
        return tunnels;
    }

    /** Pair numbers of all sessions, by session. */
    Map<Long, Map<SelectorPair, Integer>> allPairs() throws SQLException {
        Map<Long, Map<SelectorPair, Integer>> pairs = new HashMap<>();
        sql.all(
                "SELECT source, destination, number, session FROM pair_number",
                row ->
                        pairs.computeIfAbsent(row.getLong(4), key -> new HashMap<>())
                                .put(pair(row), row.getInt(3)));
        return pairs;
    }

    private Map<SelectorPair, Integer> pairs(long sessionKey) throws SQLException {
        Map<SelectorPair, Integer> pairs = new HashMap<>();
        sql.all(
                "SELECT source, destination, number FROM pair_number WHERE session = ?",
                row -> pairs.put(pair(row), row.getInt(3)),
                sessionKey);
        return pairs;
    }

    private static SelectorPair pair(ResultSet row) throws SQLException {
        return new SelectorPair(
                Ipv4Subnet.parse(row.getString(1)), Ipv4Subnet.parse(row.getString(2)));
    }

    private int take(String space, int max) throws SQLException, ExhaustedException {
        OptionalInt freed =
                sql.one(
                                "SELECT number FROM free_number WHERE space = ? ORDER BY number"
                                        + " LIMIT 1",
                                row -> OptionalInt.of(row.getInt(1)),
                                space)
                        .orElse(OptionalInt.empty());
        if (freed.isPresent()) {
            sql.update(
                    "DELETE FROM free_number WHERE space = ? AND number = ?",
                    space,
                    freed.getAsInt());
            return freed.getAsInt();
        }
        long next = sql.number("SELECT next FROM next_number WHERE space = ?", space);
        if (next > max) {
            throw new ExhaustedException(
                    max
                            + switch (space) {
                                case TUNNEL -> " route-based sessions";
                                case GROUP -> " multiple-path groups, deleted ones too";
                                default -> " pairs of a source and a destination in all sessions";
                            });
        }
        sql.update("UPDATE next_number SET next = ? WHERE space = ?", next + 1, space);
        return (int) next;
    }

    private void giveBack(String space, int number) throws SQLException {
        sql.update("INSERT INTO free_number VALUES (?, ?)", space, number);
    }
}
