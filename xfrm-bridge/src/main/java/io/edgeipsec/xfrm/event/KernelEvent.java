package io.edgeipsec.xfrm.event;

import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaStatistics;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.net.InetAddress;
import java.util.Objects;

/** Something the kernel reports on its own. Immutable; delivered on the monitor's thread. */
public sealed interface KernelEvent {
    /** Calls the handler's method for this kind of event. */
    void deliverTo(Handler handler);

    /** One method for each kind, so that a kind that is not handled does not compile. */
    interface Handler {
        void onAcquire(Acquire event);

        void onExpire(Expire event);

        void onMapping(Mapping event);

        void onForeignChange(ForeignChange event);

        void onLinkChanged(LinkChanged event);

        void onLinkRemoved(LinkRemoved event);

        void onAddressAdded(AddressAdded event);

        void onAddressRemoved(AddressRemoved event);

        void onRoutesChanged(RoutesChanged event);

        void onResync(Resync event);

        void onMonitorStopped(MonitorStopped event);
    }

    /**
     * A packet met a PROTECT policy without an SA. The kernel holds a larval SA against repeats
     * until an SA with this reqid and sequence comes, or net.core.xfrm_acq_expires seconds pass.
     *
     * @param local the template's source, our outer address
     * @param peer the template's destination
     * @param packet the packet's own addresses, protocol and ports
     * @param policySelector the selector of the policy it met
     * @param sequence goes into the SA that answers
     */
    record Acquire(
            InetAddress local,
            InetAddress peer,
            int reqid,
            Scope scope,
            Selector packet,
            Selector policySelector,
            PolicyDirection policyDirection,
            int policyIndex,
            int sequence)
            implements KernelEvent {
        public Acquire {
            Objects.requireNonNull(local);
            Objects.requireNonNull(peer);
            Objects.requireNonNull(scope);
        }

        @Override
        public void deliverTo(Handler handler) {
            handler.onAcquire(this);
        }
    }

    /**
     * An SA reached a limit: soft, it works on and wants to be rekeyed; hard, it is gone. A larval
     * SA that nobody filled goes hard as well; its SPI is 0 if an ACQUIRE had made it.
     *
     * @param counters what it has carried
     */
    record Expire(
            SaId id,
            InetAddress source,
            int reqid,
            boolean hard,
            LifetimeCurrent counters,
            SaStatistics statistics)
            implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onExpire(this);
        }
    }

    /**
     * The peer's ESP-in-UDP on this inbound SA comes from another address or port: its NAT's
     * mapping changed. The packet that showed it had passed the integrity check. The kernel does
     * not name the SA's mark or if_id here.
     */
    record Mapping(
            InetAddress local,
            int spi,
            int reqid,
            InetAddress oldAddress,
            int oldPort,
            InetAddress newAddress,
            int newPort)
            implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onMapping(this);
        }
    }

    /** Another process removed SAs or policies, perhaps ours: compare with what should be there. */
    record ForeignChange(Change change) implements KernelEvent {
        /** What it did. */
        public enum Change {
            SA_DELETED,
            SAS_FLUSHED,
            POLICY_DELETED,
            POLICIES_FLUSHED,
            /** One of ours. */
            NEXTHOP_DELETED
        }

        @Override
        public void deliverTo(Handler handler) {
            handler.onForeignChange(this);
        }
    }

    /** A link appeared, or something about it changed. */
    record LinkChanged(LinkEntry link) implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onLinkChanged(this);
        }
    }

    /** A link is gone. */
    record LinkRemoved(LinkEntry link) implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onLinkRemoved(this);
        }
    }

    /** An address appeared, or something about it changed. */
    record AddressAdded(AddressEntry address) implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onAddressAdded(this);
        }
    }

    /** An address is gone. */
    record AddressRemoved(AddressEntry address) implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onAddressRemoved(this);
        }
    }

    /** Routes changed; one event stands for all that arrived together. */
    record RoutesChanged() implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onRoutesChanged(this);
        }
    }

    /** Events were lost: what this subject's dumps say now is the truth. */
    record Resync(Subject subject, String reason) implements KernelEvent {
        /** What to read again. */
        public enum Subject {
            /** SAs (expired?), and policies that wait for one. */
            SECURITY_ASSOCIATIONS,
            /** SAs and policies that another process may have removed. */
            POLICIES,
            LINKS_AND_ADDRESSES
        }

        @Override
        public void deliverTo(Handler handler) {
            handler.onResync(this);
        }
    }

    /** The monitor failed and has ended: a new one must be opened, and everything read again. */
    record MonitorStopped(String reason) implements KernelEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.onMonitorStopped(this);
        }
    }
}
