package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.engine.IkeEngine;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One engine on one event loop, with the one timer that it needs. {@link #post} may be called from
 * any thread; everything else happens on the loop.
 */
final class IkeShard implements IkeEffect.Handler {
    /** Sends a message, or a keepalive where it is empty. */
    @FunctionalInterface
    interface Sender {
        void send(Path path, Optional<Octets> message);
    }

    /**
     * Datagrams that wait for a loop at most, some 100 ms of work. Behind that a peer's
     * retransmission comes sooner than our answer, so whatever is dropped is not missed.
     */
    private static final int MAX_BACKLOG = 4_096;

    private final EventLoop loop;
    private final AtomicInteger backlog = new AtomicInteger();
    private final LongSupplier nanoTime;
    private final Sender sender;
    private final KeyExchangeWorkers keyExchanges;
    private final CredentialService credentials;
    private final ChildSaKernel kernel;
    private final Consumer<IkeEvent> events;
    private final IkeEngine engine;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable MonotonicTime timerAt;
    private @Nullable Runnable whenQuiet;

    /**
     * A shard without sessions.
     *
     * @param engine makes the engine for a sink of effects
     * @param events called on the loop; must not block
     */
    IkeShard(
            EventLoop loop,
            LongSupplier nanoTime,
            Sender sender,
            KeyExchangeWorkers keyExchanges,
            CredentialService credentials,
            ChildSaKernel kernel,
            Consumer<IkeEvent> events,
            Function<Consumer<IkeEffect>, IkeEngine> engine) {
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.sender = sender;
        this.keyExchanges = keyExchanges;
        this.credentials = credentials;
        this.kernel = kernel;
        this.events = events;
        this.engine = engine.apply(effect -> effect.deliverTo(this));
    }

    void post(IkeInput input) {
        if (loop.inEventLoop()) {
            handle(input);
        } else {
            loop.execute(() -> handle(input));
        }
    }

    /** As {@link #post} for what comes from the network; drops it where too much waits already. */
    void receive(IkeInput.DatagramReceived datagram) {
        if (loop.inEventLoop()) {
            handle(datagram);
        } else if (backlog.incrementAndGet() > MAX_BACKLOG) {
            backlog.decrementAndGet();
            events.accept(new IkeEvent.DatagramDropped(datagram.path(), DropReason.BACKLOG));
        } else {
            loop.execute(
                    () -> {
                        backlog.decrementAndGet();
                        handle(datagram);
                    });
        }
    }

    /** Calls back, on the loop, once nothing is left that a stop would wait for. */
    void whenQuiet(Runnable then) {
        loop.execute(
                () -> {
                    whenQuiet = then;
                    checkQuiet();
                });
    }

    private void checkQuiet() {
        Runnable then = whenQuiet;
        if (then != null && engine.isQuiet()) {
            whenQuiet = null;
            then.run();
        }
    }

    private void handle(IkeInput input) {
        try {
            engine.handle(input, now());
        } finally {
            armTimer();
            checkQuiet();
        }
    }

    private MonotonicTime now() {
        return new MonotonicTime(nanoTime.getAsLong());
    }

    /** A timer that is too early is left to fire: it finds nothing to do and is armed again. */
    private void armTimer() {
        Optional<MonotonicTime> next = engine.nextDeadline();
        if (next.isEmpty() || (timerAt != null && !next.get().isBefore(timerAt))) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerAt = next.get();
        long delay = Math.max(0, next.get().since(now()).toNanos());
        timer = loop.schedule(this::fire, delay, TimeUnit.NANOSECONDS);
    }

    private void fire() {
        timer = null;
        timerAt = null;
        handle(new IkeInput.DeadlineReached());
    }

    private void reply(IkeReply reply) {
        // Never from within the effect that it answers, even where the work was done at once.
        loop.execute(() -> handle(new IkeInput.ReplyReceived(reply)));
    }

    @Override
    public void sendDatagram(IkeEffect.SendDatagram effect) {
        sender.send(effect.path(), Optional.of(effect.datagram()));
    }

    @Override
    public void sendKeepalive(IkeEffect.SendKeepalive effect) {
        sender.send(effect.path(), Optional.empty());
    }

    @Override
    public void beginKeyExchange(IkeEffect.BeginKeyExchange effect) {
        keyExchanges.begin(effect, this::reply);
    }

    @Override
    public void respondKeyExchange(IkeEffect.RespondKeyExchange effect) {
        keyExchanges.respond(effect, this::reply);
    }

    @Override
    public void finishKeyExchange(IkeEffect.FinishKeyExchange effect) {
        keyExchanges.finish(effect, this::reply);
    }

    @Override
    public void sign(IkeEffect.Sign effect) {
        credentials.sign(effect, this::reply);
    }

    @Override
    public void verifyPeer(IkeEffect.VerifyPeer effect) {
        credentials.verifyPeer(effect, this::reply);
    }

    @Override
    public void allocateSpi(IkeEffect.AllocateSpi effect) {
        kernel.allocateSpi(effect, this::reply);
    }

    @Override
    public void installChildSa(IkeEffect.InstallChildSa effect) {
        kernel.installChildSa(effect, this::reply);
    }

    @Override
    public void removeChildSa(IkeEffect.RemoveChildSa effect) {
        kernel.removeChildSa(effect);
    }

    @Override
    public void stopSending(IkeEffect.StopSending effect) {
        kernel.stopSending(effect, this::reply);
    }

    @Override
    public void moveChildSa(IkeEffect.MoveChildSa effect) {
        kernel.moveChildSa(effect);
    }

    @Override
    public void measureTraffic(IkeEffect.MeasureTraffic effect) {
        kernel.measureTraffic(effect, this::reply);
    }

    @Override
    public void announce(IkeEffect.Announce effect) {
        events.accept(effect.event());
    }
}
