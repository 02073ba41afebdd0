package io.edgeipsec.bench;

import io.edgeipsec.ike.crypto.InvalidKeyShareException;
import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.engine.IkeEngine;
import io.edgeipsec.ike.engine.Shard;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * An engine whose effects are done at once, on the benchmark's thread, with a kernel that says yes.
 */
final class BenchGateway implements IkeEffect.Handler {
    record Sent(Path path, Octets datagram) {}

    private final IkeEngine engine;
    private final KeyExchange keyExchange;
    private final Deque<IkeReply> replies = new ArrayDeque<>();
    private final Deque<Sent> sent = new ArrayDeque<>();
    private MonotonicTime now = new MonotonicTime(0);
    private int nextSpi = 0xc000_0000;
    private int childSas;

    BenchGateway(RandomSource random) {
        keyExchange = new KeyExchange(random);
        engine =
                new IkeEngine(
                        IkeSettings.defaults(),
                        EngineLimits.defaults(),
                        random,
                        new Shard(0, 1),
                        effect -> effect.deliverTo(this),
                        now);
    }

    IkeEngine engine() {
        return engine;
    }

    Deque<Sent> sent() {
        return sent;
    }

    /** Child SAs that have come up. */
    int childSas() {
        return childSas;
    }

    MonotonicTime now() {
        return now;
    }

    void setTime(MonotonicTime time) {
        now = time;
    }

    void tell(IkeInput input) {
        engine.handle(input, now);
        while (!replies.isEmpty()) {
            engine.handle(new IkeInput.ReplyReceived(replies.remove()), now);
        }
    }

    /** Gives the other gateway all that was sent, and back, until nobody has anything to say. */
    static void talk(BenchGateway one, BenchGateway other) {
        while (!one.sent.isEmpty() || !other.sent.isEmpty()) {
            deliver(one, other);
            deliver(other, one);
        }
    }

    private static void deliver(BenchGateway from, BenchGateway to) {
        while (!from.sent.isEmpty()) {
            Sent datagram = from.sent.remove();
            Path arrived =
                    new Path(
                            /* local= */ datagram.path().remote(),
                            /* remote= */ datagram.path().local());
            to.tell(new IkeInput.DatagramReceived(arrived, datagram.datagram()));
        }
    }

    @Override
    public void sendDatagram(IkeEffect.SendDatagram effect) {
        sent.add(new Sent(effect.path(), effect.datagram()));
    }

    @Override
    public void sendKeepalive(IkeEffect.SendKeepalive effect) {}

    @Override
    public void beginKeyExchange(IkeEffect.BeginKeyExchange effect) {
        replies.add(
                new IkeReply.KeyExchangeBegun(
                        effect.request(), keyExchange.begin(effect.method())));
    }

    @Override
    public void respondKeyExchange(IkeEffect.RespondKeyExchange effect) {
        try {
            KeyExchange.Response response =
                    keyExchange.respond(effect.method(), effect.peerValue());
            replies.add(
                    new IkeReply.KeyExchangeAnswered(
                            effect.request(), response.publicValue(), response.sharedSecret()));
        } catch (InvalidKeyShareException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void finishKeyExchange(IkeEffect.FinishKeyExchange effect) {
        try (KeyShare share = effect.share()) {
            replies.add(
                    new IkeReply.KeyExchangeFinished(
                            effect.request(), keyExchange.finish(share, effect.peerValue())));
        } catch (InvalidKeyShareException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void sign(IkeEffect.Sign effect) {
        throw new IllegalStateException("sessions here have pre-shared keys");
    }

    @Override
    public void verifyPeer(IkeEffect.VerifyPeer effect) {
        throw new IllegalStateException("sessions here have pre-shared keys");
    }

    @Override
    public void allocateSpi(IkeEffect.AllocateSpi effect) {
        replies.add(
                new IkeReply.SpiAllocated(
                        effect.request(), effect.locator().withInbound(new EspSpi(nextSpi++))));
    }

    @Override
    public void installChildSa(IkeEffect.InstallChildSa effect) {
        effect.installation().close();
        childSas++;
        replies.add(
                new IkeReply.ChildSaInstalled(effect.request(), effect.installation().locator()));
    }

    @Override
    public void removeChildSa(IkeEffect.RemoveChildSa effect) {}

    @Override
    public void stopSending(IkeEffect.StopSending effect) {
        replies.add(new IkeReply.SendingStopped(effect.request()));
    }

    @Override
    public void moveChildSa(IkeEffect.MoveChildSa effect) {}

    @Override
    public void measureTraffic(IkeEffect.MeasureTraffic effect) {
        replies.add(new IkeReply.TrafficMeasured(effect.request(), List.of()));
    }

    @Override
    public void announce(IkeEffect.Announce effect) {
        if (effect.event() instanceof IkeEvent.DefectContained defect) {
            throw new IllegalStateException("defect", defect.defect());
        }
    }
}
