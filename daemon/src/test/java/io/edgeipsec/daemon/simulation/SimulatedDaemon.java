package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.control.DataPlane;
import io.edgeipsec.daemon.control.TunnelKinds;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.ike.crypto.InvalidKeyShareException;
import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.engine.IkeEngine;
import io.edgeipsec.ike.engine.Shard;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.RequestId;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the daemon on a gateway, from its start to its death: the engine and the control as
 * they are, and in the place of threads the world's events.
 */
final class SimulatedDaemon implements IkeEffect.Handler {
    /** What a run is told and tells. */
    interface Surroundings {
        void send(Path path, Octets datagram);

        void keepalive(Path path);

        void happened(SimulatedDaemon daemon, IkeEvent event);
    }

    /** How slow its parts are. */
    record Pace(Duration kernel, Duration cryptography) {}

    private final Timeline timeline;
    private final Surroundings surroundings;
    private final Random random;
    private final Pace pace;
    private final KeyExchange keyExchange;
    private final StatusBoard board = new StatusBoard();
    private final DataPlane plane;
    private final IkeEngine engine;
    private final LiveSas live = new LiveSas();
    private long stalledUntil;
    private long armedFor = Long.MAX_VALUE;
    private boolean dead;
    private boolean listening;
    private long changes;
    private @Nullable Octets opening;

    SimulatedDaemon(
            Timeline timeline,
            SimulatedKernel kernel,
            SimulatedStore store,
            IkeSettings settings,
            Random random,
            Pace pace,
            Surroundings surroundings) {
        this.timeline = timeline;
        this.surroundings = surroundings;
        this.random = random;
        this.pace = pace;
        RandomSource octets = random::nextBytes;
        keyExchange = new KeyExchange(octets);
        plane =
                new DataPlane(
                        new SimulatedWork(timeline, this::run, random, pace.kernel()),
                        kernel,
                        store.reader(() -> !dead),
                        new TunnelKinds(Config.TunnelInterface.AUTO),
                        board);
        engine =
                new IkeEngine(
                        settings,
                        EngineLimits.defaults(),
                        octets,
                        new Shard(0, 1),
                        effect -> effect.deliverTo(this),
                        new MonotonicTime(timeline.now()));
    }

    /** In the order of the daemon's own start: policies stand before IKE listens. */
    void start() {
        must(
                plane.prepare()
                        .thenCompose(features -> plane.start((peer, input) -> post(input)))
                        .thenAccept(done -> listening = true));
    }

    private void must(CompletionStage<?> stage) {
        var unused =
                stage.whenComplete(
                        (done, failure) -> {
                            if (failure != null) {
                                timeline.fail(
                                        new Violation(
                                                "defect", "the start failed", cause(failure)));
                            }
                        });
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    /** What is being taken in just now. */
    Optional<Octets> opening() {
        return Optional.ofNullable(opening);
    }

    StatusBoard board() {
        return board;
    }

    LiveSas live() {
        return live;
    }

    IkeEngine engine() {
        return engine;
    }

    boolean isDead() {
        return dead;
    }

    boolean isListening() {
        return listening && !dead;
    }

    boolean isStalled() {
        return timeline.now() < stalledUntil;
    }

    /** Nothing more happens in it; what is in the kernel stays. */
    void kill() {
        dead = true;
    }

    /** Tells the peers goodbye, blocks, and dies. */
    void stop(Runnable then) {
        post(new IkeInput.ShutdownRequested());
        awaitQuiet(40, then);
    }

    private void awaitQuiet(int patience, Runnable then) {
        run(
                () -> {
                    if (!engine.isQuiet() && patience > 0) {
                        timeline.after(
                                Duration.ofMillis(200), () -> awaitQuiet(patience - 1, then));
                        return;
                    }
                    listening = false;
                    var unused =
                            plane.stop(Config.OnStop.BLOCK)
                                    .thenAccept(
                                            report -> {
                                                plane.close();
                                                dead = true;
                                                then.run();
                                            });
                });
    }

    /** It stands still until then, and does afterwards what came meanwhile. */
    void stall(Duration time) {
        stalledUntil = timeline.now() + time.toNanos();
    }

    /** A change was committed. */
    void changed(String session, ConfigurationChange.Type type) {
        run(
                () ->
                        plane.changed(
                                new ConfigurationChange(
                                        ++changes, ResourceKind.SESSION, "any", session, 0, type)));
    }

    void receive(Path path, Octets datagram) {
        run(
                () -> {
                    if (listening) {
                        opening = datagram;
                        handle(new IkeInput.DatagramReceived(path, datagram));
                        opening = null;
                    }
                });
    }

    private void run(Runnable work) {
        if (dead) {
            return;
        }
        if (timeline.now() < stalledUntil) {
            timeline.at(stalledUntil, () -> run(work));
            return;
        }
        try {
            work.run();
        } catch (RuntimeException defect) {
            throw new Violation("defect", String.valueOf(defect), defect);
        }
    }

    private void post(IkeInput input) {
        timeline.after(Duration.ZERO, () -> run(() -> handle(input)));
    }

    private void handle(IkeInput input) {
        engine.handle(input, new MonotonicTime(timeline.now()));
        arm();
    }

    private void arm() {
        engine.nextDeadline()
                .map(MonotonicTime::nanos)
                .filter(at -> at < armedFor)
                .ifPresent(
                        at -> {
                            armedFor = at;
                            timeline.at(at, () -> run(() -> fire(at)));
                        });
    }

    private void fire(long at) {
        if (armedFor == at) {
            armedFor = Long.MAX_VALUE;
            handle(new IkeInput.DeadlineReached());
        }
    }

    private void reply(IkeReply reply) {
        post(new IkeInput.ReplyReceived(reply));
    }

    private void compute(Supplier<IkeReply> work) {
        IkeReply result = work.get();
        long delay = (long) ((0.2 + 0.8 * random.nextDouble()) * pace.cryptography().toNanos());
        timeline.at(timeline.now() + delay, () -> run(() -> reply(result)));
    }

    @Override
    public void sendDatagram(IkeEffect.SendDatagram effect) {
        surroundings.send(effect.path(), effect.datagram());
    }

    @Override
    public void sendKeepalive(IkeEffect.SendKeepalive effect) {
        surroundings.keepalive(effect.path());
    }

    @Override
    public void beginKeyExchange(IkeEffect.BeginKeyExchange effect) {
        compute(
                () ->
                        new IkeReply.KeyExchangeBegun(
                                effect.request(), keyExchange.begin(effect.method())));
    }

    @Override
    public void respondKeyExchange(IkeEffect.RespondKeyExchange effect) {
        compute(
                () -> {
                    try {
                        KeyExchange.Response response =
                                keyExchange.respond(effect.method(), effect.peerValue());
                        return new IkeReply.KeyExchangeAnswered(
                                effect.request(), response.publicValue(), response.sharedSecret());
                    } catch (InvalidKeyShareException invalid) {
                        return invalid(effect.request(), invalid);
                    }
                });
    }

    @Override
    public void finishKeyExchange(IkeEffect.FinishKeyExchange effect) {
        compute(
                () -> {
                    try (KeyShare share = effect.share()) {
                        return new IkeReply.KeyExchangeFinished(
                                effect.request(), keyExchange.finish(share, effect.peerValue()));
                    } catch (InvalidKeyShareException invalid) {
                        return invalid(effect.request(), invalid);
                    }
                });
    }

    private static IkeReply invalid(RequestId request, InvalidKeyShareException invalid) {
        return new IkeReply.KeyShareInvalid(request, String.valueOf(invalid.getMessage()));
    }

    @Override
    public void sign(IkeEffect.Sign effect) {
        throw new UnsupportedOperationException("sessions here have pre-shared keys");
    }

    @Override
    public void verifyPeer(IkeEffect.VerifyPeer effect) {
        throw new UnsupportedOperationException("sessions here have pre-shared keys");
    }

    @Override
    public void allocateSpi(IkeEffect.AllocateSpi effect) {
        plane.childSas().allocateSpi(effect, this::reply);
    }

    @Override
    public void installChildSa(IkeEffect.InstallChildSa effect) {
        plane.childSas().installChildSa(effect, this::reply);
    }

    @Override
    public void removeChildSa(IkeEffect.RemoveChildSa effect) {
        plane.childSas().removeChildSa(effect);
    }

    @Override
    public void stopSending(IkeEffect.StopSending effect) {
        plane.childSas().stopSending(effect, this::reply);
    }

    @Override
    public void moveChildSa(IkeEffect.MoveChildSa effect) {
        plane.childSas().moveChildSa(effect);
    }

    @Override
    public void measureTraffic(IkeEffect.MeasureTraffic effect) {
        plane.childSas().measureTraffic(effect, this::reply);
    }

    @Override
    public void announce(IkeEffect.Announce effect) {
        IkeEvent event = effect.event();
        live.follow(event);
        event.deliverTo(board);
        if (event instanceof IkeEvent.NegotiationFailed failed) {
            plane.negotiationFailed(failed.session());
        } else if (event instanceof IkeEvent.ChildSaFailed failed) {
            plane.childFailed(failed.session(), failed.child());
        }
        surroundings.happened(this, event);
    }
}
