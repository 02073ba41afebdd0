package io.edgeipsec.api.port;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.Authentication;
import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.auth.Caller;
import io.edgeipsec.api.auth.Role;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The record of changes. What changes the store is in it by the same transaction; other things that
 * callers do are put in it by themselves. Any thread may call; no call blocks.
 */
public interface AuditLog {

    /** The contract's largest page. */
    int MAX_LIMIT = 1000;

    /**
     * Which records are wanted, the newest first.
     *
     * @param before only records with a smaller number
     */
    record Query(
            Optional<String> user,
            Optional<String> kind,
            Optional<String> id,
            OptionalLong before,
            int limit) {}

    /**
     * A part of the record.
     *
     * @param records as callers see them
     * @param next the {@code before} of the next page; empty on the last
     */
    record AuditPage(List<ObjectNode> records, OptionalLong next) {
        public AuditPage {
            records = List.copyOf(records);
        }
    }

    CompletionStage<AuditPage> page(Query query);

    /**
     * Something that was done, or tried, and changes nothing that is stored.
     *
     * @param user as claimed, where it was not shown
     * @param role null where it was not shown
     * @param requestId null where there is none
     * @param kind of what it was done to, such as {@code session}
     * @param detail a sentence, if there is more to say
     */
    record Act(
            String user,
            @Nullable Role role,
            Authentication authentication,
            String origin,
            @Nullable String requestId,
            String operation,
            String kind,
            String id,
            @Nullable String detail) {

        /** What a request did. */
        public static Act of(CallContext context, String kind, String id) {
            Caller caller = context.caller();
            return new Act(
                    caller.name(),
                    caller.role(),
                    caller.authentication(),
                    caller.origin(),
                    context.requestId(),
                    context.operation(),
                    kind,
                    id,
                    null);
        }
    }

    /** Completes when it is recorded. */
    CompletionStage<Void> record(Act act);
}
