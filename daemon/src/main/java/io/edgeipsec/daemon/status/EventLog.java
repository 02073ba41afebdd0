package io.edgeipsec.daemon.status;

import static io.edgeipsec.daemon.status.Quoted.quoted;

import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.NatSituation;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line per event, ids on each so that grep tells a story. What strangers can cause is only
 * counted here; {@link #logDrops} tells the counts now and then.
 */
public final class EventLog implements IkeEvent.Handler {
    private static final Logger LOG = LoggerFactory.getLogger("io.edgeipsec.ike");

    private final Map<DropReason, LongAdder> drops = new EnumMap<>(DropReason.class);
    private final Map<DropReason, Long> logged = new EnumMap<>(DropReason.class);

    public EventLog() {
        for (DropReason reason : DropReason.values()) {
            drops.put(reason, new LongAdder());
        }
    }

    /** Datagrams dropped so far. */
    public long dropped(DropReason reason) {
        LongAdder count = drops.get(reason);
        return count == null ? 0 : count.sum();
    }

    /** Logs the counts that have grown since the last call. One thread. */
    public void logDrops() {
        for (DropReason reason : DropReason.values()) {
            long count = dropped(reason);
            long before = logged.getOrDefault(reason, 0L);
            if (count > before) {
                LOG.info(
                        "event=ike.datagrams_dropped reason={} count={} total={}",
                        reason,
                        count - before,
                        count);
                logged.put(reason, count);
            }
        }
    }

    @Override
    public void negotiationStarted(IkeEvent.NegotiationStarted event) {
        LOG.info(
                "event=ike_sa.initiating session={} ike={} path={}",
                event.session(),
                event.ikeSa(),
                event.path());
    }

    @Override
    public void negotiationFailed(IkeEvent.NegotiationFailed event) {
        LOG.warn(
                "event=ike_sa.failed session={} reason={} retry_in_s={}",
                event.session(),
                quoted(event.reason()),
                event.retryIn().map(d -> String.valueOf(d.toSeconds())).orElse("never"));
    }

    @Override
    public void peerRejected(IkeEvent.PeerRejected event) {
        LOG.warn(
                "event=ike_sa.rejected session={} reason={}",
                event.session(),
                quoted(event.reason()));
    }

    @Override
    public void ikeSaEstablished(IkeEvent.IkeSaEstablished event) {
        LOG.info(
                "event=ike_sa.established session={} ike={} role={} path={} nat={} suite={}"
                        + " ppk={} local_id={} peer_id={} took_ms={}",
                event.session(),
                event.ikeSa(),
                event.initiator() ? "initiator" : "responder",
                event.path(),
                nat(event.nat()),
                event.suite(),
                event.usesPpk() ? "yes" : "no",
                quoted(event.localId()),
                quoted(event.remoteId()),
                event.took().toMillis());
    }

    /** Who is behind a NAT. */
    static String nat(NatSituation nat) {
        if (nat.localBehindNat()) {
            return nat.remoteBehindNat() ? "both" : "local";
        }
        return nat.remoteBehindNat() ? "remote" : "none";
    }

    @Override
    public void ikeSaClosed(IkeEvent.IkeSaClosed event) {
        LOG.info(
                "event=ike_sa.closed session={} ike={} reason={}",
                event.session(),
                event.ikeSa(),
                quoted(event.reason()));
    }

    @Override
    public void childSaEstablished(IkeEvent.ChildSaEstablished event) {
        LOG.info(
                "event=child_sa.established session={} child={} ike={} spi_in={} spi_out={}"
                        + " local={} remote={} suite={}",
                event.session(),
                event.locator().child(),
                event.ikeSa(),
                event.locator().inbound(),
                event.locator().outbound(),
                event.local(),
                event.remote(),
                event.suite());
    }

    @Override
    public void childSaFailed(IkeEvent.ChildSaFailed event) {
        LOG.warn(
                "event=child_sa.failed session={} child={} ike={} reason={}",
                event.session(),
                event.child(),
                event.ikeSa(),
                quoted(event.reason()));
    }

    @Override
    public void childSaClosed(IkeEvent.ChildSaClosed event) {
        LOG.info(
                "event=child_sa.closed session={} child={} ike={} spi_in={} spi_out={}"
                        + " reason={}",
                event.session(),
                event.locator().child(),
                event.ikeSa(),
                event.locator().inbound(),
                event.locator().outbound(),
                quoted(event.reason()));
    }

    @Override
    public void peerMoved(IkeEvent.PeerMoved event) {
        LOG.info(
                "event=ike_sa.peer_moved session={} ike={} path={}",
                event.session(),
                event.ikeSa(),
                event.path());
    }

    @Override
    public void retransmitted(IkeEvent.Retransmitted event) {
        LOG.debug(
                "event=ike.retransmitted ike={} path={} attempt={}",
                event.ikeSa(),
                event.path(),
                event.attempt());
    }

    @Override
    public void messageExchanged(IkeEvent.MessageExchanged event) {
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "event=ike.message {} path={} message={}",
                    event.sent() ? "sent" : "received",
                    event.path(),
                    quoted(event.message().outline()));
        }
    }

    @Override
    public void datagramDropped(IkeEvent.DatagramDropped event) {
        LongAdder count = drops.get(event.reason());
        if (count != null) {
            count.increment();
        }
        LOG.debug("event=ike.datagram_dropped reason={} path={}", event.reason(), event.path());
    }

    @Override
    public void defectContained(IkeEvent.DefectContained event) {
        LOG.error("event=ike.defect ike={}", event.ikeSa(), event.defect());
    }
}
