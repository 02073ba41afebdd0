package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.crypto.InvalidKeyShareException;
import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.engine.IkeEngine;
import io.edgeipsec.ike.engine.Shard;
import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An engine with the world that it asks for things: key exchanges are done at once, the kernel is a
 * {@link FakeSad}, and replies come when the engine has finished what it was doing. Nothing here
 * knows of other gateways.
 */
public final class Gateway implements IkeEffect.Handler {
    private final IkeEngine engine;
    private final KeyExchange keyExchange;
    private final FakeSad sad;
    private final List<IkeEvent> events = new ArrayList<>();
    private final Deque<IkeReply> replies = new ArrayDeque<>();
    private final Deque<Runnable> work = new ArrayDeque<>();
    private final Map<Octets, IkeMessage> sent = new HashMap<>();
    private final BiConsumer<Path, Octets> network;
    private @Nullable IkeMessage sending;
    private MonotonicTime now;
    private int keepalives;
    private int measurements;
    private int keyExchangesWithStrangers;
    private boolean stalled;
    private final Deque<Runnable> credentialWork = new ArrayDeque<>();
    private Optional<Credentials> credentials = Optional.empty();
    private boolean credentialsAreSlow;

    public Gateway(
            RandomSource random,
            int firstSpi,
            IkeSettings settings,
            EngineLimits limits,
            MonotonicTime now,
            BiConsumer<Path, Octets> network) {
        this.network = network;
        this.now = now;
        this.keyExchange = new KeyExchange(random);
        this.sad = new FakeSad(firstSpi);
        this.engine =
                new IkeEngine(
                        settings,
                        limits,
                        random,
                        new Shard(0, 1),
                        effect -> effect.deliverTo(this),
                        now);
    }

    public FakeSad sad() {
        return sad;
    }

    public IkeEngine engine() {
        return engine;
    }

    public List<IkeEvent> events() {
        return events;
    }

    /** How often the engine asked what the SAs had carried. */
    public int measurements() {
        return measurements;
    }

    public int keyExchangesWithStrangers() {
        return keyExchangesWithStrangers;
    }

    public int keepalives() {
        return keepalives;
    }

    public <E extends IkeEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The one event of its kind. */
    public <E extends IkeEvent> E only(Class<E> kind) {
        List<E> found = events(kind);
        if (found.size() != 1) {
            throw new AssertionError("not one " + kind.getSimpleName() + ": " + found);
        }
        return found.get(0);
    }

    /** Why datagrams were dropped, in order. */
    public List<DropReason> drops() {
        return events(IkeEvent.DatagramDropped.class).stream()
                .map(IkeEvent.DatagramDropped::reason)
                .toList();
    }

    /** The IKE SAs that were announced as established and not as closed. */
    public List<IkeSaId> ikeSas() {
        List<IkeSaId> live = new ArrayList<>();
        events(IkeEvent.IkeSaEstablished.class).forEach(e -> live.add(e.ikeSa()));
        events(IkeEvent.IkeSaClosed.class).forEach(e -> live.remove(e.ikeSa()));
        return live;
    }

    /** The Child SAs that were announced as established and not as closed. */
    public List<ChildSaLocator> childSas() {
        List<ChildSaLocator> live = new ArrayList<>();
        events(IkeEvent.ChildSaEstablished.class).forEach(e -> live.add(e.locator()));
        events(IkeEvent.ChildSaClosed.class).forEach(e -> live.remove(e.locator()));
        return live;
    }

    /** What a datagram says that this gateway has sent. */
    IkeMessage message(Octets datagram) {
        IkeMessage known = sent.get(datagram);
        if (known != null) {
            return known;
        }
        try {
            IkeHeader header = IkeHeader.decode(datagram.reader());
            if (MessageCodec.decode(header, datagram) instanceof DecodeResult.Decoded decoded) {
                return decoded.message();
            }
            throw new AssertionError("sent what cannot be decoded: " + datagram);
        } catch (MalformedMessageException malformed) {
            throw new AssertionError("sent what has no header: " + datagram, malformed);
        }
    }

    /** From now on kernel and key exchanges do nothing but when {@link #step} is called. */
    public void stall() {
        stalled = true;
    }

    public boolean hasWork() {
        return !work.isEmpty();
    }

    /** Does the oldest piece of work that waits. */
    public void step() {
        work.remove().run();
        settle();
    }

    /** Does all that waits, and from now on everything at once again. */
    public void resume() {
        stalled = false;
        while (!work.isEmpty()) {
            step();
        }
    }

    public void configure(PeerPolicy policy) {
        tell(new IkeInput.PeerConfigured(policy));
    }

    public void tell(IkeInput input) {
        engine.handle(input, now);
        settle();
    }

    public void receive(Path path, Octets datagram) {
        tell(new IkeInput.DatagramReceived(path, datagram));
    }

    /** Moves the clock; what is due happens. */
    public void passTo(MonotonicTime time) {
        now = time;
        while (engine.nextDeadline().filter(now::hasReached).isPresent()) {
            tell(new IkeInput.DeadlineReached());
        }
    }

    public Optional<MonotonicTime> nextDeadline() {
        return engine.nextDeadline();
    }

    private void settle() {
        while (!replies.isEmpty()) {
            engine.handle(new IkeInput.ReplyReceived(replies.remove()), now);
        }
    }

    @Override
    public void sendDatagram(IkeEffect.SendDatagram effect) {
        if (sending != null) {
            sent.put(effect.datagram(), sending);
            sending = null;
        }
        network.accept(effect.path(), effect.datagram());
    }

    @Override
    public void sendKeepalive(IkeEffect.SendKeepalive effect) {
        keepalives++;
    }

    @Override
    public void beginKeyExchange(IkeEffect.BeginKeyExchange effect) {
        perform(
                () ->
                        replies.add(
                                new IkeReply.KeyExchangeBegun(
                                        effect.request(), keyExchange.begin(effect.method()))));
    }

    @Override
    public void respondKeyExchange(IkeEffect.RespondKeyExchange effect) {
        keyExchangesWithStrangers += effect.toStranger() ? 1 : 0;
        perform(() -> replies.add(respond(effect)));
    }

    private IkeReply respond(IkeEffect.RespondKeyExchange effect) {
        try {
            KeyExchange.Response response =
                    keyExchange.respond(effect.method(), effect.peerValue());
            return new IkeReply.KeyExchangeAnswered(
                    effect.request(), response.publicValue(), response.sharedSecret());
        } catch (InvalidKeyShareException invalid) {
            return new IkeReply.KeyShareInvalid(
                    effect.request(), String.valueOf(invalid.getMessage()));
        }
    }

    @Override
    public void finishKeyExchange(IkeEffect.FinishKeyExchange effect) {
        perform(() -> replies.add(finish(effect)));
    }

    private IkeReply finish(IkeEffect.FinishKeyExchange effect) {
        try (KeyShare share = effect.share()) {
            return new IkeReply.KeyExchangeFinished(
                    effect.request(), keyExchange.finish(share, effect.peerValue()));
        } catch (InvalidKeyShareException invalid) {
            return new IkeReply.KeyShareInvalid(
                    effect.request(), String.valueOf(invalid.getMessage()));
        }
    }

    /** Who signs and verifies for this gateway; without one, it has no certificates. */
    public interface Credentials {
        IkeReply sign(IkeEffect.Sign effect);

        IkeReply verifyPeer(IkeEffect.VerifyPeer effect);
    }

    public void credentials(Credentials value) {
        credentials = Optional.of(value);
    }

    @Override
    public void sign(IkeEffect.Sign effect) {
        credentialWork(() -> replies.add(credentials.orElseThrow().sign(effect)));
    }

    @Override
    public void verifyPeer(IkeEffect.VerifyPeer effect) {
        credentialWork(() -> replies.add(credentials.orElseThrow().verifyPeer(effect)));
    }

    /** From now on signatures come and are judged when {@link #letCredentialsWork} is called. */
    public void slowCredentials() {
        credentialsAreSlow = true;
    }

    public void letCredentialsWork() {
        credentialsAreSlow = false;
        while (!credentialWork.isEmpty()) {
            credentialWork.remove().run();
            settle();
        }
    }

    private void credentialWork(Runnable work) {
        if (credentialsAreSlow) {
            credentialWork.add(work);
        } else {
            work.run();
        }
    }

    @Override
    public void allocateSpi(IkeEffect.AllocateSpi effect) {
        perform(
                () -> {
                    Optional<String> refusal = sad.takeRefusal();
                    ChildSaLocator wanted = effect.locator();
                    replies.add(
                            refusal.isPresent()
                                    ? new IkeReply.KernelRefused(effect.request(), refusal.get())
                                    : new IkeReply.SpiAllocated(
                                            effect.request(),
                                            wanted.withInbound(sad.allocate(wanted))));
                });
    }

    @Override
    public void installChildSa(IkeEffect.InstallChildSa effect) {
        perform(
                () -> {
                    Optional<String> refusal = sad.takeRefusal();
                    if (refusal.isPresent()) {
                        effect.installation().close();
                        replies.add(new IkeReply.KernelRefused(effect.request(), refusal.get()));
                    } else {
                        sad.install(effect.installation());
                        replies.add(
                                new IkeReply.ChildSaInstalled(
                                        effect.request(), effect.installation().locator()));
                    }
                });
    }

    @Override
    public void removeChildSa(IkeEffect.RemoveChildSa effect) {
        perform(() -> sad.remove(effect.locator()));
    }

    @Override
    public void stopSending(IkeEffect.StopSending effect) {
        perform(
                () -> {
                    sad.stopSending(effect.locator());
                    replies.add(new IkeReply.SendingStopped(effect.request()));
                });
    }

    @Override
    public void moveChildSa(IkeEffect.MoveChildSa effect) {
        perform(() -> sad.move(effect.locator(), effect.path()));
    }

    @Override
    public void measureTraffic(IkeEffect.MeasureTraffic effect) {
        measurements++;
        perform(
                () -> {
                    Optional<String> refusal = sad.takeRefusal();
                    replies.add(
                            refusal.isPresent()
                                    ? new IkeReply.KernelRefused(effect.request(), refusal.get())
                                    : new IkeReply.TrafficMeasured(
                                            effect.request(), sad.measure(effect.childSas())));
                });
    }

    private void perform(Runnable job) {
        if (stalled) {
            work.add(job);
        } else {
            job.run();
        }
    }

    @Override
    public void announce(IkeEffect.Announce effect) {
        events.add(effect.event());
        if (effect.event() instanceof IkeEvent.MessageExchanged message && message.sent()) {
            sending = message.message();
        }
        if (effect.event() instanceof IkeEvent.DefectContained defect) {
            throw new AssertionError("defect in IKE SA " + defect.ikeSa(), defect.defect());
        }
    }

    /** What was sent and received, for a failing test's message. */
    public String ladder() {
        return events(IkeEvent.MessageExchanged.class).stream()
                .map(e -> (e.sent() ? "-> " : "<- ") + e.message().outline())
                .collect(Collectors.joining("\n"));
    }
}
