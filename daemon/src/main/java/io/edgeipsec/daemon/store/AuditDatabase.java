package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.AuditLog;
import java.util.concurrent.CompletionStage;

/** The record of changes, for callers on any thread. */
final class AuditDatabase implements AuditLog {

    private final StoreThread thread;
    private final AuditTable table;

    AuditDatabase(StoreThread thread, AuditTable table) {
        this.thread = thread;
        this.table = table;
    }

    @Override
    public CompletionStage<AuditPage> page(Query query) {
        return thread.submit(() -> StoreThread.Result.unchanged(table.page(query)));
    }

    @Override
    @SuppressWarnings("NullAway") // A stage of nothing.
    public CompletionStage<Void> record(Act act) {
        return thread.submit(
                        () -> {
                            table.add(act);
                            return StoreThread.Result.changed(true, () -> {});
                        })
                .thenAccept(done -> {});
    }
}
