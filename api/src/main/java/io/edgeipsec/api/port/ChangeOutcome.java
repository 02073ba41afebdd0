package io.edgeipsec.api.port;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.ManagedResource;
import java.util.List;
import java.util.OptionalLong;

/**
 * What became of a change. Everything but {@link Done} left the store as it was.
 *
 * @param <R> the type of the resource
 */
public sealed interface ChangeOutcome<R extends ManagedResource> {

    /** Durable: stored (as {@code resource} now is) or deleted (as it last was). */
    record Done<R extends ManagedResource>(R resource) implements ChangeOutcome<R> {
        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.done(this);
        }
    }

    /** There is no such resource. */
    record NotFound<R extends ManagedResource>() implements ChangeOutcome<R> {
        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.notFound(this);
        }
    }

    /**
     * The caller's revision is missing or not the current one; {@code current} is empty if the
     * resource is not there.
     */
    record StaleRevision<R extends ManagedResource>(OptionalLong sent, OptionalLong current)
            implements ChangeOutcome<R> {
        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.staleRevision(this);
        }
    }

    /** The resource belongs to the system. */
    record SystemOwned<R extends ManagedResource>() implements ChangeOutcome<R> {
        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.systemOwned(this);
        }
    }

    /** The resource belongs to a principal; whether the caller may insist. */
    record Protected<R extends ManagedResource>(String owner, boolean overridable)
            implements ChangeOutcome<R> {
        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.isProtected(this);
        }
    }

    /** Others refer to the resource: {@code total} of them, some named by their ids. */
    record InUse<R extends ManagedResource>(List<String> someUsers, long total)
            implements ChangeOutcome<R> {
        public InUse {
            someUsers = List.copyOf(someUsers);
        }

        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.inUse(this);
        }
    }

    /** The resource does not fit what else is stored. */
    record Invalid<R extends ManagedResource>(List<FieldError> errors) implements ChangeOutcome<R> {
        public Invalid {
            errors = List.copyOf(errors);
        }

        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.invalid(this);
        }
    }

    /** No more resources of this kind, or of something they need, can be stored. */
    record Full<R extends ManagedResource>(String limit) implements ChangeOutcome<R> {
        @Override
        public <T> T accept(Cases<R, T> cases) {
            return cases.full(this);
        }
    }

    <T> T accept(Cases<R, T> cases);

    /** One method per case, so that the compiler says when one is forgotten. */
    interface Cases<R extends ManagedResource, T> {
        T done(Done<R> outcome);

        T notFound(NotFound<R> outcome);

        T staleRevision(StaleRevision<R> outcome);

        T systemOwned(SystemOwned<R> outcome);

        T isProtected(Protected<R> outcome);

        T inUse(InUse<R> outcome);

        T invalid(Invalid<R> outcome);

        T full(Full<R> outcome);
    }
}
