package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.crypto.InvalidKeyShareException;
import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyExchange.Response;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Key exchanges on threads of their own, since the slow ones take as long as a thousand datagrams.
 * Those of strangers come last: however many there are, established IKE SAs and handshakes that we
 * have begun wait for those at work only. Called by any event loop.
 */
final class KeyExchangeWorkers implements AutoCloseable {
    /**
     * Of either kind. More than all half-open IKE SAs of four event loops; what comes beyond is
     * given up, and its handshake with it, as if a datagram had been lost.
     */
    private static final int MAX_WAITING = 8_192;

    private final KeyExchange keyExchange;
    private final ExecutorService threads;
    private final Queue<Runnable> urgent = new ArrayDeque<>();
    private final Queue<Runnable> ofStrangers = new ArrayDeque<>();

    KeyExchangeWorkers(KeyExchange keyExchange, int count) {
        this.keyExchange = keyExchange;
        AtomicInteger number = new AtomicInteger();
        this.threads =
                Executors.newFixedThreadPool(
                        count,
                        work -> {
                            Thread thread = new Thread(work, "ike-kex-" + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    void begin(IkeEffect.BeginKeyExchange effect, Consumer<IkeReply> reply) {
        run(
                urgent,
                () ->
                        new IkeReply.KeyExchangeBegun(
                                effect.request(), keyExchange.begin(effect.method())),
                reply);
    }

    void respond(IkeEffect.RespondKeyExchange effect, Consumer<IkeReply> reply) {
        run(
                effect.toStranger() ? ofStrangers : urgent,
                () -> {
                    try {
                        Response response =
                                keyExchange.respond(effect.method(), effect.peerValue());
                        return new IkeReply.KeyExchangeAnswered(
                                effect.request(), response.publicValue(), response.sharedSecret());
                    } catch (InvalidKeyShareException invalid) {
                        return new IkeReply.KeyShareInvalid(
                                effect.request(), String.valueOf(invalid.getMessage()));
                    }
                },
                reply);
    }

    void finish(IkeEffect.FinishKeyExchange effect, Consumer<IkeReply> reply) {
        run(
                urgent,
                () -> {
                    try (KeyShare share = effect.share()) {
                        return new IkeReply.KeyExchangeFinished(
                                effect.request(), keyExchange.finish(share, effect.peerValue()));
                    } catch (InvalidKeyShareException invalid) {
                        return new IkeReply.KeyShareInvalid(
                                effect.request(), String.valueOf(invalid.getMessage()));
                    }
                },
                reply);
    }

    private void run(Queue<Runnable> waiting, Supplier<IkeReply> work, Consumer<IkeReply> reply) {
        synchronized (this) {
            if (waiting.size() >= MAX_WAITING) {
                return;
            }
            waiting.add(() -> reply.accept(work.get()));
        }
        // Not this piece of work, but the one whose turn it is then; there are as many of either.
        threads.execute(() -> next().run());
    }

    private synchronized Runnable next() {
        return urgent.isEmpty() ? ofStrangers.remove() : urgent.remove();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
