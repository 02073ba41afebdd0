package io.edgeipsec.daemon.store;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.port.ServiceAction;
import io.edgeipsec.api.resource.LoggingLevel;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * What is set of the service as a whole, for callers on any thread. Stages complete on the store's
 * thread, in the order of the changes.
 */
public final class ServiceDatabase {

    private final StoreThread thread;
    private final ServiceTable table;
    private final Committing committing;

    /** Makes the result of a change that others are told of. */
    @FunctionalInterface
    interface Committing {
        <T> StoreThread.Result<T> commit(T value, ConfigurationChange change, CallContext context)
                throws SQLException;
    }

    /**
     * What can be set.
     *
     * @param loggingLevel empty before the first one was set
     */
    public record Settings(Optional<LoggingLevel> loggingLevel, long revision) {}

    /**
     * What became of a change.
     *
     * @param done false if the caller had not seen the current revision
     */
    public record Change(boolean done, Settings now) {}

    ServiceDatabase(StoreThread thread, ServiceTable table, Committing committing) {
        this.thread = thread;
        this.table = table;
        this.committing = committing;
    }

    public CompletionStage<Settings> settings() {
        return thread.submit(() -> StoreThread.Result.unchanged(read()));
    }

    private Settings read() throws SQLException {
        ServiceTable.Row row = table.read();
        return new Settings(Optional.ofNullable(row.level()), row.revision());
    }

    /**
     * Sets the level.
     *
     * @param revision that the caller has seen; empty for whichever it is
     */
    public CompletionStage<Change> setLoggingLevel(
            LoggingLevel level, OptionalLong revision, CallContext context) {
        return thread.submit(
                () -> {
                    Settings current = read();
                    if (revision.isPresent() && revision.getAsLong() != current.revision()) {
                        return StoreThread.Result.unchanged(new Change(false, current));
                    }
                    ConfigurationChange change = table.setLevel(level, context);
                    return committing.commit(new Change(true, read()), change, context);
                });
    }

    /** Completes when it is durable that the service is to run, or not to. */
    public CompletionStage<ServiceIntent> order(ServiceAction action, CallContext context) {
        return thread.submit(
                () -> {
                    Optional<ConfigurationChange> change = table.order(action, context);
                    ServiceIntent intent = table.intent();
                    return change.isPresent()
                            ? committing.commit(intent, change.get(), context)
                            : StoreThread.Result.changed(intent, () -> {});
                });
    }
}
