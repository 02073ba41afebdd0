package io.edgeipsec.daemon.store;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.port.AccountStore;
import io.edgeipsec.api.port.AuditLog;
import io.edgeipsec.api.port.ChangeOutcome;
import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.port.ConfigurationListener;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.Page;
import io.edgeipsec.api.port.PutRequest;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.port.SessionSecrets;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.ResourceReference;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.daemon.adapter.SigningKeys;
import io.edgeipsec.ike.crypto.SecretBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The store: sessions and profiles with revisions in one SQLite file (WAL, synchronous=FULL), one
 * thread, one transaction a change. Pre-shared and private keys lie sealed in it, see {@link
 * SealingKey}.
 *
 * <p>Opening and closing block, and are for the main thread; everything else may be called from any
 * thread and does not block.
 */
public final class ConfigurationDatabase
        implements ConfigurationStore, IntentReader, SigningKeys, SessionSecrets, AutoCloseable {

    private final StoreFiles files;
    private final Sql sql;
    private final StoreThread thread;
    private final ResourceTable resources;
    private final Outbox outbox;
    private final Changes changes;
    private final Secrets secrets;
    private final Intents intents;
    private final ChangeRequests changeRequests;
    private long run;
    private final AuditTable auditTable;
    private final AuditDatabase audit;
    private final AccountDatabase accounts;
    private final ServiceDatabase service;
    private final List<ConfigurationListener> listeners = new CopyOnWriteArrayList<>();

    private ConfigurationDatabase(
            StoreFiles files,
            Connection connection,
            SealingKey sealingKey,
            SessionRule sessionRule,
            Clock clock) {
        this.files = files;
        this.sql = new Sql(connection);
        this.thread = new StoreThread(connection);
        this.resources = new ResourceTable(sql);
        KernelNumbers numbers = new KernelNumbers(sql);
        this.secrets = new Secrets(sql, sealingKey);
        this.outbox = new Outbox(sql, thread, clock);
        this.changeRequests = new ChangeRequests(sql);
        this.auditTable = new AuditTable(sql, clock);
        this.audit = new AuditDatabase(thread, auditTable);
        this.accounts = new AccountDatabase(thread, sql, auditTable, clock);
        this.changes =
                new Changes(
                        sql, resources, numbers, secrets, outbox, sessionRule, auditTable, clock);
        ServiceTable serviceTable = new ServiceTable(sql, changes, auditTable, clock);
        this.intents = new Intents(resources, numbers, secrets, changes, serviceTable);
        this.service = new ServiceDatabase(thread, serviceTable, this::committed);
    }

    /**
     * Opens the store, making what is not there: the directory, the sealing key, the tables, the
     * system's profiles.
     *
     * @param credentials systemd's credentials directory, if the daemon was started with one
     * @throws StoreException with a sentence for the operator
     */
    public static ConfigurationDatabase open(
            Path stateDir,
            Optional<Path> credentials,
            SessionRule sessionRule,
            Clock clock,
            SecureRandom random)
            throws IOException {
        StoreFiles files = StoreFiles.open(stateDir);
        try {
            return open(files, stateDir, credentials, sessionRule, clock, random);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static ConfigurationDatabase open(
            StoreFiles files,
            Path stateDir,
            Optional<Path> credentials,
            SessionRule sessionRule,
            Clock clock,
            SecureRandom random)
            throws IOException {
        try {
            Connection connection = files.connect();
            try {
                Schema.bringUpToDate(connection, files.database());
                SealingKey key = SealingKey.load(stateDir, credentials, random);
                ConfigurationDatabase database =
                        new ConfigurationDatabase(files, connection, key, sessionRule, clock);
                database.changes.prepare();
                database.run = database.changes.beginRun();
                connection.commit();
                return database;
            } catch (IOException | SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreException(
                    "the store " + files.database() + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** A number for this run of the daemon, greater than that of every earlier one. */
    public long run() {
        return run;
    }

    /** The users and principals. */
    public AccountStore accounts() {
        return accounts;
    }

    /** The record of changes. */
    public AuditLog audit() {
        return audit;
    }

    /** What is set of the service as a whole. */
    public ServiceDatabase service() {
        return service;
    }

    /** The notifications that wait to be delivered. */
    public Outbox outbox() {
        return outbox;
    }

    /** Adds one who is told of every change from now on. */
    public void addListener(ConfigurationListener listener) {
        listeners.add(listener);
    }

    /** Completes when the store cannot go on; the daemon is then better stopped than wrong. */
    public CompletionStage<Throwable> broken() {
        return thread.broken();
    }

    @Override
    public <R extends ManagedResource> CompletionStage<Optional<R>> get(
            ResourceKind<R> kind, String id) {
        return read(() -> resources.find(kind, id).map(ResourceTable.Stored::resource));
    }

    @Override
    public <R extends ManagedResource> CompletionStage<Page<R>> list(ListQuery<R> query) {
        return read(() -> resources.page(query));
    }

    @Override
    public CompletionStage<List<ResourceReference>> users(
            ResourceKind<?> kind, String id, int limit) {
        return read(() -> resources.users(kind, id, limit));
    }

    @Override
    public CompletionStage<Optional<RouteBasedIPSecVPNSession>> sessionOfTunnelPort(String portId) {
        return read(() -> resources.findByTunnelPort(portId));
    }

    @Override
    public <R extends ManagedResource> CompletionStage<ChangeOutcome<R>> put(
            PutRequest<R> request) {
        return thread.submit(() -> result(changes.put(request), request.context()))
                .whenComplete((outcome, failure) -> request.close());
    }

    @Override
    public <R extends ManagedResource> CompletionStage<ChangeOutcome<R>> delete(
            ResourceKind<R> kind, String id, CallContext context) {
        return thread.submit(() -> result(changes.delete(kind, id, context), context));
    }

    @Override
    public CompletionStage<Optional<SecretBytes>> privateKey(String certificateId) {
        return read(() -> secrets.privateKey(certificateId));
    }

    @Override
    public CompletionStage<IntentSnapshot> snapshot() {
        return read(intents::snapshot);
    }

    @Override
    public CompletionStage<Optional<SessionIntent>> intent(String sessionId) {
        return read(() -> intents.one(sessionId));
    }

    @Override
    public CompletionStage<Optional<MultiPathGroupIntent>> multiPathGroup(String groupId) {
        return read(() -> intents.group(groupId));
    }

    @Override
    public CompletionStage<List<String>> sessionsUsing(ResourceKind<?> kind, String id) {
        return read(
                () -> {
                    Optional<? extends ResourceTable.Stored<?>> profile = resources.find(kind, id);
                    return profile.isPresent()
                            ? resources.users(profile.get().key(), Integer.MAX_VALUE)
                            : List.of();
                });
    }

    @Override
    public CompletionStage<ServiceIntent> serviceIntent() {
        return read(intents::service);
    }

    @Override
    public CompletionStage<Optional<RequestedChange>> changeOf(String requestId) {
        return read(() -> changeRequests.find(requestId));
    }

    @Override
    public CompletionStage<SessionSecrets.Keys> keysOf(String session, CallContext context) {
        return thread.submit(
                () -> {
                    if (!resources.exists(ResourceKind.SESSION, session)) {
                        return StoreThread.Result.unchanged(new SessionSecrets.Keys(null, null));
                    }
                    auditTable.add(AuditLog.Act.of(context, ResourceKind.SESSION.name(), session));
                    return StoreThread.Result.changed(intents.keysOf(session), () -> {});
                });
    }

    /** Reads in one transaction. */
    private <T> CompletionStage<T> read(Read<T> read) {
        return thread.submit(() -> StoreThread.Result.unchanged(read.run()));
    }

    @FunctionalInterface
    private interface Read<T> {
        T run() throws SQLException;
    }

    private <R extends ManagedResource> StoreThread.Result<ChangeOutcome<R>> result(
            Changes.Attempt<R> attempt, CallContext context) throws SQLException {
        return attempt.change().isPresent()
                ? committed(attempt.outcome(), attempt.change().get(), context)
                : StoreThread.Result.unchanged(attempt.outcome());
    }

    private <T> StoreThread.Result<T> committed(
            T value, ConfigurationChange change, CallContext context) throws SQLException {
        changeRequests.note(change, context.requestId());
        return StoreThread.Result.changed(value, () -> announce(change));
    }

    private void announce(ConfigurationChange change) {
        listeners.forEach(listener -> listener.changed(change));
    }

    /** Lets pending work end, then closes the file. */
    @Override
    public void close() throws IOException {
        try {
            thread.submit(
                    () -> {
                        sql.close();
                        return StoreThread.Result.unchanged(true);
                    });
            thread.close();
        } catch (SQLException e) {
            throw new IOException("the store cannot be closed: " + e.getMessage(), e);
        } finally {
            files.close();
        }
    }
}
