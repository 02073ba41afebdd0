package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.exchange.IkeFollowUpResponder;
import io.edgeipsec.ike.exchange.Received;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The peer's exchanges that are half done, behind an additional key exchange (RFC 9370 §2.2.4). */
final class FollowUps {
    /** A peer finishes one before it begins the next; some may have given one up without a word. */
    private static final int LIMIT = 4;

    /** The oldest first. */
    private final Deque<IkeFollowUpResponder> waiting = new ArrayDeque<>(LIMIT);

    private @Nullable IkeFollowUpResponder running;

    /** Owned from here on. */
    void await(IkeFollowUpResponder followUp) {
        if (waiting.size() == LIMIT) {
            waiting.remove().close();
        }
        waiting.add(followUp);
    }

    /** The one that the request belongs to, which waits no longer. */
    Optional<IkeFollowUpResponder> take(Received request) {
        Optional<IkeFollowUpResponder> found =
                waiting.stream().filter(each -> each.isFor(request)).findFirst();
        found.ifPresent(
                each -> {
                    waiting.remove(each);
                    running = each;
                });
        return found;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void forgetAll() {
        waiting.forEach(IkeFollowUpResponder::close);
        waiting.clear();
        if (running != null) {
            running.close();
            running = null;
        }
    }
}
