package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.Page;
import io.edgeipsec.api.port.SortField;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceJson;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.ResourceReference;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rows of resources, and who refers to whom. Store thread only, inside a transaction. */
final class ResourceTable {

    private final Sql sql;

    /** A stored resource under its row's key. */
    record Stored<R extends ManagedResource>(long key, R resource) {}

    ResourceTable(Sql sql) {
        this.sql = sql;
    }

    <R extends ManagedResource> Optional<Stored<R>> find(ResourceKind<R> kind, String id)
            throws SQLException {
        return sql.one(
                "SELECT key, body FROM resource WHERE kind = ? AND id = ?",
                row -> stored(kind, row),
                kind.name(),
                id);
    }

    <R extends ManagedResource> Optional<R> find(ResourceKind<R> kind, long key)
            throws SQLException {
        return sql.one(
                "SELECT key, body FROM resource WHERE key = ?",
                row -> ResourceTable.<R>stored(kind, row).resource(),
                key);
    }

    /** The session with a tunnel port; found by an index of what the bodies say. */
    Optional<RouteBasedIPSecVPNSession> findByTunnelPort(String portId) throws SQLException {
        return sql.one(
                "SELECT key, body FROM resource WHERE tunnel_port_id = ?",
                row -> (RouteBasedIPSecVPNSession) stored(ResourceKind.SESSION, row).resource(),
                portId);
    }

    boolean exists(ResourceKind<?> kind, String id) throws SQLException {
        return sql.number(
                        "SELECT count(*) FROM resource WHERE kind = ? AND id = ?", kind.name(), id)
                > 0;
    }

    long count(ResourceKind<?> kind) throws SQLException {
        return sql.number(
                "SELECT coalesce(sum(count), 0) FROM resource_count WHERE kind = ?", kind.name());
    }

    private long count(ResourceKind<?> kind, String resourceType) throws SQLException {
        return sql.number(
                "SELECT coalesce(sum(count), 0) FROM resource_count WHERE kind = ?"
                        + " AND resource_type = ?",
                kind.name(),
                resourceType);
    }

    <R extends ManagedResource> List<Stored<R>> all(ResourceKind<R> kind) throws SQLException {
        return sql.all(
                "SELECT key, body FROM resource WHERE kind = ? ORDER BY id",
                row -> stored(kind, row),
                kind.name());
    }

    /** One page, at the same cost wherever it is and however many others there are. */
    <R extends ManagedResource> Page<R> page(ListQuery<R> query) throws SQLException {
        String column = column(query.order().field());
        List<Object> arguments = new ArrayList<>();
        String where = " WHERE kind = ?";
        arguments.add(query.kind().name());
        if (query.resourceType().isPresent()) {
            where += " AND resource_type = ?";
            arguments.add(query.resourceType().get());
        }
        if (query.after().isPresent()) {
            where +=
                    " AND ("
                            + column
                            + ", id) "
                            + (query.order().ascending() ? ">" : "<")
                            + " (?, ?)";
            ListQuery.Position after = query.after().get();
            arguments.add(isNumber(query) ? Long.valueOf(after.value()) : after.value());
            arguments.add(after.id());
        }
        String direction = query.order().ascending() ? "" : " DESC";
        arguments.add(query.limit() == 0 ? 0 : query.limit() + 1);
        record Row<R extends ManagedResource>(R resource, String value) {}
        List<Row<R>> found =
                sql.all(
                        "SELECT key, body, "
                                + column
                                + " FROM resource"
                                + where
                                + " ORDER BY "
                                + column
                                + direction
                                + ", id"
                                + direction
                                + " LIMIT ?",
                        row -> new Row<>(stored(query.kind(), row).resource(), row.getString(3)),
                        arguments.toArray());
        List<Row<R>> shown = found.subList(0, Math.min(found.size(), query.limit()));
        Optional<ListQuery.Position> next = Optional.empty();
        if (found.size() > shown.size()) {
            Row<R> last = shown.get(shown.size() - 1);
            next = Optional.of(new ListQuery.Position(last.value(), last.resource().id()));
        }
        long total =
                query.resourceType().isPresent()
                        ? count(query.kind(), query.resourceType().get())
                        : count(query.kind());
        return new Page<>(shown.stream().map(Row::resource).toList(), total, next);
    }

    private static boolean isNumber(ListQuery<?> query) {
        return switch (query.order().field()) {
            case CREATE_TIME, LAST_MODIFIED_TIME -> true;
            case ID, DISPLAY_NAME, DESCRIPTION -> false;
        };
    }

    private static String column(SortField field) {
        return switch (field) {
            case ID -> "id";
            case DISPLAY_NAME -> "sort_display_name";
            case DESCRIPTION -> "sort_description";
            case CREATE_TIME -> "sort_create_time";
            case LAST_MODIFIED_TIME -> "sort_last_modified_time";
        };
    }

    /** Inserts a new resource; returns its row's key. */
    long insert(ManagedResource resource) throws SQLException {
        sql.update(
                "INSERT INTO resource (kind, id, resource_type, system_owned, revision, body)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                resource.kind().name(),
                resource.id(),
                resource.resourceType(),
                resource.header().systemOwned() ? 1 : 0,
                resource.revision(),
                body(resource));
        return sql.number("SELECT last_insert_rowid()");
    }

    void replace(long key, ManagedResource resource) throws SQLException {
        sql.update(
                "UPDATE resource SET resource_type = ?, revision = ?, body = ? WHERE key = ?",
                resource.resourceType(),
                resource.revision(),
                body(resource),
                key);
    }

    void delete(long key) throws SQLException {
        sql.update("DELETE FROM resource WHERE key = ?", key);
    }

    /** Notes what a session refers to and where it runs. */
    void index(long key, IPSecVPNSession session, List<Reference> references) throws SQLException {
        sql.update("DELETE FROM reference WHERE owner = ?", key);
        for (Reference reference : references) {
            sql.update(
                    "INSERT OR IGNORE INTO reference SELECT ?, key FROM resource"
                            + " WHERE kind = ? AND id = ?",
                    key,
                    reference.kind().name(),
                    reference.id());
        }
        sql.update(
                "INSERT OR REPLACE INTO session_address VALUES (?, ?, ?)",
                key,
                session.settings().localEndpoint().localAddress().bits(),
                session.settings().peerAddress().bits());
    }

    /** Sessions with this pair of outer addresses, but one. */
    List<IPSecVPNSession> onAddressPair(
            Ipv4Address local, Ipv4Address peer, String exceptId, int limit) throws SQLException {
        List<IPSecVPNSession> sessions = new ArrayList<>();
        for (Stored<IPSecVPNSession> stored :
                sql.all(
                        "SELECT key, body FROM session_address JOIN resource ON key = session"
                                + " WHERE local = ? AND peer = ? AND id <> ? ORDER BY id LIMIT ?",
                        row -> stored(ResourceKind.SESSION, row),
                        local.bits(),
                        peer.bits(),
                        exceptId,
                        limit)) {
            sessions.add(stored.resource());
        }
        return sessions;
    }

    long countUsers(long key) throws SQLException {
        return sql.number("SELECT count(*) FROM reference WHERE target = ?", key);
    }

    /** Users but for this one. */
    long countOtherUsers(long key, Optional<Long> user) throws SQLException {
        return sql.number(
                "SELECT count(*) FROM reference WHERE target = ? AND owner <> ?",
                key,
                user.orElse(0L));
    }

    /** Ids of those that refer to a resource, in order. */
    List<String> users(long key, int limit) throws SQLException {
        return sql.all(
                "SELECT id FROM reference JOIN resource ON key = owner WHERE target = ?"
                        + " ORDER BY id LIMIT ?",
                row -> row.getString(1),
                key,
                limit);
    }

    /** Those that refer to a resource, in the order of ids. */
    List<ResourceReference> users(ResourceKind<?> kind, String id, int limit) throws SQLException {
        return sql.all(
                "SELECT owner.id, owner.resource_type,"
                        + " json_extract(owner.body, '$.display_name')"
                        + " FROM resource AS used JOIN reference ON reference.target = used.key"
                        + " JOIN resource AS owner ON owner.key = reference.owner"
                        + " WHERE used.kind = ? AND used.id = ? ORDER BY owner.id LIMIT ?",
                row -> new ResourceReference(row.getString(1), row.getString(2), row.getString(3)),
                kind.name(),
                id,
                limit);
    }

    private static <R extends ManagedResource> Stored<R> stored(ResourceKind<R> kind, ResultSet row)
            throws SQLException {
        try {
            return new Stored<>(
                    row.getLong(1),
                    ResourceJson.read(kind, (ObjectNode) JsonTree.read(row.getString(2))));
        } catch (IOException e) {
            throw new SQLException("the stored " + kind.noun() + " is not JSON", e);
        }
    }

    private static String body(ManagedResource resource) {
        return new String(JsonTree.write(ResourceJson.write(resource)), StandardCharsets.UTF_8);
    }
}
