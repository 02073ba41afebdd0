package io.edgeipsec.daemon.control;

import io.edgeipsec.daemon.reconcile.Conversions;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the kernel reports, on the kernel thread. */
final class KernelEvents implements KernelEvent.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(KernelEvents.class);

    private final SessionTable table;
    private final Sessions sessions;
    private final TrafficLedger ledger;
    private final Runnable auditSoon;
    private final Runnable pathsSoon;
    private final Runnable monitorAgain;

    KernelEvents(
            SessionTable table,
            Sessions sessions,
            TrafficLedger ledger,
            Runnable auditSoon,
            Runnable pathsSoon,
            Runnable monitorAgain) {
        this.table = table;
        this.sessions = sessions;
        this.ledger = ledger;
        this.auditSoon = auditSoon;
        this.pathsSoon = pathsSoon;
        this.monitorAgain = monitorAgain;
    }

    @Override
    public void onAcquire(KernelEvent.Acquire event) {
        table.byReqid(event.reqid())
                .ifPresentOrElse(
                        child -> {
                            table.acquired(event);
                            sessions.trafficWaits(child);
                        },
                        () -> sessions.forget(event));
    }

    @Override
    public void onExpire(KernelEvent.Expire event) {
        table.findSa(event.id())
                .ifPresent(
                        sa -> {
                            ledger.expired(event.id(), event.counters(), event.statistics());
                            sessions.expired(sa, event.hard());
                        });
    }

    @Override
    public void onMapping(KernelEvent.Mapping event) {
        // One for each packet until the SAs have moved; that they did is told once, by IKE.
        LOG.debug(
                "event=nat.mapping_changed reqid={} old={}:{} new={}:{}",
                event.reqid(),
                event.oldAddress().getHostAddress(),
                event.oldPort(),
                event.newAddress().getHostAddress(),
                event.newPort());
        table.findInbound(Conversions.toIke(event.local()), new EspSpi(event.spi()))
                .ifPresent(
                        sa ->
                                sessions.espSourceChanged(
                                        sa,
                                        new Endpoint(
                                                Conversions.toIke(event.newAddress()),
                                                event.newPort())));
    }

    @Override
    public void onForeignChange(KernelEvent.ForeignChange event) {
        LOG.warn("event=kernel.foreign_change change={}", event.change());
        auditSoon.run();
    }

    @Override
    public void onLinkChanged(KernelEvent.LinkChanged event) {
        if (!KernelNumbers.isOurs(event.link())) {
            pathsSoon.run(); // its MTU is that of the routes through it
        }
    }

    @Override
    public void onLinkRemoved(KernelEvent.LinkRemoved event) {
        if (KernelNumbers.isOurs(event.link())) {
            auditSoon.run();
        }
    }

    @Override
    public void onAddressAdded(KernelEvent.AddressAdded event) {
        sessions.addressChanged(Conversions.toIke(event.address().address().address()));
    }

    @Override
    public void onAddressRemoved(KernelEvent.AddressRemoved event) {
        sessions.addressChanged(Conversions.toIke(event.address().address().address()));
    }

    @Override
    public void onRoutesChanged(KernelEvent.RoutesChanged event) {
        pathsSoon.run();
    }

    @Override
    public void onResync(KernelEvent.Resync event) {
        LOG.warn(
                "event=kernel.events_lost subject={} reason=\"{}\"",
                event.subject(),
                event.reason());
        auditSoon.run();
    }

    @Override
    public void onMonitorStopped(KernelEvent.MonitorStopped event) {
        LOG.error("event=kernel.monitor_stopped reason=\"{}\"", event.reason());
        monitorAgain.run();
    }
}
