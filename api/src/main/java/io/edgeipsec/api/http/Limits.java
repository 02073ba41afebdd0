package io.edgeipsec.api.http;

import java.time.Duration;

/** What a caller may use of the server, and why that much. */
final class Limits {

    /** A session of 4096 pairs in a few hundred rules, generously printed, is half of it. */
    static final int MAX_BODY_OCTETS = 1 << 20;

    /** Of all bodies being received: bounds memory whatever the number of connections. */
    static final long MAX_BUFFERED_OCTETS = 16 * MAX_BODY_OCTETS;

    /** Many writers at once are normal for an automation tool; each waits for one disk write. */
    static final int MAX_REQUESTS = 256;

    /** More than requests, so that idle clients do not keep others out. */
    static final int MAX_CONNECTIONS = 512;

    /** The longest path with a cursor and a few unknown parameters is far shorter. */
    static final int MAX_REQUEST_LINE_OCTETS = 4096;

    static final int MAX_HEADER_OCTETS = 16 * 1024;

    /** A connection on which nothing moves is closed. */
    static final Duration IDLE = Duration.ofSeconds(60);

    /** A body that trickles in keeps a connection from being idle; this ends it all the same. */
    static final Duration BODY = Duration.ofSeconds(30);

    /**
     * How much of a refused body is read and thrown away, so that the caller, who is still sending,
     * gets to read the answer. Closing at once would reset the connection under it.
     */
    static final long MAX_DISCARDED_OCTETS = 32L * MAX_BODY_OCTETS;

    static final Duration DISCARD = Duration.ofSeconds(5);

    /** How long a stop waits for requests under way. */
    static final Duration STOP = Duration.ofSeconds(5);

    /** Well below {@link #IDLE}, and below what proxies wait. */
    static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /** When a reader of events that has lost its connection tries again. */
    static final Duration RECONNECT = Duration.ofSeconds(2);

    /** How many events are looked at before other requests get their turn. */
    static final int EVENTS_AT_ONCE = 256;

    private Limits() {}
}
