package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.port.NodeService;
import io.edgeipsec.api.port.ServiceAction;
import io.edgeipsec.api.resource.LoggingLevel;
import io.edgeipsec.api.resource.ResourceKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is set of the service as a whole: one row. Store thread only, inside a transaction. */
final class ServiceTable {

    private static final String TYPE = "EdgeNodeServiceLoggingProperties";

    private final Sql sql;
    private final Changes changes;
    private final AuditTable audit;
    private final Clock clock;

    /**
     * The row.
     *
     * @param level null before the first one was set
     */
    record Row(long revision, @Nullable LoggingLevel level, ServiceIntent intent) {}

    ServiceTable(Sql sql, Changes changes, AuditTable audit, Clock clock) {
        this.sql = sql;
        this.changes = changes;
        this.audit = audit;
        this.clock = clock;
    }

    Row read() throws SQLException {
        return sql.one("SELECT * FROM node_service", ServiceTable::read)
                .orElseThrow(() -> new SQLException("the row of the service is missing"));
    }

    private static Row read(ResultSet row) throws SQLException {
        String level = row.getString("logging_level");
        String stoppedBy = row.getString("stopped_by");
        return new Row(
                row.getLong("revision"),
                level == null ? null : LoggingLevel.valueOf(level),
                new ServiceIntent(
                        stoppedBy == null
                                ? Optional.empty()
                                : Optional.of(
                                        new ServiceIntent.Stop(
                                                Instant.ofEpochMilli(row.getLong("stopped")),
                                                stoppedBy)),
                        row.getLong("restarts")));
    }

    ServiceIntent intent() throws SQLException {
        return read().intent();
    }

    ConfigurationChange setLevel(LoggingLevel level, CallContext context) throws SQLException {
        Row before = read();
        long revision = before.revision() + 1;
        sql.update(
                "UPDATE node_service SET logging_level = ?, revision = ?", level.name(), revision);
        audit.add(
                context,
                new AuditTable.Subject(
                        ResourceKind.SERVICE.name(), NodeService.NAME, before.revision(), revision),
                AuditChanges.between(
                        before.level() == null
                                ? null
                                : object().put("logging_level", before.level().name()),
                        object().put("logging_level", level.name())));
        return changed(revision, context);
    }

    /**
     * Whether the service is to run from now on.
     *
     * @return empty if it is as ordered already
     */
    Optional<ConfigurationChange> order(ServiceAction action, CallContext context)
            throws SQLException {
        Row before = read();
        boolean running = before.intent().stop().isEmpty();
        switch (action) {
            case START, RESTART ->
                    sql.update("UPDATE node_service SET stopped = NULL, stopped_by = NULL");
            case STOP -> {
                if (running) {
                    sql.update(
                            "UPDATE node_service SET stopped = ?, stopped_by = ?",
                            clock.millis(),
                            context.user());
                }
            }
        }
        if (action == ServiceAction.RESTART) {
            sql.update("UPDATE node_service SET restarts = restarts + 1");
        }
        Row after = read();
        audit.add(
                context,
                new AuditTable.Subject(ResourceKind.SERVICE.name(), NodeService.NAME, null, null),
                AuditChanges.between(shown(before.intent()), shown(after.intent())));
        return after.equals(before)
                ? Optional.empty()
                : Optional.of(changed(after.revision(), context));
    }

    private static ObjectNode shown(ServiceIntent intent) {
        return object().put("runtime_state", intent.stop().isEmpty() ? "running" : "stopped")
                .put("restarts", intent.restarts());
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private ConfigurationChange changed(long revision, CallContext context) throws SQLException {
        return changes.numbered(
                new ConfigurationChange(
                        0,
                        ResourceKind.SERVICE,
                        TYPE,
                        NodeService.NAME,
                        revision,
                        ConfigurationChange.Type.REPLACED),
                context);
    }
}
