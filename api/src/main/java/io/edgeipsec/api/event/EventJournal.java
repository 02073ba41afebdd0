package io.edgeipsec.api.event;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The last events of this run, in order. Readers hold a place in it and no events of their own, so
 * that a slow one costs nothing; one that is overtaken has lost events and is told so. Any thread;
 * nothing here blocks, and publishing takes a lock for a few instructions.
 */
public final class EventJournal {

    /** A gateway of a thousand sessions that all rekey at once makes half as many. */
    static final int CAPACITY = 8192;

    /** Each is a connection that stays; dashboards and collectors are few. */
    public static final int MAX_READERS = 32;

    private static final int MAX_SHOWN = 64;

    private final long run;
    private final Clock clock;
    private final @Nullable PublishedEvent[] ring = new @Nullable PublishedEvent[CAPACITY];
    private final List<Reader> readers = new CopyOnWriteArrayList<>();

    /** Of the next event. */
    private long next = 1;

    /**
     * An empty journal.
     *
     * @param run greater than that of every earlier run
     */
    public EventJournal(long run, Clock clock) {
        this.run = run;
        this.clock = clock;
    }

    /** Appends an event, and wakes those who read. */
    public void publish(ApiEvent event) {
        synchronized (this) {
            ring[slot(next)] = new PublishedEvent(new EventId(run, next), clock.instant(), event);
            next++;
        }
        for (Reader reader : readers) {
            reader.news.run();
        }
    }

    /**
     * Starts to read.
     *
     * @return empty if there are too many readers
     */
    public Optional<Reader> read(EventSelection selection) {
        Reader reader;
        synchronized (this) {
            if (readers.size() >= MAX_READERS) {
                return Optional.empty();
            }
            reader = new Reader(selection);
            readers.add(reader);
        }
        return Optional.of(reader);
    }

    private static int slot(long sequence) {
        return (int) (sequence % CAPACITY);
    }

    private long oldest() {
        return Math.max(1, next - CAPACITY);
    }

    /** What there is for a reader to write. */
    public sealed interface Portion {

        /**
         * Some events; none if there is nothing new.
         *
         * @param more whether there may be more already
         */
        record Events(List<PublishedEvent> events, boolean more) implements Portion {
            public Events {
                events = List.copyOf(events);
            }
        }

        /** The reader was too slow: what came next has been overwritten. */
        record Overtaken() implements Portion {}
    }

    /** A place in the journal. One thread. */
    public final class Reader implements AutoCloseable {

        private final EventSelection selection;
        private final EventId start;
        private volatile Runnable news = () -> {};
        private @Nullable PublishedEvent gap;

        /** The sequence of the next event to look at. */
        private long place;

        private Reader(EventSelection selection) {
            this.selection = selection;
            this.place = selection.after().map(this::placeAfter).orElse(next);
            this.start = new EventId(run, place - 1);
        }

        private long placeAfter(String lastSeen) {
            Optional<EventId> id = EventId.parse(lastSeen);
            String reason = "UNKNOWN_ID";
            if (id.isPresent() && id.get().run() == run) {
                long after = id.get().sequence() + 1;
                if (after >= oldest() && after <= next) {
                    return after;
                }
                reason = after < oldest() ? "TOO_OLD" : reason;
            } else if (id.isPresent() && id.get().run() < run) {
                reason = "EARLIER_RUN";
            }
            long from = oldest();
            gap = gap(lastSeen, reason, new EventId(run, from - 1));
            return from;
        }

        private PublishedEvent gap(String lastSeen, String reason, EventId before) {
            return new PublishedEvent(
                    before,
                    clock.instant(),
                    new ApiEvent(
                            EventType.GAP,
                            Optional.empty(),
                            node ->
                                    node.put("last_event_id", shown(lastSeen))
                                            .put("reason", reason)));
        }

        /**
         * Tells what to run after each event, on the publisher's thread; it must be brief. Those
         * that have been published before are there to be read.
         */
        public void onNews(Runnable whatToRun) {
            news = whatToRun;
        }

        /** Where the reading starts: as if this had been the last event seen. */
        public EventId start() {
            return start;
        }

        /**
         * Goes on reading.
         *
         * @param most looks at no more events than this
         */
        public Portion next(int most) {
            List<PublishedEvent> found = new ArrayList<>();
            PublishedEvent missed = gap;
            if (missed != null) {
                found.add(missed);
                gap = null;
            }
            synchronized (EventJournal.this) {
                if (place < oldest()) {
                    return new Portion.Overtaken();
                }
                long end = Math.min(next, place + most);
                for (; place < end; place++) {
                    PublishedEvent event = ring[slot(place)];
                    if (event != null && selection.wants(event.event())) {
                        found.add(event);
                    }
                }
                return new Portion.Events(found, place < next);
            }
        }

        @Override
        public void close() {
            readers.remove(this);
        }
    }

    /** An id is short; whatever else a caller sent is not repeated in full. */
    private static String shown(String lastSeen) {
        return lastSeen.substring(0, Math.min(MAX_SHOWN, lastSeen.length()));
    }
}
