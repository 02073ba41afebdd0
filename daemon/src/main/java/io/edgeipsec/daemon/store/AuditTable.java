package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.port.AuditLog;
import io.edgeipsec.api.resource.JsonTree;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The record of changes. Store thread only, inside the transaction of the change. */
final class AuditTable {

    /** Some 50 MB at most, and months of an appliance's life; the oldest goes. */
    private static final long MAX_RECORDS = 100_000;

    private static final String INSERT =
            "INSERT INTO audit (time, user, role, authentication, origin, request_id, operation,"
                    + " kind, id, revision_before, revision_after, detail, changes)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Sql sql;
    private final Clock clock;

    /** The object of a change, at two revisions; null for what was not or is no more. */
    record Subject(String kind, String id, @Nullable Long before, @Nullable Long after) {}

    AuditTable(Sql sql, Clock clock) {
        this.sql = sql;
        this.clock = clock;
    }

    void add(CallContext context, Subject subject, AuditChanges changes) throws SQLException {
        add(AuditLog.Act.of(context, subject.kind(), subject.id()), subject, changes.toJson());
    }

    void add(AuditLog.Act act) throws SQLException {
        add(act, new Subject(act.kind(), act.id(), null, null), null);
    }

    private void add(AuditLog.Act act, Subject subject, @Nullable String changes)
            throws SQLException {
        sql.update(
                INSERT,
                clock.millis(),
                act.user(),
                word(act.role()),
                word(act.authentication()),
                act.origin(),
                act.requestId(),
                act.operation(),
                subject.kind(),
                subject.id(),
                subject.before(),
                subject.after(),
                act.detail(),
                changes);
        sql.update(
                "DELETE FROM audit WHERE sequence <= (SELECT max(sequence) FROM audit) - ?",
                MAX_RECORDS);
    }

    private static @Nullable String word(@Nullable Enum<?> constant) {
        return constant == null ? null : constant.name().toLowerCase(Locale.ROOT);
    }

    AuditLog.AuditPage page(AuditLog.Query query) throws SQLException {
        String where = " WHERE sequence < ?";
        List<Object> arguments = new ArrayList<>();
        arguments.add(query.before().orElse(Long.MAX_VALUE));
        if (query.user().isPresent()) {
            where += " AND user = ?";
            arguments.add(query.user().get());
        }
        if (query.kind().isPresent()) {
            where += " AND kind = ?";
            arguments.add(query.kind().get());
        }
        if (query.id().isPresent()) {
            where += " AND id = ?";
            arguments.add(query.id().get());
        }
        // One more than asked for tells whether there is another page.
        arguments.add(query.limit() + 1);
        List<ObjectNode> records =
                sql.all(
                        "SELECT * FROM audit" + where + " ORDER BY sequence DESC LIMIT ?",
                        AuditTable::read,
                        arguments.toArray());
        if (records.size() <= query.limit()) {
            return new AuditLog.AuditPage(records, OptionalLong.empty());
        }
        List<ObjectNode> page = records.subList(0, query.limit());
        OptionalLong next =
                page.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(page.get(page.size() - 1).path("sequence").asLong());
        return new AuditLog.AuditPage(page, next);
    }

    private static ObjectNode read(ResultSet row) throws SQLException {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("sequence", row.getLong("sequence"));
        node.put("time", row.getLong("time"));
        node.put("user", row.getString("user"));
        for (String name :
                List.of(
                        "role",
                        "authentication",
                        "origin",
                        "request_id",
                        "operation",
                        "kind",
                        "detail")) {
            String text = row.getString(name);
            if (text != null) {
                node.put(name, text);
            }
        }
        node.put("object_id", row.getString("id"));
        for (String name : List.of("revision_before", "revision_after")) {
            long revision = row.getLong(name);
            if (!row.wasNull()) {
                node.put(name, revision);
            }
        }
        String changes = row.getString("changes");
        if (changes != null) {
            try {
                node.set("changes", JsonTree.read(changes));
            } catch (IOException e) {
                throw new SQLException("an audit record is not JSON", e);
            }
        }
        return node;
    }
}
