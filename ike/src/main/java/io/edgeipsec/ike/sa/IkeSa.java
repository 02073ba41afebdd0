package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.exchange.CreateChildSaInitiator;
import io.edgeipsec.ike.exchange.CreateChildSaResponder;
import io.edgeipsec.ike.exchange.ExchangeContext;
import io.edgeipsec.ike.exchange.IkeFollowUpResponder;
import io.edgeipsec.ike.exchange.InformationalInitiator;
import io.edgeipsec.ike.exchange.InformationalResponder;
import io.edgeipsec.ike.exchange.InitiatedExchange;
import io.edgeipsec.ike.exchange.Received;
import io.edgeipsec.ike.exchange.RekeyIkeSaInitiator;
import io.edgeipsec.ike.exchange.RekeyIkeSaResponder;
import io.edgeipsec.ike.exchange.RekeyedIkeSa;
import io.edgeipsec.ike.exchange.RespondedExchange;
import io.edgeipsec.ike.exchange.SecuredIkeSa;
import io.edgeipsec.ike.exchange.World;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.model.RetransmissionPolicy;
import io.edgeipsec.ike.negotiation.RekeyCollision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One IKE SA: its state, its two message windows, its Child SAs and its deadlines (RFC 7296 §2).
 * Told what comes and what time it is, it emits effects in the order in which they must happen;
 * replies to effects come back as later inputs, never from within. Called by the event loop of its
 * engine only.
 *
 * <p>Everything that has to outlive an exchange is a value in a field here or in the small parts
 * this class is made of; what exchanges hold may be lost with them at any time.
 */
public final class IkeSa implements ExchangeContext {
    private final IkeSaEnvironment environment;
    private final boolean originalInitiator;
    private final IkeSpi localSpi;
    private final MonotonicTime startedAt;

    private final OutgoingRequests outgoing;
    private final IncomingRequests incoming = new IncomingRequests();
    private final Keyring keyring = new Keyring();
    private final Negotiation negotiation;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Deadlines deadlines = new Deadlines();
    private final ChildSas children;
    private final Liveness liveness;
    private final PendingWorld world;
    private final IkeSaSuccession succession;
    private final FollowUps followUps = new FollowUps();

    private IkeSaState state;
    private PeerLocation location;
    private IkeSpi peerSpi;
    private NatSituation nat = NatSituation.NONE;
    private MonotonicTime now;
    private MonotonicTime establishedAt;
    private Lifetime lifetime;
    private Octets lowestNonce = Octets.EMPTY;
    private Optional<FailReason> suspicion = Optional.empty();
    private Optional<FailReason> superseded = Optional.empty();
    private boolean inService;

    /** By order of the operator: once it is settled which IKE SA they have. */
    private boolean rekeysChildren;

    private boolean usesPpk;
    private @Nullable PeerPolicy policy;

    private IkeSa(
            IkeSaEnvironment environment,
            IkeSaState state,
            boolean originalInitiator,
            IkeSpi localSpi,
            IkeSpi peerSpi,
            PeerLocation location,
            MonotonicTime now) {
        this.environment = environment;
        this.state = state;
        this.originalInitiator = originalInitiator;
        this.localSpi = localSpi;
        this.peerSpi = peerSpi;
        this.location = location;
        this.startedAt = now;
        this.now = now;
        this.establishedAt = now;
        this.lifetime = new Lifetime(now, now);
        this.children = new ChildSas(this, environment, deadlines);
        this.liveness = new Liveness(this, environment, deadlines, now);
        this.outgoing = new OutgoingRequests(environment.random(), this::complete);
        this.outbox = new Outbox(this, outgoing, incoming, environment.settings());
        this.inbox = new Inbox(this, outgoing, incoming, outbox, deadlines);
        this.world =
                new PendingWorld(
                        localSpi, environment.effects(), () -> this.state == IkeSaState.RESPONDING);
        this.negotiation = new Negotiation(this, keyring, environment.owner());
        this.succession = new IkeSaSuccession(this, outgoing, environment.owner());
    }

    /** Prepares an IKE SA that we start; {@link #start} sends the first message. */
    public static IkeSa initiate(
            IkeSaEnvironment environment, IkeSpi localSpi, PeerPolicy policy, MonotonicTime now) {
        int port = environment.settings().ikePort();
        Path path =
                new Path(
                        new Endpoint(policy.localAddress(), port),
                        new Endpoint(policy.remoteAddress(), port));
        IkeSa sa =
                new IkeSa(
                        environment,
                        IkeSaState.INITIATING,
                        true,
                        localSpi,
                        IkeSpi.ZERO,
                        new PeerLocation(path),
                        now);
        sa.policy = policy;
        return sa;
    }

    /** An IKE SA for a peer's first message, which is to be given to {@link #receive} next. */
    public static IkeSa respond(
            IkeSaEnvironment environment,
            IkeSpi localSpi,
            IkeSpi peerSpi,
            Path path,
            MonotonicTime now) {
        IkeSa sa =
                new IkeSa(
                        environment,
                        IkeSaState.RESPONDING,
                        false,
                        localSpi,
                        peerSpi,
                        new PeerLocation(path),
                        now);
        sa.deadlines.set(
                Deadlines.Kind.HALF_OPEN, now.plus(environment.settings().halfOpenTimeout()));
        return sa;
    }

    // What its engine tells it.

    /** Starts the negotiation, with this Child SA in IKE_AUTH. */
    public void start(ChildPolicy firstChild) {
        negotiation.start(firstChild);
    }

    public void receive(IkeHeader header, Octets datagram, Path from, MonotonicTime time) {
        now = time;
        inbox.receive(header, datagram, from);
        moved();
    }

    /**
     * Continues what waits for a reply.
     *
     * @return false if nothing does, so that what was done has to be undone
     */
    public boolean deliver(IkeReply reply, MonotonicTime time) {
        now = time;
        boolean awaited = world.deliver(reply);
        moved();
        return awaited;
    }

    public void reachDeadline(MonotonicTime time) {
        now = time;
        Optional<Deadlines.Kind> reached = deadlines.takeReached(time);
        while (reached.isPresent()) {
            handle(reached.get());
            reached = deadlines.takeReached(time);
        }
        moved();
    }

    /** Asks for a further Child SA, if the IKE SA stands. */
    public void createChild(ChildPolicy child, MonotonicTime time) {
        now = time;
        if (state == IkeSaState.ESTABLISHED) {
            run(new CreateChildSaInitiator(this, child, Optional.empty(), nat));
        }
        moved();
    }

    /** Replaces the IKE SA now, and its Child SAs once that is done, or the peer has refused it. */
    public void rekey(MonotonicTime time) {
        now = time;
        boolean rekeying = outgoing.all().anyMatch(RekeyIkeSaInitiator.class::isInstance);
        if (state == IkeSaState.ESTABLISHED) {
            rekeysChildren = true;
            if (!rekeying) {
                deadlines.clear(Deadlines.Kind.IKE_REKEY);
                rekeyIkeSa();
            }
        }
        moved();
    }

    /** Replaces a Child SA now, if nothing is being done with it. */
    public void rekeyChild(ChildSa child, MonotonicTime time) {
        now = time;
        children.rekey(child);
        moved();
    }

    /** Deletes a Child SA here and at the peer. */
    public void deleteChild(ChildSa child, FailReason reason, MonotonicTime time) {
        now = time;
        childClosed(child, reason);
        deleteAtPeer(child.locator());
        moved();
    }

    /** The kernel has dropped a Child SA by itself. */
    public void expireChild(ChildSa child, MonotonicTime time) {
        now = time;
        children.expire(child);
        moved();
    }

    /**
     * The kernel has seen authentic and new ESP come from another endpoint: the NAT before the peer
     * has another mapping for it.
     */
    public void espCameFrom(Endpoint remote, MonotonicTime time) {
        now = time;
        if (state == IkeSaState.ESTABLISHED && followsPeer() && location.espCameFrom(remote)) {
            children.followPeer();
            probe();
        }
        moved();
    }

    /**
     * Something in another version of IKE has come for our SPI. If it answers our first message the
     * peer most likely does not speak ours (RFC 7296 §2.5), but anybody may have sent it.
     */
    public void otherVersionCame(IkeHeader header, Path from, MonotonicTime time) {
        now = time;
        boolean answer = state == IkeSaState.INITIATING && keyring.isEmpty();
        if (answer && from.remote().address().equals(path().remote().address())) {
            suspect(
                    new FailReason(
                            Kind.VERSION_UNSUPPORTED,
                            "peer %s answered IKE_SA_INIT in IKE version %d.%d, expected 2.0; turn"
                                            .formatted(
                                                    from.remote().address(),
                                                    header.majorVersion(),
                                                    header.minorVersion())
                                    + " IKEv2 on there"));
        }
        moved();
    }

    /** Ends the IKE SA; the peer is told if it knows of it. */
    public void delete(FailReason reason, MonotonicTime time) {
        now = time;
        switch (state) {
            case CANDIDATE, ESTABLISHED, SUPERSEDED -> failTelling(List.of(), reason);
            case INITIATING, RESPONDING, LINGERING, CLOSED -> end(reason);
            case DELETING -> {}
        }
        moved();
    }

    /** Ends the IKE SA without a word: the peer has said that it is gone, or cannot be told. */
    public void discard(FailReason reason, MonotonicTime time) {
        now = time;
        succession.candidate().ifPresent(candidate -> candidate.discard(reason, time));
        end(reason);
        moved();
    }

    /** Takes a changed policy over that leaves the IKE SA as it is. */
    public void adopt(PeerPolicy changed, MonotonicTime time) {
        now = time;
        policy = changed;
        if (state == IkeSaState.ESTABLISHED) {
            liveness.arm();
            children.policyChanged();
        }
        moved();
    }

    // What can be seen of it.

    MonotonicTime now() {
        return now;
    }

    NatSituation nat() {
        return nat;
    }

    /** The way that ESP goes; the Child SAs are to be there. */
    Path espPath() {
        return location.espPath();
    }

    public IkeSaState state() {
        return state;
    }

    public Optional<MonotonicTime> nextDeadline() {
        return deadlines.nearest();
    }

    /** Whether this is the request that it has answered last, or is working on. */
    public boolean knows(Octets request) {
        return incoming.lastRequest().equals(request);
    }

    /** The session that it belongs to, if that is known yet. */
    public Optional<String> session() {
        return Optional.ofNullable(policy).map(PeerPolicy::session);
    }

    public IkeSpi peerSpi() {
        return peerSpi;
    }

    public MonotonicTime startedAt() {
        return startedAt;
    }

    public MonotonicTime establishedAt() {
        return establishedAt;
    }

    /** The lower of the two nonces of IKE_SA_INIT; empty before it, and behind a rekey. */
    public Octets lowestNonce() {
        return lowestNonce;
    }

    // Negotiation.

    /** A NAT is between us and the peer: from now on by the port for that (RFC 7296 §2.23). */
    void moveToNatPort() {
        int port = environment.settings().natPort();
        location.moveTo(
                new Path(
                        new Endpoint(path().local().address(), port),
                        new Endpoint(path().remote().address(), port)));
    }

    /** Both sides can encrypt. */
    void secure(SecuredIkeSa secured) {
        peerSpi = secured.peerSpi();
        nat = secured.nat();
        Octets nonceI = secured.material().nonceI();
        Octets nonceR = secured.material().nonceR();
        lowestNonce = RekeyCollision.lowestNonce(nonceI, nonceR);
        outbox.adopt(
                Fragmentation.of(secured.fragmentation(), environment.settings().fragmentation()));
        keyring.use(protectionOf(secured));
    }

    Protection protectionOf(SecuredIkeSa secured) {
        return Protection.of(
                environment.primitives(),
                environment.random(),
                secured.suite(),
                secured.keys(),
                originalInitiator);
    }

    /** Whose it is, a responder learns in IKE_AUTH. */
    void belongTo(PeerPolicy session) {
        policy = session;
    }

    /** Both sides have proved who they are. */
    void establish(boolean initialContact) {
        enterService();
        announceEstablished(Optional.empty());
        environment.owner().established(this, initialContact);
    }

    private void enterService() {
        if (state != IkeSaState.ESTABLISHED) {
            transitionTo(IkeSaState.ESTABLISHED);
        }
        deadlines.clear(Deadlines.Kind.HALF_OPEN);
        deadlines.clear(Deadlines.Kind.SUSPICION);
        inService = true;
        establishedAt = now;
        lifetime = Lifetime.of(policy().ikeLifetime(), now, environment.random());
        deadlines.set(Deadlines.Kind.IKE_REKEY, lifetime.rekeyAt());
        deadlines.set(Deadlines.Kind.IKE_EXPIRY, lifetime.expireAt());
        liveness.arm();
        liveness.keepAlive();
    }

    private void announceEstablished(Optional<IkeSaId> replaced) {
        announce(
                new IkeEvent.IkeSaEstablished(
                        policy().session(),
                        id(),
                        originalInitiator,
                        path(),
                        nat,
                        suite(),
                        usesPpk,
                        replaced,
                        policy().localId(),
                        policy().remoteId(),
                        now.since(startedAt)));
    }

    // Succession.

    /** The IKE SA that a rekey of this one has made, without Child SAs yet. */
    IkeSa candidate(RekeyedIkeSa made) {
        IkeSa candidate =
                new IkeSa(
                        environment,
                        IkeSaState.CANDIDATE,
                        made.byUs(),
                        made.localSpi(),
                        made.peerSpi(),
                        location.copy(),
                        now);
        candidate.succession.mayTakeOverFrom(succession);
        candidate.policy = policy();
        candidate.nat = nat;
        candidate.usesPpk = usesPpk;
        candidate.keyring.use(
                Protection.of(
                        environment.primitives(),
                        environment.random(),
                        made.suite(),
                        made.keys(),
                        made.byUs()));
        candidate.outbox.adopt(outbox.fragmentation());
        return candidate;
    }

    /** Goes on where the one before it stands now. */
    void takeOverFrom(IkeSa old, MonotonicTime time) {
        now = time;
        succession.hasTakenOver();
        location = old.location.copy();
        old.children.moveAllTo(children);
        old.liveness.handOver(liveness);
        environment.owner().succeeded(old, this);
        enterService();
        announceEstablished(Optional.of(old.id()));
        children.resumeDeletions();
        if (old.rekeysChildren) {
            children.rekeyAll();
        }
        moved();
    }

    /**
     * Another IKE SA has taken over, and the peer is to delete this one. An exchange of ours that
     * may still make a third one goes on, so that we can delete that.
     */
    void supersede(FailReason replaced, MonotonicTime time) {
        now = time;
        if (state != IkeSaState.SUPERSEDED) {
            transitionTo(IkeSaState.SUPERSEDED);
        }
        superseded = Optional.of(replaced);
        followUps.forgetAll();
        deadlines.clear();
        deadlines.set(
                Deadlines.Kind.IKE_EXPIRY, now.plus(environment.settings().halfOpenTimeout()));
        if (succession.ownRekey().isEmpty()) {
            outgoing.abandonAllButInFlight();
            world.forgetAll();
        } else {
            outgoing.abandonWaiting();
            if (outgoing.inFlight().isPresent()) {
                armRetransmission();
            }
        }
        moved();
    }

    /** The exchange that a request begins, in the states that {@link #accepts} allows. */
    void dispatch(Received request) {
        if (succession.isClaimedBy(request.message())) {
            // Once more, with the Child SAs, which have to follow the peer as well.
            heard(request.path());
        }
        ExchangeType type = request.message().header().exchange();
        if (state == IkeSaState.RESPONDING) {
            negotiation.dispatch(request);
        } else if (type.equals(ExchangeType.INFORMATIONAL)) {
            new InformationalResponder(this).onRequest(request);
        } else if (type.equals(ExchangeType.IKE_FOLLOWUP_KE)) {
            followUp(request);
        } else {
            createChildSa(request.message()).onRequest(request);
        }
    }

    private void followUp(Received request) {
        Optional<IkeFollowUpResponder> found = followUps.take(request);
        if (followUps.isEmpty()) {
            deadlines.clear(Deadlines.Kind.FOLLOW_UP);
        }
        if (found.isEmpty()) {
            respond(List.of(NotifyPayload.of(NotifyType.STATE_NOT_FOUND)));
        } else if (!found.get().isOfIkeSa() && !succession.admits(false)) {
            found.get().close();
            respond(List.of(NotifyPayload.of(NotifyType.TEMPORARY_FAILURE)));
        } else {
            found.get().onRequest(request);
        }
    }

    private RespondedExchange createChildSa(IkeMessage request) {
        boolean ikeSa =
                request.first(SaPayload.class).stream()
                        .flatMap(payload -> payload.proposals().stream())
                        .map(Proposal::protocol)
                        .allMatch(ProtocolId.IKE::equals);
        if (state != IkeSaState.ESTABLISHED || !succession.admits(ikeSa)) {
            return refused -> respond(List.of(NotifyPayload.of(NotifyType.TEMPORARY_FAILURE)));
        }
        return ikeSa ? new RekeyIkeSaResponder(this) : new CreateChildSaResponder(this, nat);
    }

    // What the inbox needs.

    boolean awaitsInit() {
        return state == IkeSaState.RESPONDING && keyring.isEmpty();
    }

    boolean accepts(ExchangeType exchange) {
        return switch (state) {
            case RESPONDING -> negotiation.awaits(exchange);
            case CANDIDATE, ESTABLISHED, SUPERSEDED, DELETING ->
                    exchange.equals(ExchangeType.CREATE_CHILD_SA)
                            || exchange.equals(ExchangeType.IKE_FOLLOWUP_KE)
                            || exchange.equals(ExchangeType.INFORMATIONAL);
            case INITIATING, LINGERING, CLOSED -> false;
        };
    }

    /** Something authentic and new has come; a responder follows the initiator to port 4500. */
    void heard(Path from) {
        liveness.heard();
        deadlines.clear(Deadlines.Kind.UNUSED);
        if (state == IkeSaState.RESPONDING) {
            location.moveTo(from);
        } else if (followsPeer() && location.ikeCameBy(from)) {
            children.followPeer();
        }
    }

    private boolean followsPeer() {
        return nat.remoteBehindNat() && !nat.localBehindNat();
    }

    void settled() {
        outgoing.settle();
        deadlines.clear(Deadlines.Kind.RETRANSMIT);
        deadlines.clear(Deadlines.Kind.SUSPICION);
    }

    void drop(Path from, DropReason reason) {
        announce(new IkeEvent.DatagramDropped(from, reason));
    }

    void traceReceived(Path from, IkeMessage message) {
        announce(new IkeEvent.MessageExchanged(from, false, message));
    }

    /** The way that a request takes, where it has been sent so many times already. */
    Path wayOfRequest(int transmissions) {
        return location.forTransmission(transmissions);
    }

    void traceRetransmission(Path way, int attempt) {
        announce(new IkeEvent.Retransmitted(id(), way, attempt));
    }

    void send(Path to, Octets datagram) {
        liveness.sent();
        emit(new IkeEffect.SendDatagram(to, datagram));
    }

    // Deadlines.

    private void handle(Deadlines.Kind reached) {
        switch (reached) {
            case RETRANSMIT -> retransmit();
            case HALF_OPEN -> end(Silence.halfOpen(path().remote()));
            case FOLLOW_UP -> followUps.forgetAll();
            case SUSPICION -> suspicion.ifPresent(this::end);
            case FRAGMENTS -> inbox.expireFragments();
            case LIVENESS -> liveness.check();
            case UNUSED -> probe();
            case KEEPALIVE -> liveness.keepAlive();
            case IKE_REKEY -> rekeyIkeSa();
            case IKE_EXPIRY -> expire();
            case CHILD_LIFETIMES -> children.checkLifetimes();
            case LINGER -> forget();
        }
    }

    private void retransmit() {
        if (outbox.requestAgain(retransmission())) {
            armRetransmission();
        } else {
            unanswered();
        }
    }

    private void armRetransmission() {
        deadlines.set(Deadlines.Kind.RETRANSMIT, now.plus(outgoing.patience(retransmission())));
    }

    private RetransmissionPolicy retransmission() {
        return switch (state) {
            case INITIATING, RESPONDING -> environment.settings().negotiation();
            case CANDIDATE, ESTABLISHED, SUPERSEDED ->
                    isProbing() && policy().dpd().isEnabled()
                            ? policy().dpd().retransmission()
                            : environment.settings().established();
            case DELETING, LINGERING, CLOSED -> environment.settings().farewell();
        };
    }

    private boolean isProbing() {
        return outgoing.current().filter(InformationalInitiator::isProbe).isPresent();
    }

    private void unanswered() {
        Endpoint peer = path().remote();
        int times = outgoing.transmissions();
        if (state == IkeSaState.DELETING) {
            forget();
        } else if (state == IkeSaState.INITIATING) {
            FailReason silence =
                    keyring.isEmpty()
                            ? Silence.neverAnswered(peer, times)
                            : Silence.duringAuthentication(peer, times);
            end(suspicion.orElse(silence));
        } else {
            handOverUnsure();
            end(Silence.established(peer, times, liveness.silence()));
        }
    }

    /** Asks the peer for a sign of life, unless it owes us an answer anyway. */
    void probe() {
        if (isIdle()) {
            run(InformationalInitiator.liveness(this));
        }
    }

    /** The same some seconds from now, unless the peer gives one before. */
    void probeSoon(MonotonicTime time) {
        now = time;
        deadlines.set(Deadlines.Kind.UNUSED, soon());
        moved();
    }

    /** Whether the peer owes us no answer and nothing else is going on. */
    boolean isIdle() {
        return outgoing.isIdle();
    }

    private void rekeyIkeSa() {
        run(new RekeyIkeSaInitiator(this, this::notRekeyed));
    }

    private void notRekeyed() {
        if (!succession.takeOver() && state == IkeSaState.ESTABLISHED) {
            MonotonicTime at = lifetime.rekeyAt();
            deadlines.set(
                    Deadlines.Kind.IKE_REKEY,
                    now.hasReached(at) ? Lifetime.again(soon(), now, lifetime.expireAt()) : at);
            if (rekeysChildren) {
                rekeysChildren = false;
                children.rekeyAll();
            }
        }
    }

    /** Some seconds from now, never in step with the peer. */
    MonotonicTime soon() {
        long milliseconds = 5_000 + (long) (environment.random().nextFraction() * 10_000);
        return now.plus(Duration.ofMillis(milliseconds));
    }

    // The end.

    private void expire() {
        if (!handOverUnsure()) {
            delete(new FailReason(Kind.EXPIRED, "IKE SA lifetime"), now);
        }
    }

    /**
     * The peer does not say what it has settled on. It may not have the IKE SA any more that it is
     * asked about; whether it has the other one, a probe shows.
     */
    private boolean handOverUnsure() {
        Optional<IkeSa> successor = succession.candidate();
        succession.takeOver();
        successor.ifPresent(
                sa -> {
                    sa.probe();
                    sa.moved();
                });
        return successor.isPresent();
    }

    private void end(FailReason reason) {
        if (!state.isOpen()) {
            return;
        }
        boolean told = state == IkeSaState.DELETING;
        boolean lingers = !keyring.isEmpty() && incoming.hasAnswered();
        transitionTo(lingers ? IkeSaState.LINGERING : IkeSaState.CLOSED);
        outgoing.abandonAll();
        inbox.clear();
        world.forgetAll();
        deadlines.clear();
        if (!told) {
            leaveService(reason);
        }
        keyring.close();
        if (lingers) {
            deadlines.set(Deadlines.Kind.LINGER, now.plus(environment.settings().linger()));
        } else {
            environment.owner().forgotten(this);
        }
    }

    private void forget() {
        if (state == IkeSaState.CLOSED) {
            return;
        }
        if (state.isOpen()) {
            keyring.close();
        }
        transitionTo(IkeSaState.CLOSED);
        outgoing.abandonAll();
        inbox.clear();
        world.forgetAll();
        deadlines.clear();
        environment.owner().forgotten(this);
    }

    /** Once, when it can carry no tunnel any more. */
    private void leaveService(FailReason last) {
        // The DELETE of an IKE SA that a new one has taken over from is no news to an operator.
        FailReason reason = superseded.orElse(last);
        followUps.forgetAll();
        succession.candidate().ifPresent(candidate -> candidate.delete(reason, now));
        children.closeAll(reason);
        if (inService) {
            announce(new IkeEvent.IkeSaClosed(policy().session(), id(), reason));
        }
        environment.owner().closed(this, reason);
    }

    private void transitionTo(IkeSaState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("IKE SA " + id() + ": " + state + " to " + next);
        }
        state = next;
    }

    private void moved() {
        environment.owner().deadlineMoved(this);
    }

    void run(InitiatedExchange exchange) {
        outgoing.enqueue(exchange);
        outgoing.startNext().ifPresent(InitiatedExchange::start);
    }

    private void emit(IkeEffect effect) {
        environment.effects().accept(effect);
    }

    void announce(IkeEvent event) {
        emit(new IkeEffect.Announce(event));
    }

    // ExchangeContext.

    @Override
    public IkeSaId id() {
        return originalInitiator ? new IkeSaId(localSpi, peerSpi) : new IkeSaId(peerSpi, localSpi);
    }

    @Override
    public IkeSpi localSpi() {
        return localSpi;
    }

    @Override
    public boolean isOriginalInitiator() {
        return originalInitiator;
    }

    @Override
    public Path path() {
        return location.path();
    }

    @Override
    public IkeSuite suite() {
        return protection().suite();
    }

    @Override
    public IkeKeys keys() {
        return protection().keys();
    }

    Keyring keyring() {
        return keyring;
    }

    Protection protection() {
        return keyring.current()
                .orElseThrow(
                        () -> new IllegalStateException("IKE SA " + id() + " has no keys yet"));
    }

    @Override
    public PeerPolicy policy() {
        if (policy == null) {
            throw new IllegalStateException("IKE SA " + id() + " belongs to no session yet");
        }
        return policy;
    }

    @Override
    public List<ChildSa> children() {
        return children.all();
    }

    @Override
    public boolean isBeingDeleted(ChildSa child) {
        return children.isBeingDeleted(child);
    }

    @Override
    public boolean isMakingChildSa() {
        return outgoing.current()
                .map(InitiatedExchange::type)
                .filter(
                        type ->
                                type.equals(ExchangeType.CREATE_CHILD_SA)
                                        || type.equals(ExchangeType.IKE_FOLLOWUP_KE)
                                        || type.equals(ExchangeType.IKE_AUTH))
                .isPresent();
    }

    @Override
    public boolean isUp(ChildPolicy child) {
        return environment.owner().isUp(policy(), child);
    }

    @Override
    public IkeSpi chooseSpi() {
        return environment.owner().chooseSpi();
    }

    @Override
    public boolean supportsFragmentation() {
        return environment.settings().fragmentation().isEnabled();
    }

    @Override
    public RandomSource random() {
        return environment.random();
    }

    @Override
    public Primitives primitives() {
        return environment.primitives();
    }

    @Override
    public Octets request(List<Payload> payloads) {
        ExchangeType type = outgoing.current().orElseThrow().type();
        Path way = wayOfRequest(0);
        Octets sent = outbox.request(message(way, type, false, outgoing.messageId(), payloads));
        armRetransmission();
        return sent;
    }

    @Override
    public Octets respond(List<Payload> payloads) {
        Path back = incoming.path();
        return outbox.respond(
                message(back, incoming.exchange(), true, incoming.messageId(), payloads));
    }

    /** A message of ours, announced as a step of the ladder whether it is cut or not. */
    private IkeMessage message(
            Path way, ExchangeType type, boolean response, long messageId, List<Payload> payloads) {
        IkeHeader header =
                IkeHeader.of(
                        originalInitiator ? localSpi : peerSpi,
                        originalInitiator ? peerSpi : localSpi,
                        type,
                        originalInitiator,
                        response,
                        messageId);
        IkeMessage message = new IkeMessage(header, payloads);
        announce(new IkeEvent.MessageExchanged(way, true, message));
        return message;
    }

    @Override
    public void refuseInvalid(String what) {
        respond(List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)));
        end(
                new FailReason(
                        Kind.INVALID_MESSAGE,
                        "peer " + path().remote() + " sent a request " + what));
    }

    @Override
    public void mixed(IkeKeys mixed) {
        keyring.mix(mixed);
        usesPpk = true;
    }

    @Override
    public void complete() {
        outgoing.complete();
        outgoing.startNext().ifPresent(InitiatedExchange::start);
    }

    @Override
    public World world() {
        return world;
    }

    @Override
    public void suspect(FailReason reason) {
        if (!deadlines.isSet(Deadlines.Kind.SUSPICION)) {
            suspicion = Optional.of(reason);
            deadlines.set(
                    Deadlines.Kind.SUSPICION, now.plus(environment.settings().suspicionPatience()));
        }
    }

    @Override
    public void fail(FailReason reason) {
        if (reason.kind() == Kind.DELETED_BY_PEER) {
            succession.deletedByPeer();
        }
        end(reason);
    }

    @Override
    public void failTelling(List<Payload> lastRequest, FailReason reason) {
        if (!state.isOpen() || state == IkeSaState.DELETING) {
            return;
        }
        transitionTo(IkeSaState.DELETING);
        outgoing.abandonAllButInFlight();
        world.forgetAll();
        deadlines.clear();
        leaveService(reason);
        run(InformationalInitiator.deleteIkeSa(this, lastRequest, () -> end(reason)));
        if (outgoing.inFlight().isPresent()) {
            armRetransmission();
        }
    }

    @Override
    public void succeed(RekeyedIkeSa made) {
        succession.made(made);
    }

    @Override
    public void awaitFollowUp(IkeFollowUpResponder followUp) {
        followUps.await(followUp);
        deadlines.set(Deadlines.Kind.FOLLOW_UP, now.plus(environment.settings().halfOpenTimeout()));
    }

    @Override
    public void attemptEnded(ChildPolicy child) {
        environment.owner().attemptEnded(this, child);
    }

    @Override
    public void childEstablished(ChildSa child) {
        if (state == IkeSaState.ESTABLISHED) {
            children.established(child);
        } else {
            // The session went away, or this IKE SA, while the kernel was at work.
            world.removeChildSa(child.locator());
        }
    }

    @Override
    public void childMade(ChildSa child, Optional<ChildSa> replaced, Octets lowestNonce) {
        childEstablished(child);
        children.madeByUs(child, replaced, lowestNonce);
    }

    @Override
    public void childMadeByPeer(ChildSa child, Optional<ChildSa> replaced, Octets lowestNonce) {
        outgoing.all()
                .filter(CreateChildSaInitiator.class::isInstance)
                .map(CreateChildSaInitiator.class::cast)
                .filter(exchange -> exchange.collidesWith(child, replaced))
                .forEach(exchange -> exchange.overtaken(lowestNonce));
        childEstablished(child);
        children.madeByPeer(child, replaced, lowestNonce);
    }

    @Override
    public void childFailed(ChildPolicy child, FailReason reason) {
        children.failed(child, reason);
    }

    @Override
    public void childClosing(ChildSa child) {
        children.closing(child);
    }

    @Override
    public void childClosed(ChildSa child, FailReason reason) {
        children.closed(child, reason);
    }

    @Override
    public void retire(ChildSa child) {
        children.retire(child);
    }

    @Override
    public void deleteAtPeer(ChildSaLocator locator) {
        children.deleteAtPeer(locator);
    }
}
