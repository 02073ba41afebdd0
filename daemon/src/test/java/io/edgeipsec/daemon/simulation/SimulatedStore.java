package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.port.StoreBusyException;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.IntentSnapshot;
import io.edgeipsec.daemon.store.KernelIds;
import io.edgeipsec.daemon.store.MultiPathGroupIntent;
import io.edgeipsec.daemon.store.RequestedChange;
import io.edgeipsec.daemon.store.ServiceIntent;
import io.edgeipsec.daemon.store.SessionIntent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one gateway has stored, answered one question after the other, and not at once. */
final class SimulatedStore {
    private final Timeline timeline;
    private final Random random;
    private final Map<String, SessionEnd> sessions = new TreeMap<>();
    private final Map<String, KernelIds> numbers = new TreeMap<>();
    private final TreeSet<Integer> freePairs = new TreeSet<>();
    private final TreeSet<Integer> freeTunnels = new TreeSet<>();
    private int nextPair = 1;
    private int nextTunnel = 1;
    private Duration slowest = Duration.ofMillis(2);
    private double busy;
    private long lastAnswer;

    SimulatedStore(Timeline timeline, Random random) {
        this.timeline = timeline;
        this.random = random;
    }

    /** From now on it takes up to this long for an answer, and this share is refused. */
    void slow(Duration longest, double refused) {
        slowest = longest;
        busy = refused;
    }

    @Nullable SessionEnd find(String id) {
        return sessions.get(id);
    }

    List<SessionEnd> all() {
        return List.copyOf(sessions.values());
    }

    KernelIds numbers(String id) {
        return Objects.requireNonNull(numbers.get(id));
    }

    /** Numbers as the real store gives them: the lowest free one, kept while it serves. */
    void put(SessionEnd session) {
        KernelIds before = numbers.get(session.id());
        sessions.put(session.id(), session);
        if (session.routeBased()) {
            numbers.put(
                    session.id(),
                    before != null
                            ? before
                            : new KernelIds(
                                    OptionalInt.of(
                                            freeTunnels.isEmpty()
                                                    ? nextTunnel++
                                                    : freeTunnels.pollFirst()),
                                    Map.of()));
            return;
        }
        Map<SelectorPair, Integer> had = before == null ? Map.of() : before.pairNumbers();
        Map<SelectorPair, Integer> has = new LinkedHashMap<>();
        had.forEach(
                (pair, number) -> {
                    if (!session.pairs().contains(pair)) {
                        freePairs.add(number);
                    }
                });
        for (SelectorPair pair : session.pairs()) {
            Integer kept = had.get(pair);
            has.put(
                    pair,
                    kept != null
                            ? kept
                            : freePairs.isEmpty() ? (Integer) nextPair++ : freePairs.pollFirst());
        }
        numbers.put(session.id(), new KernelIds(OptionalInt.empty(), has));
    }

    void delete(String id) {
        sessions.remove(id);
        KernelIds gone = numbers.remove(id);
        if (gone != null) {
            freePairs.addAll(gone.pairNumbers().values());
            gone.tunnelNumber().ifPresent(freeTunnels::add);
        }
    }

    private SessionIntent intent(SessionEnd session) {
        return session.intent(numbers(session.id()));
    }

    /** For one run of the daemon; answers to one that has died are lost. */
    IntentReader reader(BooleanSupplier alive) {
        return new IntentReader() {
            @Override
            public CompletionStage<IntentSnapshot> snapshot() {
                return answer(
                        alive,
                        false,
                        () ->
                                new IntentSnapshot(
                                        1,
                                        ServiceIntent.RUNNING,
                                        sessions.values().stream()
                                                .map(SimulatedStore.this::intent)
                                                .toList(),
                                        List.of()));
            }

            @Override
            public CompletionStage<Optional<SessionIntent>> intent(String id) {
                return answer(
                        alive,
                        true,
                        () ->
                                Optional.ofNullable(sessions.get(id))
                                        .map(SimulatedStore.this::intent));
            }

            @Override
            public CompletionStage<ServiceIntent> serviceIntent() {
                return answer(alive, true, () -> ServiceIntent.RUNNING);
            }

            @Override
            public CompletionStage<Optional<MultiPathGroupIntent>> multiPathGroup(String id) {
                return answer(alive, true, Optional::empty);
            }

            @Override
            public CompletionStage<Optional<RequestedChange>> changeOf(String requestId) {
                return answer(alive, true, Optional::empty);
            }

            @Override
            public CompletionStage<List<String>> sessionsUsing(ResourceKind<?> kind, String id) {
                return answer(alive, true, () -> new ArrayList<>(sessions.keySet()));
            }
        };
    }

    private <T> CompletionStage<T> answer(
            BooleanSupplier alive, boolean mayRefuse, Supplier<T> value) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (mayRefuse && busy > 0 && random.nextDouble() < busy) {
            answer.completeExceptionally(new StoreBusyException(1));
            return answer;
        }
        long delay = (long) (random.nextDouble() * slowest.toNanos());
        lastAnswer = Math.max(lastAnswer, timeline.now() + delay);
        timeline.at(
                lastAnswer,
                () -> {
                    if (alive.getAsBoolean()) {
                        answer.complete(value.get());
                    }
                });
        return answer;
    }
}
