package io.edgeipsec.daemon.control;

import io.edgeipsec.daemon.reconcile.Blueprints;
import io.edgeipsec.daemon.reconcile.ChildTraits;
import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.daemon.reconcile.EspTransforms;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.ChildSaTraffic;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.RequestId;
import io.edgeipsec.ike.transport.ChildSaKernel;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.kernel.Outcome.Nothing;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SPIs and SAs that IKE asks for, in the kernel. Called on any event loop, works on the kernel
 * thread.
 */
final class KernelChildSas implements ChildSaKernel {
    private static final Logger LOG = LoggerFactory.getLogger(KernelChildSas.class);

    /**
     * How long a peer that has rekeyed a Child SA may keep the old one before we send by the new
     * one: time enough for it to ask again if our answer got lost.
     */
    private static final Duration PEER_HAS_ANSWER = Duration.ofSeconds(10);

    /**
     * How much longer we receive by a Child SA that has been replaced. IKE's word that it is over
     * overtakes packets that the peer sent before: they are still being encrypted on another of its
     * processors, or wait in a queue that IKE does not share.
     */
    private static final Duration LATE_PACKETS = Duration.ofSeconds(2);

    /** After which to look again whether something else is sent by. */
    private static final Duration STILL_NEEDED = Duration.ofSeconds(1);

    /**
     * How often to look: for longer than a successor of the peer's waits, or an exchange that makes
     * one of ours takes.
     */
    private static final int LOOKS = 15;

    private final KernelWork thread;
    private final IpsecKernel kernel;
    private final SessionTable table;
    private final Sessions sessions;
    private final TrafficLedger ledger;

    /**
     * Child SAs that the peer has rekeyed and cannot receive on yet, by their inbound SAs. The
     * kernel sends by the newest outbound SA, so theirs are not installed before the old Child SA
     * goes: its initiator deletes it once it has our answer (RFC 7296 §2.8).
     */
    private final Map<SaId, ChildSaInstallation> waiting = new HashMap<>();

    KernelChildSas(
            KernelWork thread,
            IpsecKernel kernel,
            SessionTable table,
            Sessions sessions,
            TrafficLedger ledger) {
        this.thread = thread;
        this.kernel = kernel;
        this.table = table;
        this.sessions = sessions;
        this.ledger = ledger;
    }

    @Override
    public void allocateSpi(IkeEffect.AllocateSpi effect, Consumer<IkeReply> reply) {
        execute(effect.request(), reply, () -> reply.accept(allocate(effect)));
    }

    @Override
    public void installChildSa(IkeEffect.InstallChildSa effect, Consumer<IkeReply> reply) {
        boolean accepted =
                execute(
                        effect.request(),
                        reply,
                        () -> {
                            ChildSaInstallation installation = effect.installation();
                            try {
                                reply.accept(install(effect.request(), installation));
                            } finally {
                                closeUnlessWaiting(installation);
                            }
                        });
        if (!accepted) {
            effect.installation().close();
        }
    }

    @Override
    public void removeChildSa(IkeEffect.RemoveChildSa effect) {
        try {
            thread.execute(() -> remove(effect.locator()));
        } catch (RejectedExecutionException full) {
            LOG.error("event=child_sa.not_removed locator=\"{}\"", effect.locator(), full);
        }
    }

    @Override
    public void stopSending(IkeEffect.StopSending effect, Consumer<IkeReply> reply) {
        execute(effect.request(), reply, () -> stopUnlessNeeded(effect, reply, LOOKS));
    }

    private void stopUnlessNeeded(
            IkeEffect.StopSending effect, Consumer<IkeReply> reply, int looks) {
        if (!effect.deletedByPeer() && looks > 0 && isOnlyOne(effect.locator())) {
            thread.executeLater(STILL_NEEDED, () -> stopUnlessNeeded(effect, reply, looks - 1));
            return;
        }
        table.findSa(effect.locator()).ifPresent(sa -> stopSending(effect.locator(), sa));
        reply.accept(new IkeReply.SendingStopped(effect.request()));
    }

    /**
     * Whether nothing else is sent by yet: what is to take its place has to wait, or has gone
     * meanwhile, and the one after that is being made.
     */
    private boolean isOnlyOne(ChildSaLocator locator) {
        return table.findSa(locator)
                .filter(sa -> sa.outbound().isPresent())
                .filter(
                        sa ->
                                table.installedOf(sa.child()).stream()
                                        .filter(other -> !other.equals(sa))
                                        .noneMatch(other -> other.outbound().isPresent()))
                .isPresent();
    }

    private void stopSending(ChildSaLocator locator, LiveSa sa) {
        forgetWaiting(sa);
        if (sa.outbound().isPresent()) {
            table.changed(locator, sa, sa.silent());
            sendBySuccessor(sa.child());
            ledger.settleOutbound(sa);
            kernel.removeSa(sa.outbound().get());
        }
    }

    @Override
    public void moveChildSa(IkeEffect.MoveChildSa effect) {
        try {
            thread.execute(() -> move(effect.locator(), effect.path()));
        } catch (RejectedExecutionException full) {
            LOG.error("event=child_sa.not_moved locator=\"{}\"", effect.locator(), full);
        }
    }

    private void move(ChildSaLocator locator, Path to) {
        table.findSa(locator).ifPresent(sa -> installWaiting(locator, sa));
        Optional<LiveSa> known = table.findSa(locator);
        if (known.isEmpty() || known.get().outbound().isEmpty()) {
            return; // removed meanwhile, or not installed yet: whoever installs it moves it
        }
        IpAddress peer = to.remote().address();
        if (!sessions.canBeCarriedTo(locator.session(), peer)) {
            LOG.warn(
                    "event=child_sa.not_moved session={} spi_in={} path={} reason=\"another"
                            + " session has a tunnel there, and a VTI takes all ESP between two"
                            + " addresses; use XFRM interfaces\"",
                    locator.session(),
                    locator.inbound(),
                    to);
            return;
        }
        LiveSa sa = known.get();
        SaMove inbound = KernelRequests.move(sa.inbound(), SaDirection.IN, to);
        SaMove outbound = KernelRequests.move(sa.outbound().get(), SaDirection.OUT, to);
        Outcome<Nothing> outcome = kernel.moveSa(inbound);
        if (outcome.isDone()) {
            outcome = kernel.moveSa(outbound);
        }
        if (outcome.refusal().isPresent()) {
            LOG.warn(
                    "event=child_sa.not_moved session={} spi_in={} path={} reason=\"{}\"",
                    locator.session(),
                    locator.inbound(),
                    to,
                    outcome.refusal().get().message());
            boolean lost =
                    kernel.readSa(sa.inbound()).isRefused(Outcome.Kind.GONE)
                            || kernel.readSa(outbound.id()).isRefused(Outcome.Kind.GONE);
            sessions.expired(sa, lost);
            return;
        }
        table.changed(
                locator,
                sa,
                new LiveSa(sa.child(), sa.peer(), sa.inbound(), Optional.of(outbound.movedId())));
        ledger.moved(outbound.id(), outbound.movedId());
        sessions.carriedTo(locator.session(), peer);
    }

    @Override
    public void measureTraffic(IkeEffect.MeasureTraffic effect, Consumer<IkeReply> reply) {
        execute(effect.request(), reply, () -> reply.accept(measure(effect)));
    }

    private IkeReply measure(IkeEffect.MeasureTraffic effect) {
        List<ChildSaTraffic> measured = new ArrayList<>();
        for (ChildSaLocator locator : effect.childSas()) {
            Optional<LiveSa> sa = table.findSa(locator);
            Optional<SaId> outbound = sa.flatMap(LiveSa::outbound);
            if (sa.isPresent() && outbound.isPresent()) {
                Optional<Long> in = ledger.packets(sa.get().inbound());
                Optional<Long> out = ledger.packets(outbound.get());
                if (in.isPresent() && out.isPresent()) {
                    measured.add(new ChildSaTraffic(locator.inbound(), in.get(), out.get()));
                }
            }
        }
        return new IkeReply.TrafficMeasured(effect.request(), measured);
    }

    private boolean execute(RequestId request, Consumer<IkeReply> reply, Runnable work) {
        try {
            thread.execute(work);
            return true;
        } catch (RejectedExecutionException full) {
            reply.accept(new IkeReply.KernelRefused(request, String.valueOf(full.getMessage())));
            return false;
        }
    }

    private IkeReply allocate(IkeEffect.AllocateSpi effect) {
        ChildSaLocator wanted = effect.locator();
        ChildRef child = new ChildRef(wanted.session(), wanted.child());
        Optional<ChildTraits> traits = table.traits(child);
        if (traits.isEmpty()) {
            return new IkeReply.KernelRefused(effect.request(), "the rule was removed meanwhile");
        }
        InetAddress local = Conversions.toInet(wanted.path().local().address());
        InetAddress peer = Conversions.toInet(wanted.path().remote().address());
        Outcome<Integer> outcome =
                kernel.allocateSpi(
                        new SpiRequest(local, peer, traits.get().reqid(), traits.get().scope(), 0));
        return outcome.fold(
                spi -> {
                    EspSpi inbound = new EspSpi(spi);
                    SaId id = new SaId(local, spi, traits.get().scope());
                    ChildSaLocator reserved = wanted.withInbound(inbound);
                    table.reserve(
                            reserved,
                            new LiveSa(child, sessions.engineOf(wanted), id, Optional.empty()));
                    return new IkeReply.SpiAllocated(effect.request(), reserved);
                },
                refused -> new IkeReply.KernelRefused(effect.request(), refused.message()));
    }

    private IkeReply install(RequestId request, ChildSaInstallation installation) {
        ChildSaLocator locator = installation.locator();
        Optional<LiveSa> reserved = table.findSa(locator);
        Optional<ChildTraits> traits =
                table.traits(new ChildRef(locator.session(), locator.child()));
        if (reserved.isEmpty() || traits.isEmpty()) {
            return new IkeReply.KernelRefused(request, "the rule was removed meanwhile");
        }
        Outcome<Nothing> outcome =
                kernel.installSa(
                        KernelRequests.sa(
                                installation,
                                traits.get(),
                                SaDirection.IN,
                                locator.inbound(),
                                installation.inboundEncryption(),
                                installation.inboundIntegrity(),
                                0));
        boolean waits = installation.rekeyedByPeer() && isSentBy(reserved.get().child());
        if (outcome.isDone() && !waits) {
            outcome = installOutbound(installation, traits.get());
        }
        if (outcome.refusal().isPresent()) {
            kernel.removeSa(reserved.get().inbound());
            return new IkeReply.KernelRefused(request, outcome.refusal().get().message());
        }
        LiveSa receiving = reserved.get();
        if (waits) {
            waiting.put(receiving.inbound(), installation);
            thread.executeLater(PEER_HAS_ANSWER, () -> installWaiting(locator, receiving));
        }
        LiveSa sa =
                waits
                        ? receiving
                        : receiving.sendingBy(KernelRequests.outboundId(locator, traits.get()));
        installed(installation, sa, traits.get());
        return new IkeReply.ChildSaInstalled(request, locator);
    }

    private void closeUnlessWaiting(ChildSaInstallation installation) {
        boolean waits =
                table.findSa(installation.locator())
                        .filter(sa -> waiting.containsKey(sa.inbound()))
                        .isPresent();
        if (!waits) {
            installation.close();
        }
    }

    private boolean isReplaced(LiveSa removed) {
        return isSentBy(removed.child()) && table.traits(removed.child()).isPresent();
    }

    private boolean isSentBy(ChildRef child) {
        return table.installedOf(child).stream().anyMatch(sa -> sa.outbound().isPresent());
    }

    /** Sends by the new SA from now on, if its outbound SA has been waiting. */
    private void installWaiting(ChildSaLocator locator, LiveSa sa) {
        ChildSaInstallation installation = waiting.remove(sa.inbound());
        if (installation == null) {
            return;
        }
        try (installation) {
            Optional<ChildTraits> traits = table.traits(sa.child());
            if (traits.isEmpty()) {
                return; // the rule was removed meanwhile, and the SA soon will be
            }
            Outcome<Nothing> outcome = installOutbound(installation, traits.get());
            if (outcome.isDone()) {
                LiveSa complete =
                        sa.sendingBy(
                                KernelRequests.outboundId(installation.locator(), traits.get()));
                table.changed(locator, sa, complete);
                return;
            }
            LOG.warn(
                    "event=child_sa.not_installed session={} spi_out={} reason=\"{}\"",
                    locator.session(),
                    locator.outbound(),
                    outcome.refusal().map(Outcome.Refused::message).orElse(""));
            sessions.expired(sa, /* hard= */ true);
        }
    }

    /**
     * The SPI is the peer's choice. Where an SA of our dead run has it, the peer has restarted too,
     * and does not know that SA any more.
     */
    private Outcome<Nothing> installOutbound(ChildSaInstallation installation, ChildTraits traits) {
        SaId id = KernelRequests.outboundId(installation.locator(), traits);
        if (table.disinherit(id)) {
            kernel.removeSa(id);
        }
        int acquire =
                table.findAcquire(traits.reqid()).map(KernelEvent.Acquire::sequence).orElse(0);
        return kernel.installSa(
                KernelRequests.sa(
                        installation,
                        traits,
                        SaDirection.OUT,
                        installation.locator().outbound(),
                        installation.outboundEncryption(),
                        installation.outboundIntegrity(),
                        acquire));
    }

    private void installed(ChildSaInstallation installation, LiveSa sa, ChildTraits traits) {
        ChildSaLocator locator = installation.locator();
        table.install(locator, sa);
        table.removeAcquire(traits.reqid());
        for (SaId earlier : table.takeInherited(traits.reqid())) {
            kernel.removeSa(earlier);
        }
        sessions.carriedTo(locator.session(), locator.path().remote().address());
        EspTransform transform = EspTransforms.of(installation.suite());
        boolean udp = installation.nat().encapsulates();
        sessions.becameUsable(
                locator.session(), pathMtu -> Blueprints.tunnelMtu(transform, pathMtu, udp));
    }

    private void remove(ChildSaLocator locator) {
        boolean installed =
                table.findSa(locator).flatMap(sa -> table.findSa(sa.inbound())).isPresent();
        Optional<LiveSa> sa = table.removeSa(locator);
        if (sa.isEmpty()) {
            return;
        }
        forgetWaiting(sa.get());
        sendBySuccessor(sa.get().child());
        if (installed) {
            ledger.settle(sa.get());
        }
        sa.get().outbound().ifPresent(kernel::removeSa);
        SaId inbound = sa.get().inbound();
        if (installed && isReplaced(sa.get())) {
            thread.executeLater(LATE_PACKETS, () -> kernel.removeSa(inbound));
        } else {
            kernel.removeSa(inbound);
        }
        sessions.maybeUnusable(locator.session());
    }

    private void forgetWaiting(LiveSa sa) {
        ChildSaInstallation unused = waiting.remove(sa.inbound());
        if (unused != null) {
            unused.close();
        }
    }

    /** Where nothing sends for a child any more, what has been waiting does. */
    private void sendBySuccessor(ChildRef child) {
        if (!isSentBy(child)) {
            for (LiveSa successor : table.installedOf(child)) {
                ChildSaInstallation waits = waiting.get(successor.inbound());
                if (waits != null) {
                    installWaiting(waits.locator(), successor);
                }
            }
        }
    }
}
