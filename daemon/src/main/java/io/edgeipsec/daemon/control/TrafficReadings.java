package io.edgeipsec.daemon.control;

import io.edgeipsec.api.resource.TunnelTraffic;
import io.edgeipsec.daemon.status.TrafficSource;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what tunnels have carried when somebody asks, and at no other time. Any thread; the work is
 * done on the kernel thread.
 */
final class TrafficReadings implements TrafficSource {
    /** A session may have 16,384 pairs; others' requests to the kernel go between the slices. */
    private static final int SLICE = 256;

    /** For as long everybody who asks for all sessions gets the same answer. */
    private static final Duration SHARED = Duration.ofSeconds(1);

    private final KernelWork thread;
    private final IpsecKernel kernel;
    private final SessionTable table;
    private final TrafficLedger ledger;
    private @Nullable Map<String, TunnelTraffic> all;

    TrafficReadings(
            KernelWork thread, IpsecKernel kernel, SessionTable table, TrafficLedger ledger) {
        this.thread = thread;
        this.kernel = kernel;
        this.table = table;
        this.ledger = ledger;
    }

    @Override
    public CompletionStage<SessionTraffic> traffic(String session) {
        return read(session, live -> sessionTraffic(session, live));
    }

    private SessionTraffic sessionTraffic(String session, Map<String, TunnelTraffic> live) {
        SessionTable.Entry entry = table.find(session);
        if (entry == null) {
            return SessionTraffic.NONE;
        }
        Map<String, TunnelTraffic> tunnels = ledger.tunnels(session, live);
        return new SessionTraffic(
                tunnels.values().stream().reduce(TunnelTraffic.NONE, TunnelTraffic::plus),
                tunnels,
                entry.blueprint.pairs());
    }

    @Override
    public CompletionStage<Void> resetTraffic(String session) {
        return read(session, live -> reset(session, live)).thenAccept(found -> {});
    }

    /** Whether the session is there. */
    private boolean reset(String session, Map<String, TunnelTraffic> live) {
        boolean found = table.find(session) != null;
        if (found) {
            ledger.reset(session, live);
            all = null;
        }
        return found;
    }

    @Override
    public CompletionStage<Map<String, TunnelTraffic>> trafficOfAll() {
        CompletableFuture<Map<String, TunnelTraffic>> answer = new CompletableFuture<>();
        thread.execute(() -> complete(answer, this::shared));
        return answer;
    }

    private Map<String, TunnelTraffic> shared() {
        Map<String, TunnelTraffic> known = all;
        if (known == null) {
            known =
                    kernel.listSas()
                            .fold(
                                    sas -> Map.copyOf(ledger.sessions(sas, table)),
                                    refused -> {
                                        throw new IllegalStateException(refused.message());
                                    });
            all = known;
            Map<String, TunnelTraffic> read = known;
            thread.executeLater(SHARED, () -> forget(read));
        }
        return known;
    }

    @SuppressWarnings("ReferenceEquality") // this one, not one like it
    private void forget(Map<String, TunnelTraffic> read) {
        if (all == read) {
            all = null;
        }
    }

    private <T> CompletionStage<T> read(
            String session, Function<Map<String, TunnelTraffic>, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        thread.execute(
                () ->
                        readSlice(
                                new ArrayDeque<>(installed(session)),
                                new HashMap<>(),
                                live -> complete(answer, () -> question.apply(live))));
        return answer;
    }

    private static <T> void complete(CompletableFuture<T> answer, Supplier<T> work) {
        try {
            answer.complete(work.get());
        } catch (RuntimeException failure) {
            answer.completeExceptionally(failure);
        }
    }

    private Collection<LiveSa> installed(String session) {
        Set<LiveSa> installed = new LinkedHashSet<>();
        SessionTable.Entry entry = table.find(session);
        if (entry != null) {
            Set<String> children = new LinkedHashSet<>(entry.blueprint.children().keySet());
            children.addAll(ledger.children(session));
            children.forEach(
                    child -> installed.addAll(table.installedOf(new ChildRef(session, child))));
        }
        return installed;
    }

    private void readSlice(
            Deque<LiveSa> rest,
            Map<LiveSa, TunnelTraffic> read,
            Consumer<Map<String, TunnelTraffic>> then) {
        for (int i = 0; i < SLICE && !rest.isEmpty(); i++) {
            LiveSa sa = rest.remove();
            read.put(sa, ledger.read(sa));
        }
        if (!rest.isEmpty()) {
            thread.execute(() -> readSlice(rest, read, then));
            return;
        }
        Map<String, TunnelTraffic> live = new HashMap<>();
        read.forEach(
                (sa, traffic) -> {
                    if (table.findSa(sa.inbound()).isPresent()) { // else the ledger has it already
                        live.merge(sa.child().child(), traffic, TunnelTraffic::plus);
                    }
                });
        then.accept(live);
    }
}
