package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.sa.IkeSa;
import io.edgeipsec.ike.sa.IkeSaEnvironment;
import io.edgeipsec.ike.sa.IkeSaOwner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The IKE SAs and sessions of one event loop. {@link #handle} is told what happened and when;
 * effects go to the sink in the order in which they must happen, and must not be answered from
 * within. Called by that event loop only.
 */
public final class IkeEngine {
    private static final IkeSaId NO_IKE_SA = new IkeSaId(IkeSpi.ZERO, IkeSpi.ZERO);

    private final EngineLimits limits;
    private final RandomSource random;
    private final Shard shard;
    private final Consumer<IkeEffect> effects;
    private final IkeSaEnvironment environment;
    private final CookieJar cookies;
    private final AnswerLimiter answers;
    private final AnswerLimiter rejections;
    private final Inputs inputs = new Inputs();

    private final Map<IkeSpi, IkeSa> sas = new HashMap<>();
    private final HalfOpenSas halfOpen = new HalfOpenSas();
    private final Map<String, PeerSession> sessions = new HashMap<>();
    private final Map<AddressPair, List<PeerSession>> directory = new HashMap<>();
    private final DeadlineQueue<IkeSa> saDeadlines = new DeadlineQueue<>();
    private final DeadlineQueue<PeerSession> sessionDeadlines = new DeadlineQueue<>();

    private MonotonicTime now;
    private boolean shuttingDown;

    private record AddressPair(IpAddress local, IpAddress remote) {}

    /**
     * An engine without sessions.
     *
     * @param shard which of the event loops it is for
     */
    public IkeEngine(
            IkeSettings settings,
            EngineLimits limits,
            RandomSource random,
            Shard shard,
            Consumer<IkeEffect> effects,
            MonotonicTime now) {
        this.limits = limits;
        this.random = random;
        this.shard = shard;
        this.effects = effects;
        this.now = now;
        Primitives primitives = new Primitives();
        this.cookies = new CookieJar(primitives, random, now);
        this.answers = new AnswerLimiter(limits.answersPerSecond(), now);
        this.rejections = new AnswerLimiter(limits.rejectionsPerSecond(), now);
        this.environment =
                new IkeSaEnvironment(random, primitives, settings, effects, new SaOwner());
    }

    public void handle(IkeInput input, MonotonicTime time) {
        now = time;
        try {
            input.deliverTo(inputs);
        } catch (RuntimeException defect) {
            report(NO_IKE_SA, defect);
        }
    }

    /** When {@link IkeInput.DeadlineReached} is due; it may find nothing to do. */
    public Optional<MonotonicTime> nextDeadline() {
        Optional<MonotonicTime> sa = saDeadlines.next();
        Optional<MonotonicTime> session = sessionDeadlines.next();
        if (sa.isPresent() && session.isPresent()) {
            return sa.get().isBefore(session.get()) ? sa : session;
        }
        return sa.isPresent() ? sa : session;
    }

    /** Whether nothing is left that a stop would have to wait for. */
    public boolean isQuiet() {
        return sas.values().stream().noneMatch(sa -> sa.state().isOpen());
    }

    public int ikeSaCount() {
        return sas.size();
    }

    public int halfOpenCount() {
        return halfOpen.size();
    }

    private final class Inputs implements IkeInput.Handler {
        @Override
        public void datagramReceived(IkeInput.DatagramReceived input) {
            receive(input.path(), input.datagram());
        }

        @Override
        public void replyReceived(IkeInput.ReplyReceived input) {
            IkeReply reply = input.reply();
            IkeSa sa = sas.get(reply.request().ikeSa());
            boolean awaited =
                    sa != null && contained(sa, () -> sa.deliver(reply, now)).orElse(true);
            if (!awaited) {
                undo(reply);
            }
        }

        @Override
        public void deadlineReached(IkeInput.DeadlineReached input) {
            Optional<IkeSa> sa = saDeadlines.takeReached(now);
            while (sa.isPresent()) {
                contained(sa.get(), IkeSa::reachDeadline);
                sa = saDeadlines.takeReached(now);
            }
            Optional<PeerSession> session = sessionDeadlines.takeReached(now);
            while (session.isPresent()) {
                session.get().drive(now);
                schedule(session.get());
                session = sessionDeadlines.takeReached(now);
            }
        }

        @Override
        public void peerConfigured(IkeInput.PeerConfigured input) {
            PeerPolicy policy = input.policy();
            if (shuttingDown) {
                policy.authentication().close();
                return;
            }
            PeerSession known = sessions.get(policy.session());
            if (known == null) {
                PeerSession session =
                        new PeerSession(environment, IkeEngine.this::newIkeSa, policy, now);
                sessions.put(policy.session(), session);
                register(session);
                session.drive(now);
                schedule(session);
            } else {
                unregister(known);
                known.reconfigure(policy, now);
                register(known);
                schedule(known);
            }
        }

        @Override
        public void peerRemoved(IkeInput.PeerRemoved input) {
            withdraw(input.session(), session -> session.end(input.reason(), now));
        }

        @Override
        public void peerSuspended(IkeInput.PeerSuspended input) {
            withdraw(input.session(), session -> session.abandon(input.reason(), now));
        }

        private void withdraw(String id, Consumer<PeerSession> end) {
            PeerSession session = sessions.remove(id);
            if (session != null) {
                unregister(session);
                sessionDeadlines.remove(session);
                end.accept(session);
                session.policy().authentication().close();
            }
        }

        @Override
        public void peerCommanded(IkeInput.PeerCommanded input) {
            if (!shuttingDown) {
                withSession(input.session(), session -> session.obey(input.command(), now));
            }
        }

        @Override
        public void trafficWaits(IkeInput.TrafficWaits input) {
            withSession(input.session(), session -> session.demand(input.child(), now));
        }

        @Override
        public void childSaExpired(IkeInput.ChildSaExpired input) {
            withSession(
                    input.session(),
                    session ->
                            session.withChild(
                                    input.inbound(),
                                    (sa, child) -> {
                                        if (input.hard()) {
                                            sa.expireChild(child, now);
                                        } else {
                                            sa.rekeyChild(child, now);
                                        }
                                    }));
        }

        @Override
        public void espSourceChanged(IkeInput.EspSourceChanged input) {
            withSession(
                    input.session(),
                    session ->
                            session.withChild(
                                    input.inbound(),
                                    (sa, child) -> sa.espCameFrom(input.remote(), now)));
        }

        @Override
        public void shutdownRequested(IkeInput.ShutdownRequested input) {
            shuttingDown = true;
            FailReason reason = new FailReason(Kind.CONFIGURATION, "daemon stops");
            for (PeerSession session : sessions.values()) {
                sessionDeadlines.remove(session);
                session.end(reason, now);
            }
            for (IkeSa sa : List.copyOf(sas.values())) {
                sa.delete(reason, now);
            }
        }
    }

    // Datagrams.

    private void receive(Path path, Octets datagram) {
        IkeHeader header;
        try {
            header = IkeHeader.decode(datagram.reader());
        } catch (MalformedMessageException tooShort) {
            drop(path, DropReason.LENGTH);
            return;
        }
        if (header.length() != datagram.length()) {
            drop(path, DropReason.LENGTH);
        } else if (header.majorVersion() != IkeHeader.MAJOR_VERSION) {
            receiveOtherVersion(header, path);
        } else if (header.initiatorSpi().isZero()) {
            drop(path, DropReason.ZERO_SPI);
        } else {
            route(header, datagram, path);
        }
    }

    private void route(IkeHeader header, Octets datagram, Path path) {
        boolean first =
                header.exchange().equals(ExchangeType.IKE_SA_INIT)
                        && !header.response()
                        && header.fromOriginalInitiator();
        if (first) {
            receiveFirst(header, datagram, path);
            return;
        }
        if (header.exchange().equals(ExchangeType.IKE_SA_INIT) && !header.response()) {
            drop(path, DropReason.FLAGS);
            return;
        }
        IkeSpi ours =
                header.fromOriginalInitiator() ? header.responderSpi() : header.initiatorSpi();
        IkeSa sa = sas.get(ours);
        if (sa != null) {
            contained(sa, (target, time) -> target.receive(header, datagram, path, time));
            return;
        }
        drop(path, DropReason.UNKNOWN_SPI);
        if (!header.response() && mayAnswer(path)) {
            // Unprotected, so no more than a hint to a peer that has not noticed our restart.
            answer(path, replyTo(header), NotifyPayload.of(NotifyType.INVALID_IKE_SPI));
        }
    }

    private void receiveOtherVersion(IkeHeader header, Path path) {
        drop(path, DropReason.VERSION);
        boolean newer = header.majorVersion() > IkeHeader.MAJOR_VERSION;
        if (newer && !header.response() && mayAnswer(path)) {
            answer(path, replyTo(header), NotifyPayload.of(NotifyType.INVALID_MAJOR_VERSION));
        }
        IkeSa sa = sas.get(header.initiatorSpi());
        if (sa != null) {
            contained(sa, (ours, time) -> ours.otherVersionCame(header, path, time));
        }
    }

    private void receiveFirst(IkeHeader header, Octets datagram, Path path) {
        if (!header.responderSpi().isZero() || header.messageId() != 0) {
            drop(path, DropReason.FLAGS);
            return;
        }
        Optional<IkeSa> known = halfOpen.find(header.initiatorSpi(), path.remote());
        if (known.isPresent() && known.get().knows(datagram)) {
            contained(known.get(), (sa, time) -> sa.receive(header, datagram, path, time));
            return;
        }
        DecodeResult result = MessageCodec.decode(header, datagram);
        if (result instanceof DecodeResult.Decoded decoded) {
            admit(header, decoded.message(), datagram, path);
        } else if (result instanceof DecodeResult.UnsupportedCritical unsupported) {
            drop(path, DropReason.MALFORMED);
            if (mayAnswer(path)) {
                Octets type = new OctetWriter(1).u8(unsupported.type().value()).toOctets();
                answer(
                        path,
                        replyTo(header),
                        NotifyPayload.of(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, type));
            }
        } else {
            drop(path, DropReason.MALFORMED);
        }
    }

    /** Cheap checks first: limits, cookie, whether we know the address; only then an IKE SA. */
    private void admit(IkeHeader header, IkeMessage message, Octets datagram, Path path) {
        boolean full =
                shuttingDown
                        || halfOpen.size() >= limits.halfOpen()
                        || halfOpen.from(path.remote().address()) >= limits.halfOpenPerSource();
        if (full) {
            drop(path, DropReason.HALF_OPEN_LIMIT);
            return;
        }
        if (halfOpen.size() >= limits.cookieThreshold() && !bringsCookie(message, path)) {
            drop(path, DropReason.COOKIE);
            // As small as an answer can be, and not limited: that would shut out honest peers.
            Octets nonce = message.first(NoncePayload.class).orElseThrow().nonce();
            Octets cookie = cookies.bake(nonce, path.remote(), header.initiatorSpi(), now);
            answer(path, replyTo(header), NotifyPayload.of(NotifyType.COOKIE, cookie));
            return;
        }
        if (candidates(path).isEmpty()) {
            drop(path, DropReason.NO_SESSION);
            if (mayAnswer(path)) {
                answer(path, replyTo(header), NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN));
            }
            return;
        }
        IkeSpi spi = chooseSpi();
        IkeSa sa = IkeSa.respond(environment, spi, header.initiatorSpi(), path, now);
        sas.put(spi, sa);
        halfOpen.add(sa, header.initiatorSpi(), path.remote());
        contained(sa, (target, time) -> target.receive(header, datagram, path, time));
    }

    private boolean bringsCookie(IkeMessage message, Path path) {
        Octets nonce = message.first(NoncePayload.class).orElseThrow().nonce();
        return message.notification(NotifyType.COOKIE)
                .map(NotifyPayload::data)
                .filter(
                        cookie ->
                                cookies.accepts(
                                        cookie,
                                        nonce,
                                        path.remote(),
                                        message.header().initiatorSpi(),
                                        now))
                .isPresent();
    }

    private boolean mayAnswer(Path path) {
        if (answers.tryAnswer(now)) {
            return true;
        }
        drop(path, DropReason.ANSWER_LIMIT);
        return false;
    }

    private static IkeHeader replyTo(IkeHeader request) {
        return IkeHeader.of(
                request.initiatorSpi(),
                request.responderSpi(),
                request.exchange(),
                !request.fromOriginalInitiator(),
                true,
                request.messageId());
    }

    private void answer(Path path, IkeHeader header, NotifyPayload notify) {
        IkeMessage message = new IkeMessage(header, List.of(notify));
        emit(new IkeEffect.SendDatagram(path, MessageCodec.encode(message)));
    }

    /**
     * Runs one step of one IKE SA. A broken invariant ends that IKE SA and no other, and is
     * reported: it is a defect of ours.
     */
    private Optional<Boolean> contained(IkeSa sa, Supplier<Boolean> step) {
        try {
            return Optional.of(step.get());
        } catch (RuntimeException defect) {
            report(sa.id(), defect);
            sa.discard(new FailReason(Kind.INTERNAL_ERROR, "see the daemon's log"), now);
            return Optional.empty();
        }
    }

    private void report(IkeSaId sa, RuntimeException defect) {
        emit(new IkeEffect.Announce(new IkeEvent.DefectContained(sa, defect)));
    }

    private void contained(IkeSa sa, BiConsumer<IkeSa, MonotonicTime> step) {
        contained(
                sa,
                () -> {
                    step.accept(sa, now);
                    return true;
                });
    }

    private void drop(Path path, DropReason reason) {
        emit(new IkeEffect.Announce(new IkeEvent.DatagramDropped(path, reason)));
    }

    private void emit(IkeEffect effect) {
        effects.accept(effect);
    }

    /** What was done for an IKE SA that is gone, or does not want it any more. */
    private void undo(IkeReply reply) {
        if (reply instanceof IkeReply.SpiAllocated allocated) {
            emit(new IkeEffect.RemoveChildSa(allocated.locator()));
        } else if (reply instanceof IkeReply.ChildSaInstalled installed) {
            emit(new IkeEffect.RemoveChildSa(installed.locator()));
        } else if (reply instanceof IkeReply.KeyExchangeBegun begun) {
            begun.share().close();
        } else if (reply instanceof IkeReply.KeyExchangeAnswered answered) {
            answered.sharedSecret().close();
        } else if (reply instanceof IkeReply.KeyExchangeFinished finished) {
            finished.sharedSecret().close();
        }
    }

    // Sessions.

    private void register(PeerSession session) {
        directory.computeIfAbsent(pair(session.policy()), pair -> new ArrayList<>(1)).add(session);
    }

    private void unregister(PeerSession session) {
        directory.computeIfPresent(
                pair(session.policy()),
                (pair, list) -> {
                    list.remove(session);
                    return list.isEmpty() ? null : list;
                });
    }

    private static AddressPair pair(PeerPolicy policy) {
        return new AddressPair(policy.localAddress(), policy.remoteAddress());
    }

    private List<PeerPolicy> candidates(Path path) {
        AddressPair pair = new AddressPair(path.local().address(), path.remote().address());
        return directory.getOrDefault(pair, List.of()).stream().map(PeerSession::policy).toList();
    }

    private void withSession(String id, Consumer<PeerSession> action) {
        PeerSession session = sessions.get(id);
        if (session != null) {
            action.accept(session);
            schedule(session);
        }
    }

    private void schedule(PeerSession session) {
        if (!shuttingDown && sessions.get(session.policy().session()) == session) {
            session.nextDeadline().ifPresent(at -> sessionDeadlines.schedule(session, at));
        }
    }

    private IkeSa newIkeSa(PeerPolicy policy) {
        IkeSpi spi = chooseSpi();
        IkeSa sa = IkeSa.initiate(environment, spi, policy, now);
        sas.put(spi, sa);
        return sa;
    }

    private IkeSpi chooseSpi() {
        while (true) {
            IkeSpi spi = shard.mark(random.nextLong());
            if (!spi.isZero() && !sas.containsKey(spi)) {
                return spi;
            }
        }
    }

    private final class SaOwner implements IkeSaOwner {
        @Override
        public List<PeerPolicy> candidates(Path path) {
            return IkeEngine.this.candidates(path);
        }

        @Override
        public boolean isUp(PeerPolicy policy, ChildPolicy child) {
            PeerSession session = sessions.get(policy.session());
            return session != null && session.isUp(child);
        }

        @Override
        public boolean isInitialContact(PeerPolicy policy) {
            PeerSession session = sessions.get(policy.session());
            boolean idsShared =
                    directory.getOrDefault(pair(policy), List.of()).stream()
                                    .map(PeerSession::policy)
                                    .filter(p -> p.localId().equals(policy.localId()))
                                    .filter(p -> p.remoteId().equals(policy.remoteId()))
                                    .count()
                            > 1;
            return session != null && session.isAlone() && !idsShared;
        }

        @Override
        public IkeSpi chooseSpi() {
            return IkeEngine.this.chooseSpi();
        }

        @Override
        public void established(IkeSa sa, boolean initialContact) {
            halfOpen.remove(sa);
            PeerSession session = sessions.get(sa.policy().session());
            if (session == null || !session.isCurrent(sa.policy())) {
                // It was deleted or changed while the peer was authenticated under the old one.
                sa.delete(new FailReason(Kind.CONFIGURATION, "session was changed"), now);
                return;
            }
            session.established(sa, initialContact, now);
            schedule(session);
        }

        @Override
        public void rejected(List<PeerPolicy> meant, FailReason reason) {
            if (rejections.tryAnswer(now)) {
                for (PeerPolicy policy : meant) {
                    emit(
                            new IkeEffect.Announce(
                                    new IkeEvent.PeerRejected(policy.session(), reason)));
                }
            }
        }

        @Override
        public void attemptEnded(IkeSa sa, ChildPolicy child) {
            withSession(sa.policy().session(), session -> session.attemptEnded(sa));
        }

        @Override
        public void childEstablished(IkeSa sa, ChildSa child) {
            withSession(sa.policy().session(), session -> session.childEstablished(child, now));
        }

        @Override
        public void childFailed(IkeSa sa, ChildPolicy child, FailReason reason) {
            withSession(sa.policy().session(), session -> session.childFailed(child, now));
        }

        @Override
        public void childClosed(IkeSa sa, ChildSa child, FailReason reason) {
            withSession(sa.policy().session(), session -> session.childClosed(child, reason, now));
        }

        @Override
        public void rekeyed(IkeSa sa, IkeSa made) {
            sas.put(made.localSpi(), made);
            withSession(sa.policy().session(), session -> session.rekeyed(sa, made));
        }

        @Override
        public void succeeded(IkeSa sa, IkeSa successor) {
            withSession(sa.policy().session(), session -> session.succeeded(sa));
        }

        @Override
        public void closed(IkeSa sa, FailReason reason) {
            sa.session()
                    .ifPresent(id -> withSession(id, session -> session.closed(sa, reason, now)));
        }

        @Override
        public void forgotten(IkeSa sa) {
            // Not before: a stranger that was refused still holds memory, for the sake of its
            // answer.
            halfOpen.remove(sa);
            sas.remove(sa.localSpi(), sa);
            saDeadlines.remove(sa);
        }

        @Override
        public void deadlineMoved(IkeSa sa) {
            if (sas.get(sa.localSpi()) == sa) {
                sa.nextDeadline().ifPresent(at -> saDeadlines.schedule(sa, at));
            }
        }
    }
}
