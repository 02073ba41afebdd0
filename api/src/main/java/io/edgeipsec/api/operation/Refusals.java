package io.edgeipsec.api.operation;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.ChangeOutcome;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;

/** Turns what the store would not do into sentences. */
final class Refusals<R extends ManagedResource> implements ChangeOutcome.Cases<R, R> {

    private final ResourceKind<R> kind;
    private final String id;

    Refusals(ResourceKind<R> kind, String id) {
        this.kind = kind;
        this.id = id;
    }

    static ApiException notFound(ResourceKind<?> kind, String id) {
        return new ApiException(
                ErrorCode.NO_SUCH_OBJECT, "there is no " + kind.noun() + " with id " + id);
    }

    @Override
    public R done(ChangeOutcome.Done<R> outcome) {
        return outcome.resource();
    }

    @Override
    public R notFound(ChangeOutcome.NotFound<R> outcome) {
        throw notFound(kind, id);
    }

    @Override
    public R staleRevision(ChangeOutcome.StaleRevision<R> outcome) {
        String sent =
                outcome.sent().isPresent() ? "_revision " + outcome.sent().getAsLong() : "none";
        String problem =
                outcome.current().isPresent()
                        ? " is at _revision "
                                + outcome.current().getAsLong()
                                + ", the request has "
                                + sent
                                + "; GET it, apply the change to what it is now, and PUT that"
                        : " is not there (any more), so the request's "
                                + sent
                                + " is not current; to create it, PUT it without _revision";
        throw new ApiException(ErrorCode.STALE_REVISION, kind.noun() + " " + id + problem);
    }

    @Override
    public R systemOwned(ChangeOutcome.SystemOwned<R> outcome) {
        throw new ApiException(
                ErrorCode.SYSTEM_OWNED,
                kind.noun()
                        + " "
                        + id
                        + " belongs to the system and cannot be changed or deleted; create one of"
                        + " your own and name it in the sessions");
    }

    @Override
    public R isProtected(ChangeOutcome.Protected<R> outcome) {
        throw new ApiException(
                ErrorCode.PROTECTED,
                kind.noun()
                        + " "
                        + id
                        + " was created by the principal "
                        + outcome.owner()
                        + (outcome.overridable()
                                ? "; to change it all the same, send the header X-Allow-Overwrite:"
                                        + " true"
                                : ", and is changed by it or an administrator only"));
    }

    @Override
    public R inUse(ChangeOutcome.InUse<R> outcome) {
        long others = outcome.total() - outcome.someUsers().size();
        throw new ApiException(
                ErrorCode.IN_USE,
                kind.noun()
                        + " "
                        + id
                        + " is in use by "
                        + String.join(", ", outcome.someUsers())
                        + (others > 0 ? " and " + others + " more" : "")
                        + "; change or delete them first");
    }

    @Override
    public R invalid(ChangeOutcome.Invalid<R> outcome) {
        throw ApiException.invalid(outcome.errors());
    }

    @Override
    public R full(ChangeOutcome.Full<R> outcome) {
        throw new ApiException(
                ErrorCode.FULL,
                kind.noun() + " " + id + " does not fit: the limit is " + outcome.limit());
    }
}
