package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.resource.JsonTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifications of changes that somebody is to be told of. One is written in the transaction of its
 * change, so it is there if and only if the change is, and stays until it has been delivered.
 */
public final class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    /**
     * A receiver that is away for a day, and an automation that changes an object every ten
     * seconds; some 3 MB. When it is full the oldest go: the newest say how things are, and a
     * change is never refused for it.
     */
    static final int MAX_WAITING = 10_000;

    private final Sql sql;
    private final StoreThread thread;
    private final Clock clock;
    private volatile boolean open;
    private volatile Listener listener = Listener.NONE;
    private boolean saidClosed;

    Outbox(Sql sql, StoreThread thread, Clock clock) {
        this.sql = sql;
        this.thread = thread;
        this.clock = clock;
    }

    /**
     * The oldest notification.
     *
     * @param number grows with each, across restarts; the same one may be delivered again
     * @param json what is to be sent
     * @param lost how many before it were given up
     * @param waiting how many there are, with this one
     */
    public record Notification(long number, String json, long lost, long waiting) {}

    /** Is told on the store's thread, perhaps before a change is committed; must be brief. */
    public interface Listener {

        /** Tells nobody. */
        Listener NONE =
                new Listener() {
                    @Override
                    public void added() {}

                    @Override
                    public void lost(String reason) {}
                };

        /** There is a new one. */
        void added();

        /** The oldest was given up. */
        void lost(String reason);
    }

    // Any thread.

    /**
     * From now on notifications are kept. Without a receiver they are not: nobody would ever read
     * them.
     *
     * @param who is told of them
     */
    public void open(Listener who) {
        listener = who;
        open = true;
    }

    /** The one to be delivered next. */
    public CompletionStage<Optional<Notification>> oldest() {
        return thread.submit(
                () ->
                        StoreThread.Result.unchanged(
                                sql.one(
                                        "SELECT number, lost, body FROM notification"
                                                + " ORDER BY number LIMIT 1",
                                        row ->
                                                new Notification(
                                                        row.getLong(1),
                                                        json(row.getString(3), row.getLong(2)),
                                                        row.getLong(2),
                                                        count()))));
    }

    /** It has arrived and need not be kept. */
    public CompletionStage<Boolean> delivered(long number) {
        return thread.submit(
                () -> {
                    sql.update("DELETE FROM notification WHERE number = ?", number);
                    return StoreThread.Result.changed(true, () -> {});
                });
    }

    private static String json(String body, long lost) throws SQLException {
        try {
            ObjectNode node = (ObjectNode) JsonTree.read(body);
            node.put("lost_before", lost);
            return text(node);
        } catch (IOException e) {
            throw new SQLException("a notification is not JSON", e);
        }
    }

    private static String text(ObjectNode node) {
        return new String(JsonTree.write(node), StandardCharsets.UTF_8);
    }

    // Store thread, inside the transaction of the change.

    void add(ConfigurationChange change, CallContext context) throws SQLException {
        if (!open) {
            if (!saidClosed) {
                LOG.debug("event=notify.not_configured note=\"notify_mpa has no effect\"");
                saidClosed = true;
            }
            return;
        }
        if (count() >= MAX_WAITING) {
            dropOldest();
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("event_id", change.changeNumber());
        body.put("time", clock.millis());
        body.put("change", change.type().name());
        body.put("kind", change.kind().name());
        body.put("resource_type", change.resourceType());
        body.put("object_id", change.id());
        body.put("path", change.kind().path() + "/" + change.id());
        body.put("revision", change.revision());
        body.put("request_id", context.requestId());
        body.put("user", context.user());
        sql.update(
                "INSERT INTO notification (number, body) VALUES (?, ?)",
                change.changeNumber(),
                text(body));
        listener.added();
    }

    /** The next one tells how many went before it. */
    private void dropOldest() throws SQLException {
        long number = sql.number("SELECT min(number) FROM notification");
        long lost = 1 + sql.number("SELECT lost FROM notification WHERE number = ?", number);
        sql.update("DELETE FROM notification WHERE number = ?", number);
        sql.update(
                "UPDATE notification SET lost = lost + ?"
                        + " WHERE number = (SELECT min(number) FROM notification)",
                lost);
        String reason =
                MAX_WAITING
                        + " notifications of changes wait for their receiver, and the oldest are"
                        + " given up; see why notify.failed in the log, or unset notify_mpa";
        LOG.warn(
                "event=notify.lost number={} lost_in_a_row={} reason=\"{}\"", number, lost, reason);
        listener.lost(reason);
    }

    private long count() throws SQLException {
        return sql.number("SELECT count(*) FROM notification");
    }
}
