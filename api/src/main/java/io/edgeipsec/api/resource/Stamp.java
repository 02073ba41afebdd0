package io.edgeipsec.api.resource;

import io.edgeipsec.api.auth.Caller;
import java.time.Instant;

/**
 * What the store writes on a resource at each change. Times have millisecond precision, as the wire
 * does.
 *
 * @param ofPrincipal whether a principal created it, which protects it from others
 */
public record Stamp(
        long revision,
        Instant createTime,
        String createUser,
        Instant lastModifiedTime,
        String lastModifiedUser,
        boolean ofPrincipal) {

    /** Of a resource that is not stored yet. */
    public static final Stamp NONE = new Stamp(0, Instant.EPOCH, "", Instant.EPOCH, "", false);

    public static Stamp created(Instant now, String user) {
        return new Stamp(0, now, user, now, user, false);
    }

    public static Stamp created(Instant now, Caller caller) {
        return new Stamp(0, now, caller.name(), now, caller.name(), caller.isPrincipal());
    }

    public Stamp modified(Instant now, String user) {
        return new Stamp(revision + 1, createTime, createUser, now, user, ofPrincipal);
    }
}
