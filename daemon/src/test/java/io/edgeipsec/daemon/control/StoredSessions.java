package io.edgeipsec.daemon.control;

import io.edgeipsec.api.port.StoreBusyException;
import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.MultiPathScheme;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.IntentSnapshot;
import io.edgeipsec.daemon.store.MultiPathGroupIntent;
import io.edgeipsec.daemon.store.RequestedChange;
import io.edgeipsec.daemon.store.ServiceIntent;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.daemon.testing.SessionBuilder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store without a database, which answers at once, and remembers what it handed out. */
final class StoredSessions implements IntentReader {
    private final Map<String, SessionBuilder> sessions = new TreeMap<>();
    private final Map<String, RequestedChange> requests = new TreeMap<>();
    private final Map<String, MultiPathGroupIntent> groups = new TreeMap<>();
    private int groupNumbers;
    private final List<SessionIntent> read = new ArrayList<>();
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean holding;
    private int busyAnswers;
    private ServiceIntent service = ServiceIntent.RUNNING;

    void put(SessionBuilder session) {
        sessions.put(session.session().id(), session);
    }

    void put(ServiceIntent wanted) {
        service = wanted;
    }

    void delete(String id) {
        sessions.remove(id);
    }

    /** Refuses the next reads, as a store does that has too much to do. */
    void busyFor(int reads) {
        busyAnswers = reads;
    }

    /** From now on answers wait for {@link #answerNext}. */
    void holdAnswers() {
        holding = true;
    }

    /** Gives the oldest answer; how many waited. */
    int answerNext() {
        int waiting = held.size();
        if (waiting > 0) {
            held.remove().run();
        }
        return waiting;
    }

    private <T> CompletionStage<T> answer(Supplier<T> value) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (holding) {
            held.add(() -> answer.complete(value.get()));
        } else {
            answer.complete(value.get());
        }
        return answer;
    }

    /** Every intent that was handed out. */
    List<SessionIntent> read() {
        return read;
    }

    private SessionIntent intent(SessionBuilder session) {
        SessionIntent intent = session.intent();
        read.add(intent);
        return intent;
    }

    /** What {@link #changeOf} answers of a request. */
    void request(String id, RequestedChange change) {
        requests.put(id, change);
    }

    @Override
    public CompletionStage<Optional<RequestedChange>> changeOf(String requestId) {
        return CompletableFuture.completedStage(Optional.ofNullable(requests.get(requestId)));
    }

    private <T> Optional<CompletionStage<T>> refusal() {
        return busyAnswers > 0 && busyAnswers-- > 0
                ? Optional.of(CompletableFuture.failedStage(new StoreBusyException(1)))
                : Optional.empty();
    }

    @Override
    public CompletionStage<IntentSnapshot> snapshot() {
        return CompletableFuture.completedStage(
                new IntentSnapshot(
                        1,
                        service,
                        sessions.values().stream().map(this::intent).toList(),
                        List.copyOf(groups.values())));
    }

    /** Stores a multiple-path group, or another state of it. */
    void putGroup(String id, boolean enabled) {
        int number = groups.containsKey(id) ? groups.get(id).number() : ++groupNumbers;
        IPSecMultiPathGroup group =
                new IPSecMultiPathGroup(
                        new ResourceHeader(id, id, null, List.of(), false, Stamp.NONE),
                        enabled,
                        MultiPathScheme.THRESHOLD_BASED,
                        80,
                        4);
        groups.put(id, new MultiPathGroupIntent(group, number));
    }

    void deleteGroup(String id) {
        groups.remove(id);
    }

    @Override
    public CompletionStage<Optional<MultiPathGroupIntent>> multiPathGroup(String groupId) {
        Optional<CompletionStage<Optional<MultiPathGroupIntent>>> refusal = refusal();
        return refusal.orElseGet(() -> answer(() -> Optional.ofNullable(groups.get(groupId))));
    }

    @Override
    public CompletionStage<ServiceIntent> serviceIntent() {
        Optional<CompletionStage<ServiceIntent>> refusal = refusal();
        return refusal.orElseGet(() -> answer(() -> service));
    }

    @Override
    public CompletionStage<Optional<SessionIntent>> intent(String sessionId) {
        Optional<CompletionStage<Optional<SessionIntent>>> refusal = refusal();
        return refusal.orElseGet(
                () -> answer(() -> Optional.ofNullable(sessions.get(sessionId)).map(this::intent)));
    }

    /** All of them, whatever the profile. */
    @Override
    public CompletionStage<List<String>> sessionsUsing(ResourceKind<?> kind, String id) {
        Optional<CompletionStage<List<String>>> refusal = refusal();
        return refusal.orElseGet(() -> answer(() -> List.copyOf(sessions.keySet())));
    }
}
