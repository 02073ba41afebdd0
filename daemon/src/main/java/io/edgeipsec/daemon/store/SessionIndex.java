package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.message.Identification;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the enabled sessions that stand in the way of another, without a look at all of them:
 * identities by an index on their address pair, selectors by an R-tree of rectangles (sources by
 * destinations). Store thread only, inside a transaction.
 */
final class SessionIndex {

    /** R-trees hold signed numbers, addresses are unsigned. */
    private static final long SIGN = 1L << 31;

    private static final String BUILT = "session_index";

    private final Sql sql;
    private final ResourceTable resources;
    private final KernelNumbers numbers;

    SessionIndex(Sql sql, ResourceTable resources, KernelNumbers numbers) {
        this.sql = sql;
        this.resources = resources;
        this.numbers = numbers;
    }

    /** Enters the sessions of a store that is older than this index. */
    void prepare() throws SQLException {
        if (sql.number("SELECT count(*) FROM meta WHERE name = ?", BUILT) > 0) {
            return;
        }
        for (ResourceTable.Stored<IPSecVPNSession> stored : resources.all(ResourceKind.SESSION)) {
            put(stored.key(), stored.resource());
        }
        sql.update("INSERT INTO meta VALUES (?, '1')", BUILT);
    }

    /** Enters a session that has its kernel numbers and is not entered. */
    void put(long key, IPSecVPNSession session) throws SQLException {
        SessionSettings settings = session.settings();
        if (!settings.enabled()) {
            return;
        }
        sql.update(
                "INSERT INTO session_identity VALUES (?, ?, ?, ?, ?, ?, ?)",
                key,
                settings.localEndpoint().localAddress().bits(),
                settings.peerAddress().bits(),
                bucket(settings.peerId()),
                bucket(settings.localEndpoint().localId()),
                settings.peerId(),
                settings.localEndpoint().localId());
        if (session instanceof PolicyBasedIPSecVPNSession policyBased) {
            Map<SelectorPair, Integer> pairs = numbers.of(key).pairNumbers();
            for (IPSecVPNPolicyRule rule : policyBased.policyRules()) {
                if (rule.enabled()) {
                    for (SelectorPair pair : rule.pairs()) {
                        putPair(pairs.getOrDefault(pair, 0), pair);
                    }
                }
            }
        }
    }

    private void putPair(int number, SelectorPair pair) throws SQLException {
        sql.update(
                "INSERT INTO protected_pair VALUES (?, ?, ?, ?, ?)",
                number,
                pair.source().first() - SIGN,
                pair.source().last() - SIGN,
                pair.destination().first() - SIGN,
                pair.destination().last() - SIGN);
    }

    /** Takes a session out; to be done while it still has its kernel numbers. */
    void remove(long key) throws SQLException {
        sql.update("DELETE FROM session_identity WHERE session = ?", key);
        sql.update(
                "DELETE FROM protected_pair WHERE number IN"
                        + " (SELECT number FROM pair_number WHERE session = ?)",
                key);
    }

    /** What a rule sees of the others, once the candidate itself is taken out. */
    SessionRule.Others othersThan(IPSecVPNSession candidate) {
        return new Others(candidate.id());
    }

    private final class Others implements SessionRule.Others {

        private final String candidateId;

        Others(String candidateId) {
            this.candidateId = candidateId;
        }

        @Override
        public List<IPSecVPNSession> onAddressPair(Ipv4Address local, Ipv4Address peer) {
            return read(() -> resources.onAddressPair(local, peer, candidateId, MAX_SESSIONS));
        }

        @Override
        public Optional<IPSecVPNSession> withPeersOf(IPSecVPNSession candidate) {
            return read(() -> findWithPeersOf(candidate.settings()));
        }

        @Override
        public Optional<SessionRule.Overlap> overlapping(SelectorPair pair) {
            return read(() -> findOverlapping(pair));
        }
    }

    /** A row of the index of identities. */
    private record Peers(long key, String peerId, String localId) {}

    private Optional<IPSecVPNSession> findWithPeersOf(SessionSettings settings)
            throws SQLException {
        Identification peer = Identities.parse(settings.peerId());
        Identification local = Identities.parse(settings.localEndpoint().localId());
        List<Peers> found =
                sql.all(
                        "SELECT session, peer_id, local_id FROM session_identity WHERE local = ?"
                                + " AND peer = ? AND peer_bucket = ? AND local_bucket = ?",
                        row -> new Peers(row.getLong(1), row.getString(2), row.getString(3)),
                        settings.localEndpoint().localAddress().bits(),
                        settings.peerAddress().bits(),
                        bucket(settings.peerId()),
                        bucket(settings.localEndpoint().localId()));
        for (Peers each : found) {
            if (Identities.matches(peer, Identities.parse(each.peerId()))
                    && Identities.matches(local, Identities.parse(each.localId()))) {
                return resources.find(ResourceKind.SESSION, each.key());
            }
        }
        return Optional.empty();
    }

    /**
     * Equal for identities that match. Distinguished names, which can be written in many ways, have
     * one bucket for each address pair, and are compared one by one.
     */
    private static String bucket(String identity) {
        Identification parsed = Identities.parse(identity);
        byte[] octets = parsed.data().toByteArray();
        String data =
                switch (parsed.type()) {
                    case Identification.DER_ASN1_DN -> "";
                    case Identification.FQDN ->
                            new String(octets, StandardCharsets.ISO_8859_1)
                                    .toLowerCase(Locale.ROOT);
                    default -> HexFormat.of().formatHex(octets);
                };
        return parsed.type() + ":" + data;
    }

    private Optional<SessionRule.Overlap> findOverlapping(SelectorPair pair) throws SQLException {
        record Found(long session, SelectorPair pair) {}
        Optional<Found> found =
                sql.one(
                        "SELECT session, source, destination FROM protected_pair JOIN pair_number"
                                + " USING (number) WHERE max_source >= ? AND min_source <= ?"
                                + " AND max_destination >= ? AND min_destination <= ? LIMIT 1",
                        row ->
                                new Found(
                                        row.getLong(1),
                                        new SelectorPair(
                                                Ipv4Subnet.parse(row.getString(2)),
                                                Ipv4Subnet.parse(row.getString(3)))),
                        pair.source().first() - SIGN,
                        pair.source().last() - SIGN,
                        pair.destination().first() - SIGN,
                        pair.destination().last() - SIGN);
        return found.isEmpty()
                ? Optional.empty()
                : resources
                        .find(ResourceKind.SESSION, found.get().session())
                        .map(session -> new SessionRule.Overlap(session, found.get().pair()));
    }

    @FunctionalInterface
    private interface Read<T> {
        T run() throws SQLException;
    }

    private static <T> T read(Read<T> read) {
        try {
            return read.run();
        } catch (SQLException e) {
            throw new IllegalStateException("the store cannot be read", e);
        }
    }
}
