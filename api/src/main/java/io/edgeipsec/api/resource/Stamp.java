package io.edgeipsec.api.resource;

import java.time.Instant;

/**
 * What the store writes on a resource at each change. Times have millisecond precision, as the wire
 * does.
 */
public record Stamp(
        long revision,
        Instant createTime,
        String createUser,
        Instant lastModifiedTime,
        String lastModifiedUser) {

    /** Of a resource that is not stored yet. */
    public static final Stamp NONE = new Stamp(0, Instant.EPOCH, "", Instant.EPOCH, "");

    public static Stamp created(Instant now, String user) {
        return new Stamp(0, now, user, now, user);
    }

    public Stamp modified(Instant now, String user) {
        return new Stamp(revision + 1, createTime, createUser, now, user);
    }
}
