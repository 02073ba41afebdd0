package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.resource.ResourceKind;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Stream;

/** Which request made which change. Store thread only, inside a transaction. */
final class ChangeRequests {
    /** Clients ask about a change within minutes; a storm of PUTs makes some hundred a second. */
    private static final int KEPT = 10_000;

    private final Sql sql;

    ChangeRequests(Sql sql) {
        this.sql = sql;
    }

    void note(ConfigurationChange change, String requestId) throws SQLException {
        sql.update(
                "INSERT INTO change_request VALUES (?, ?, ?, ?)",
                change.changeNumber(),
                requestId,
                change.kind().name(),
                change.id());
        sql.update(
                "DELETE FROM change_request WHERE change_number <= ?",
                change.changeNumber() - KEPT);
    }

    Optional<RequestedChange> find(String requestId) throws SQLException {
        return sql.one(
                "SELECT change_number, kind, id FROM change_request WHERE request_id = ?",
                row ->
                        new RequestedChange(
                                row.getLong(1), kind(row.getString(2)), row.getString(3)),
                requestId);
    }

    private static ResourceKind<?> kind(String name) throws SQLException {
        return Stream.concat(ResourceKind.ALL.stream(), Stream.of(ResourceKind.SERVICE))
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new SQLException("no kind of resources is called " + name));
    }
}
