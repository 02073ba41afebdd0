package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.crypto.InvalidKeyShareException;
import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyExchange.Response;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Key exchanges on threads of their own, since the slow ones take as long as a thousand datagrams.
 */
final class KeyExchangeWorkers implements AutoCloseable {
    /**
     * More than all half-open IKE SAs of all event loops; what comes beyond is given up, and its
     * handshake with it, as if a datagram had been lost.
     */
    private static final int QUEUE_LIMIT = 16_384;

    /** The rest of the queue is for what we have begun ourselves, which nobody would repeat. */
    private static final int RESPONSE_LIMIT = QUEUE_LIMIT / 2;

    private final KeyExchange keyExchange;
    private final ThreadPoolExecutor threads;

    KeyExchangeWorkers(KeyExchange keyExchange, int count) {
        this.keyExchange = keyExchange;
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE_LIMIT),
                        work -> {
                            Thread thread = new Thread(work, "ike-kex-" + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    void begin(IkeEffect.BeginKeyExchange effect, Consumer<IkeReply> reply) {
        run(
                () ->
                        new IkeReply.KeyExchangeBegun(
                                effect.request(), keyExchange.begin(effect.method())),
                reply);
    }

    void respond(IkeEffect.RespondKeyExchange effect, Consumer<IkeReply> reply) {
        if (threads.getQueue().size() >= RESPONSE_LIMIT) {
            return;
        }
        run(
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

    private void run(Supplier<IkeReply> work, Consumer<IkeReply> reply) {
        try {
            threads.execute(() -> reply.accept(work.get()));
        } catch (RejectedExecutionException full) {
            // The handshake times out; see QUEUE_LIMIT. Nothing else would be cheaper for us.
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
