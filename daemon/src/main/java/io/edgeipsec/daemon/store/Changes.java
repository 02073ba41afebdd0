package io.edgeipsec.daemon.store;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.ChangeOutcome;
import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.port.PutRequest;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.Certificate;
import io.edgeipsec.api.resource.Crl;
import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.Protection;
import io.edgeipsec.api.resource.ResourceJson;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.api.validation.CrlChecks;
import io.edgeipsec.api.validation.SessionChecks;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.xfrm.link.Nexthop;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a change does, apart from being a transaction: revisions, references, rules, numbers, keys.
 * Store thread only.
 */
final class Changes {

    /** As many as there are tunnel numbers; SQLite would take more. */
    private static final int MAX_SESSIONS = 65_535;

    private static final int MAX_PROFILES = 10_000;

    /** How many users of a resource a refusal names. */
    private static final int MAX_NAMED_USERS = 10;

    private static final String SYSTEM_USER = "system";

    private final Sql sql;
    private final ResourceTable resources;
    private final KernelNumbers numbers;
    private final SessionIndex index;
    private final Secrets secrets;
    private final Outbox outbox;
    private final SessionRule sessionRule;
    private final AuditTable audit;
    private final Clock clock;

    /**
     * How a change went.
     *
     * @param change what is to be committed and announced; empty if nothing is
     */
    record Attempt<R extends ManagedResource>(
            ChangeOutcome<R> outcome, Optional<ConfigurationChange> change) {

        static <R extends ManagedResource> Attempt<R> refused(ChangeOutcome<R> outcome) {
            return new Attempt<>(outcome, Optional.empty());
        }
    }

    Changes(
            Sql sql,
            ResourceTable resources,
            KernelNumbers numbers,
            Secrets secrets,
            Outbox outbox,
            SessionRule sessionRule,
            AuditTable audit,
            Clock clock) {
        this.sql = sql;
        this.resources = resources;
        this.numbers = numbers;
        this.index = new SessionIndex(sql, resources, numbers);
        this.secrets = secrets;
        this.outbox = outbox;
        this.sessionRule = sessionRule;
        this.audit = audit;
        this.clock = clock;
    }

    /** Checks the sealing key, and makes the system's profiles what this version says they are. */
    void prepare() throws SQLException, StoreException {
        secrets.checkKey();
        index.prepare();
        for (IPSecVPNProfile profile : SystemProfiles.ALL) {
            prepare(profile.kind(), profile);
        }
    }

    private void prepare(ResourceKind<?> kind, IPSecVPNProfile profile) throws SQLException {
        Optional<? extends ResourceTable.Stored<?>> found = resources.find(kind, profile.id());
        if (found.isEmpty()) {
            resources.insert(profile.withStamp(Stamp.created(now(), SYSTEM_USER)));
        } else {
            ManagedResource stored = found.get().resource();
            Stamp stamp = stored.header().stamp();
            if (!profile.withStamp(stamp).equals(stored)) {
                resources.replace(
                        found.get().key(), profile.withStamp(stamp.modified(now(), SYSTEM_USER)));
            }
        }
    }

    <R extends ManagedResource> Attempt<R> put(PutRequest<R> request) throws SQLException {
        R resource = request.resource();
        @SuppressWarnings("unchecked") // A resource's kind is of the resource's type.
        ResourceKind<R> kind = (ResourceKind<R>) resource.kind();
        Optional<ResourceTable.Stored<R>> current = resources.find(kind, resource.id());
        Optional<ChangeOutcome<R>> refusal =
                current.isPresent()
                        ? refuseReplacing(request, current.get().resource())
                        : refuseCreating(request, kind);
        if (refusal.isPresent()) {
            return Attempt.refused(refusal.get());
        }
        if (current.isPresent() && resource instanceof IPSecVPNSession) {
            index.remove(current.get().key()); // It does not stand in its own way.
        }
        List<FieldError> errors = check(request, current.map(ResourceTable.Stored::key));
        if (current.isPresent()
                && current.get().resource() instanceof Crl before
                && resource instanceof Crl now) {
            errors.addAll(CrlChecks.checkSuccessor(before, now));
        }
        if (!errors.isEmpty()) {
            return Attempt.refused(new ChangeOutcome.Invalid<>(errors));
        }
        Stamp stamp =
                current.map(
                                found ->
                                        found.resource()
                                                .header()
                                                .stamp()
                                                .modified(now(), request.context().user()))
                        .orElseGet(() -> Stamp.created(now(), request.context().caller()));
        R stamped = kind.type().cast(resource.withStamp(stamp));
        AuditChanges audited =
                AuditChanges.between(
                        current.map(found -> ResourceJson.write(found.resource())).orElse(null),
                        ResourceJson.write(stamped));
        long key;
        if (current.isPresent()) {
            key = current.get().key();
            resources.replace(key, stamped);
        } else {
            key = resources.insert(stamped);
        }
        if (stamped instanceof IPSecVPNSession session) {
            resources.index(key, session, Reference.of(session));
            if (request.presharedKey() != null) {
                audited.withSecret(
                        "/psk",
                        secrets.isNew(
                                SessionSecret.PSK, key, session.id(), request.presharedKey()));
                secrets.put(SessionSecret.PSK, key, session.id(), request.presharedKey());
            }
            if (session.settings().ppk() == null) {
                secrets.remove(SessionSecret.PPK, key);
            } else if (request.postQuantumKey() != null) {
                audited.withSecret(
                        "/ppk/key",
                        secrets.isNew(
                                SessionSecret.PPK, key, session.id(), request.postQuantumKey()));
                secrets.put(SessionSecret.PPK, key, session.id(), request.postQuantumKey());
            }
            try {
                numbers.assign(key, session);
            } catch (KernelNumbers.ExhaustedException e) {
                return Attempt.refused(new ChangeOutcome.Full<>(String.valueOf(e.getMessage())));
            }
            index.put(key, session);
        } else if (stamped instanceof IPSecMultiPathGroup && current.isEmpty()) {
            try {
                numbers.assignGroup(key);
            } catch (KernelNumbers.ExhaustedException e) {
                return Attempt.refused(new ChangeOutcome.Full<>(String.valueOf(e.getMessage())));
            }
        }
        if (request.privateKey() != null) {
            audited.withSecret("/private_key", true);
            secrets.putPrivateKey(key, stamped.id(), request.privateKey());
        }
        audit.add(
                request.context(),
                new AuditTable.Subject(
                        kind.name(),
                        stamped.id(),
                        current.map(found -> found.resource().revision()).orElse(null),
                        stamped.revision()),
                audited);
        return done(
                stamped,
                current.isPresent()
                        ? ConfigurationChange.Type.REPLACED
                        : ConfigurationChange.Type.CREATED,
                request.context());
    }

    private static <R extends ManagedResource> Optional<ChangeOutcome<R>> refuseReplacing(
            PutRequest<R> request, R current) {
        if (current.header().systemOwned()) {
            return Optional.of(new ChangeOutcome.SystemOwned<>());
        }
        if (!mayChange(current, request.context())) {
            return Optional.of(Changes.<R>protectedFrom(current, request.context()));
        }
        boolean currentSeen =
                request.mode() != PutRequest.Mode.CREATE
                        && request.revision().equals(OptionalLong.of(current.revision()));
        return currentSeen
                ? Optional.empty()
                : Optional.of(
                        new ChangeOutcome.StaleRevision<>(
                                request.revision(), OptionalLong.of(current.revision())));
    }

    private static boolean mayChange(ManagedResource current, CallContext context) {
        Protection protection = Protection.of(current.header(), context.caller());
        return protection == Protection.NOT_PROTECTED
                || (protection == Protection.REQUIRE_OVERRIDE && context.allowOverwrite());
    }

    private static <R extends ManagedResource> ChangeOutcome<R> protectedFrom(
            R current, CallContext context) {
        return new ChangeOutcome.Protected<>(
                current.header().stamp().createUser(),
                Protection.of(current.header(), context.caller()) == Protection.REQUIRE_OVERRIDE);
    }

    private <R extends ManagedResource> Optional<ChangeOutcome<R>> refuseCreating(
            PutRequest<R> request, ResourceKind<R> kind) throws SQLException {
        if (request.mode() == PutRequest.Mode.CREATE_OR_REPLACE && request.revision().isPresent()) {
            return Optional.of(
                    new ChangeOutcome.StaleRevision<>(request.revision(), OptionalLong.empty()));
        }
        int limit = kind == ResourceKind.SESSION ? MAX_SESSIONS : MAX_PROFILES;
        return resources.count(kind) >= limit
                ? Optional.of(new ChangeOutcome.Full<>(limit + " " + kind.noun() + "s"))
                : Optional.empty();
    }

    /** What is wrong with a resource beside what is stored. */
    private List<FieldError> check(
            PutRequest<? extends ManagedResource> request, Optional<Long> currentKey)
            throws SQLException {
        List<FieldError> errors = new ArrayList<>();
        for (Reference reference : Reference.of(request.resource())) {
            if (!resources.exists(reference.kind(), reference.id())) {
                errors.add(
                        new FieldError(
                                reference.pointer(),
                                reference.id(),
                                "the id of a stored " + reference.kind().noun()));
            }
        }
        if (request.resource() instanceof IPSecVPNSession session) {
            boolean keyThere =
                    request.presharedKey() != null || isStored(SessionSecret.PSK, currentKey);
            SessionChecks.checkKey(session, keyThere).ifPresent(errors::add);
            boolean ppkThere =
                    request.postQuantumKey() != null || isStored(SessionSecret.PPK, currentKey);
            SessionChecks.checkPostQuantumKey(session, ppkThere).ifPresent(errors::add);
            checkOwnCertificate(session.settings()).ifPresent(errors::add);
            errors.addAll(sessionRule.check(session, index.othersThan(session)));
            checkRoomInGroup(session, currentKey).ifPresent(errors::add);
        }
        return errors;
    }

    private boolean isStored(SessionSecret kind, Optional<Long> session) throws SQLException {
        return session.isPresent() && secrets.has(kind, session.get());
    }

    /** That the kernel's group has a place for the session. */
    private Optional<FieldError> checkRoomInGroup(
            IPSecVPNSession session, Optional<Long> currentKey) throws SQLException {
        String id =
                session instanceof RouteBasedIPSecVPNSession routeBased
                        ? routeBased.multiPathGroupId()
                        : null;
        if (id == null) {
            return Optional.empty();
        }
        Optional<ResourceTable.Stored<IPSecMultiPathGroup>> group =
                resources.find(ResourceKind.MULTI_PATH_GROUP, id);
        if (group.isEmpty()
                || resources.countOtherUsers(group.get().key(), currentKey)
                        < Nexthop.Group.MAX_MEMBERS) {
            return Optional.empty(); // That there is none is said as of every reference.
        }
        return Optional.of(
                new FieldError(
                        "/multi_path_group_id",
                        id + ", which has " + Nexthop.Group.MAX_MEMBERS + " sessions already",
                        "a group with fewer"));
    }

    /** That the certificate can authenticate us, and as whom the session says. */
    private Optional<FieldError> checkOwnCertificate(SessionSettings settings) throws SQLException {
        IPSecVPNLocalEndpoint local = settings.localEndpoint();
        if (settings.authenticationMode() != AuthenticationMode.CERTIFICATE
                || local.certificateId() == null) {
            return Optional.empty();
        }
        Optional<Certificate> found =
                resources
                        .find(ResourceKind.CERTIFICATE, local.certificateId())
                        .map(ResourceTable.Stored::resource);
        if (found.isEmpty()) {
            return Optional.empty(); // Said as of every reference.
        }
        if (!found.get().hasPrivateKey()) {
            return Optional.of(
                    new FieldError(
                            "/local_endpoint/certificate_id",
                            local.certificateId() + ", which has no private key",
                            "a certificate that was imported with its private key"));
        }
        Identification wanted = Identities.parse(local.localId());
        List<String> identities = found.get().own().identities();
        boolean ours =
                identities.stream()
                        .anyMatch(name -> Identities.matches(Identities.parse(name), wanted));
        return ours
                ? Optional.empty()
                : Optional.of(
                        new FieldError(
                                "/local_endpoint/local_id",
                                local.localId(),
                                "one of the certificate's identities: "
                                        + String.join(" or ", identities)));
    }

    <R extends ManagedResource> Attempt<R> delete(
            ResourceKind<R> kind, String id, CallContext context) throws SQLException {
        Optional<ResourceTable.Stored<R>> found = resources.find(kind, id);
        if (found.isEmpty()) {
            return Attempt.refused(new ChangeOutcome.NotFound<>());
        }
        R resource = found.get().resource();
        if (resource.header().systemOwned()) {
            return Attempt.refused(new ChangeOutcome.SystemOwned<>());
        }
        if (!mayChange(resource, context)) {
            return Attempt.refused(protectedFrom(resource, context));
        }
        long key = found.get().key();
        long users = resources.countUsers(key);
        if (users > 0) {
            return Attempt.refused(
                    new ChangeOutcome.InUse<>(resources.users(key, MAX_NAMED_USERS), users));
        }
        index.remove(key);
        numbers.release(key);
        resources.delete(key);
        audit.add(
                context,
                new AuditTable.Subject(kind.name(), id, resource.revision(), null),
                AuditChanges.between(ResourceJson.write(resource), null));
        return done(resource, ConfigurationChange.Type.DELETED, context);
    }

    private <R extends ManagedResource> Attempt<R> done(
            R resource, ConfigurationChange.Type type, CallContext context) throws SQLException {
        ConfigurationChange change =
                numbered(
                        new ConfigurationChange(
                                0,
                                resource.kind(),
                                resource.resourceType(),
                                resource.id(),
                                resource.revision(),
                                type),
                        context);
        return new Attempt<>(new ChangeOutcome.Done<>(resource), Optional.of(change));
    }

    /** Gives a change its number, and notes that the caller wants it told. */
    ConfigurationChange numbered(ConfigurationChange change, CallContext context)
            throws SQLException {
        sql.update("UPDATE meta SET value = value + 1 WHERE name = 'change_number'");
        ConfigurationChange numbered =
                new ConfigurationChange(
                        changeNumber(),
                        change.kind(),
                        change.resourceType(),
                        change.id(),
                        change.revision(),
                        change.type());
        if (context.notifyMpa()) {
            outbox.add(numbered, context);
        }
        return numbered;
    }

    /**
     * A number for this run of the daemon, greater than that of every earlier one, whatever the
     * clock does; and if the store is restored from a backup, most likely so.
     */
    long beginRun() throws SQLException {
        sql.update(
                "UPDATE meta SET value = max(CAST(value AS INTEGER) + 1, ?) WHERE name = 'run'",
                clock.millis());
        return sql.number("SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'run'");
    }

    /** The number of the last change. */
    long changeNumber() throws SQLException {
        return sql.number("SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'change_number'");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
