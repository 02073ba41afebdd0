package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.ResourceKind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the reconciler reads. Any thread may call, no call blocks, stages complete on the store's
 * thread. The receiver of an intent owns its key; when a caller cancels or loses a stage, the key
 * in it stays in memory until it is collected.
 */
public interface IntentReader {

    /** All sessions, enabled or not, and all groups. */
    CompletionStage<IntentSnapshot> snapshot();

    /** One session, or empty if it is not stored (any more). */
    CompletionStage<Optional<SessionIntent>> intent(String sessionId);

    /** Whether the service as a whole is to run. */
    CompletionStage<ServiceIntent> serviceIntent();

    /** One multiple-path group, or empty if it is not stored (any more). */
    CompletionStage<Optional<MultiPathGroupIntent>> multiPathGroup(String groupId);

    /** What a request has changed, if it is one of the last that did. */
    CompletionStage<Optional<RequestedChange>> changeOf(String requestId);

    /** The sessions that a change of this profile or CRL concerns, in the order of ids. */
    CompletionStage<List<String>> sessionsUsing(ResourceKind<?> kind, String id);
}
