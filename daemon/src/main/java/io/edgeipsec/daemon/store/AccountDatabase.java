package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.auth.Login;
import io.edgeipsec.api.auth.Role;
import io.edgeipsec.api.port.AccountStore;
import io.edgeipsec.api.port.Principal;
import io.edgeipsec.api.port.User;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The users and principals, for callers on any thread. */
final class AccountDatabase implements AccountStore {

    /** Of each kind; an appliance has a handful. */
    private static final int MAX_ACCOUNTS = 256;

    private static final String USER = "user";
    private static final String PRINCIPAL = "principal";

    private final StoreThread thread;
    private final Sql sql;
    private final AuditTable audit;
    private final Clock clock;

    AccountDatabase(StoreThread thread, Sql sql, AuditTable audit, Clock clock) {
        this.thread = thread;
        this.sql = sql;
        this.audit = audit;
        this.clock = clock;
    }

    @FunctionalInterface
    private interface Read<T> {
        T run() throws SQLException;
    }

    private <T> CompletionStage<T> read(Read<T> read) {
        return thread.submit(() -> StoreThread.Result.unchanged(read.run()));
    }

    private CompletionStage<Outcome> change(Read<Outcome> change) {
        return thread.submit(
                () -> {
                    Outcome outcome = change.run();
                    return outcome == Outcome.DONE
                            ? StoreThread.Result.changed(outcome, () -> {})
                            : StoreThread.Result.unchanged(outcome);
                });
    }

    @Override
    public CompletionStage<Optional<Login>> login(String name) {
        return read(
                () ->
                        sql.one(
                                "SELECT name, role, password_hash FROM user WHERE name = ?",
                                row ->
                                        new Login(
                                                row.getString(1),
                                                Role.valueOf(row.getString(2)),
                                                row.getString(3)),
                                name));
    }

    @Override
    public CompletionStage<Boolean> anyPassword() {
        return read(
                () -> sql.number("SELECT count(*) FROM user WHERE password_hash IS NOT NULL") > 0);
    }

    @Override
    public CompletionStage<Optional<Login>> principalOf(String certificateSha256) {
        return read(
                () ->
                        sql.one(
                                "SELECT name, role FROM principal WHERE certificate_sha256 = ?",
                                row ->
                                        new Login(
                                                row.getString(1),
                                                Role.valueOf(row.getString(2)),
                                                null),
                                certificateSha256));
    }

    @Override
    public CompletionStage<List<User>> users() {
        return read(() -> sql.all("SELECT * FROM user ORDER BY name", AccountDatabase::readUser));
    }

    private static User readUser(ResultSet row) throws SQLException {
        String hash = row.getString("password_hash");
        return new User(
                row.getLong("number"),
                row.getString("name"),
                row.getString("full_name"),
                Role.valueOf(row.getString("role")),
                hash == null ? null : Instant.ofEpochMilli(row.getLong("password_changed")));
    }

    private Optional<User> user(String name) throws SQLException {
        return sql.one("SELECT * FROM user WHERE name = ?", AccountDatabase::readUser, name);
    }

    private boolean isTaken(String name) throws SQLException {
        return sql.number("SELECT count(*) FROM user WHERE name = ?", name)
                        + sql.number("SELECT count(*) FROM principal WHERE name = ?", name)
                > 0;
    }

    @Override
    public CompletionStage<Outcome> createUser(UserChange user, CallContext context) {
        return change(
                () -> {
                    if (isTaken(user.name())) {
                        return Outcome.TAKEN;
                    }
                    if (sql.number("SELECT count(*) FROM user") >= MAX_ACCOUNTS) {
                        return Outcome.FULL;
                    }
                    sql.update(
                            "INSERT INTO user (name, full_name, role, password_hash,"
                                    + " password_changed) VALUES (?, ?, ?, ?, ?)",
                            user.name(),
                            user.fullName(),
                            user.role().name(),
                            user.passwordHash(),
                            user.passwordHash() == null ? null : clock.millis());
                    record(context, USER, user.name(), null, shown(user), user.passwordHash());
                    return Outcome.DONE;
                });
    }

    @Override
    public CompletionStage<Outcome> updateUser(UserChange user, CallContext context) {
        return change(
                () -> {
                    Optional<User> before = user(user.name());
                    if (before.isEmpty()) {
                        return Outcome.NOT_FOUND;
                    }
                    sql.update(
                            "UPDATE user SET full_name = ?, role = ? WHERE name = ?",
                            user.fullName(),
                            user.role().name(),
                            user.name());
                    if (user.passwordHash() != null) {
                        sql.update(
                                "UPDATE user SET password_hash = ?, password_changed = ?"
                                        + " WHERE name = ?",
                                user.passwordHash(),
                                clock.millis(),
                                user.name());
                    }
                    record(
                            context,
                            USER,
                            user.name(),
                            shown(before.get()),
                            shown(user),
                            user.passwordHash());
                    return Outcome.DONE;
                });
    }

    @Override
    public CompletionStage<Outcome> deleteUser(String name, CallContext context) {
        return change(
                () -> {
                    Optional<User> before = user(name);
                    if (before.isEmpty()) {
                        return Outcome.NOT_FOUND;
                    }
                    sql.update("DELETE FROM user WHERE name = ?", name);
                    record(context, USER, name, shown(before.get()), null, null);
                    return Outcome.DONE;
                });
    }

    private void record(
            CallContext context,
            String kind,
            String id,
            @Nullable ObjectNode before,
            @Nullable ObjectNode after,
            @Nullable String newPasswordHash)
            throws SQLException {
        AuditChanges changes = AuditChanges.between(before, after);
        if (newPasswordHash != null) {
            changes.withSecret("/password", true);
        }
        audit.add(context, new AuditTable.Subject(kind, id, null, null), changes);
    }

    private static ObjectNode shown(User user) {
        return shown(user.name(), user.fullName(), user.role());
    }

    private static ObjectNode shown(UserChange user) {
        return shown(user.name(), user.fullName(), user.role());
    }

    private static ObjectNode shown(String name, @Nullable String fullName, Role role) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("username", name);
        if (fullName != null) {
            node.put("full_name", fullName);
        }
        node.put("role", role.name());
        return node;
    }

    @Override
    public CompletionStage<List<Principal>> principals() {
        return read(
                () ->
                        sql.all(
                                "SELECT * FROM principal ORDER BY name",
                                AccountDatabase::readPrincipal));
    }

    private static Principal readPrincipal(ResultSet row) throws SQLException {
        return new Principal(
                row.getString("id"),
                row.getString("name"),
                Role.valueOf(row.getString("role")),
                row.getString("certificate_sha256"),
                row.getString("certificate_subject"),
                Instant.ofEpochMilli(row.getLong("certificate_not_after")));
    }

    @Override
    public CompletionStage<Outcome> createPrincipal(Principal principal, CallContext context) {
        return change(
                () -> {
                    if (isTaken(principal.name())
                            || sql.number(
                                            "SELECT count(*) FROM principal"
                                                    + " WHERE certificate_sha256 = ?",
                                            principal.certificateSha256())
                                    > 0) {
                        return Outcome.TAKEN;
                    }
                    if (sql.number("SELECT count(*) FROM principal") >= MAX_ACCOUNTS) {
                        return Outcome.FULL;
                    }
                    sql.update(
                            "INSERT INTO principal VALUES (?, ?, ?, ?, ?, ?)",
                            principal.id(),
                            principal.name(),
                            principal.role().name(),
                            principal.certificateSha256(),
                            principal.certificateSubject(),
                            principal.certificateNotAfter().toEpochMilli());
                    record(context, PRINCIPAL, principal.id(), null, shown(principal), null);
                    return Outcome.DONE;
                });
    }

    @Override
    public CompletionStage<Outcome> deletePrincipal(String id, CallContext context) {
        return change(
                () -> {
                    Optional<Principal> before =
                            sql.one(
                                    "SELECT * FROM principal WHERE id = ?",
                                    AccountDatabase::readPrincipal,
                                    id);
                    if (before.isEmpty()) {
                        return Outcome.NOT_FOUND;
                    }
                    sql.update("DELETE FROM principal WHERE id = ?", id);
                    record(context, PRINCIPAL, id, shown(before.get()), null, null);
                    return Outcome.DONE;
                });
    }

    private static ObjectNode shown(Principal principal) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", principal.name())
                .put("role", principal.role().name())
                .put("certificate_sha256", principal.certificateSha256());
    }
}
