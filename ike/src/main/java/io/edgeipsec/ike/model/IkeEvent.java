package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.TrafficSelector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What happened: the one source of status, metrics and logs. Holds no secrets. */
public sealed interface IkeEvent {
    void deliverTo(Handler handler);

    /** One method per event, so that a new one does not compile until everybody handles it. */
    interface Handler {
        void negotiationStarted(NegotiationStarted event);

        void negotiationFailed(NegotiationFailed event);

        void peerRejected(PeerRejected event);

        void ikeSaEstablished(IkeSaEstablished event);

        void ikeSaClosed(IkeSaClosed event);

        void childSaEstablished(ChildSaEstablished event);

        void childSaFailed(ChildSaFailed event);

        void childSaClosed(ChildSaClosed event);

        void peerMoved(PeerMoved event);

        void retransmitted(Retransmitted event);

        void messageExchanged(MessageExchanged event);

        void datagramDropped(DatagramDropped event);

        void defectContained(DefectContained event);
    }

    record NegotiationStarted(String session, IkeSaId ikeSa, Path path) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.negotiationStarted(this);
        }
    }

    /**
     * An IKE SA that never came up.
     *
     * @param retryIn empty if we do not try again by ourselves
     */
    record NegotiationFailed(String session, FailReason reason, Optional<Duration> retryIn)
            implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.negotiationFailed(this);
        }
    }

    /**
     * A peer started and was not let in. It may be anyone who can send from the peer's address;
     * these are limited to a few a second.
     */
    record PeerRejected(String session, FailReason reason) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.peerRejected(this);
        }
    }

    /**
     * An IKE SA can carry tunnels.
     *
     * @param usesPpk whether a post-quantum pre-shared key is in its keys (RFC 8784)
     * @param replaced the one whose rekey has made it, and whose Child SAs it has taken over
     */
    record IkeSaEstablished(
            String session,
            IkeSaId ikeSa,
            boolean initiator,
            Path path,
            NatSituation nat,
            IkeSuite suite,
            boolean usesPpk,
            Optional<IkeSaId> replaced,
            Identification localId,
            Identification remoteId,
            Duration took)
            implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.ikeSaEstablished(this);
        }
    }

    record IkeSaClosed(String session, IkeSaId ikeSa, FailReason reason) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.ikeSaClosed(this);
        }
    }

    record ChildSaEstablished(
            String session,
            IkeSaId ikeSa,
            ChildSaLocator locator,
            EspSuite suite,
            List<TrafficSelector> local,
            List<TrafficSelector> remote)
            implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.childSaEstablished(this);
        }
    }

    record ChildSaFailed(String session, IkeSaId ikeSa, String child, FailReason reason)
            implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.childSaFailed(this);
        }
    }

    record ChildSaClosed(String session, IkeSaId ikeSa, ChildSaLocator locator, FailReason reason)
            implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.childSaClosed(this);
        }
    }

    /** The NAT before the peer has another mapping; ESP goes by this way now. */
    record PeerMoved(String session, IkeSaId ikeSa, Path path) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.peerMoved(this);
        }
    }

    /** A request was sent again; {@code attempt} counts from 1. */
    record Retransmitted(IkeSaId ikeSa, Path path, int attempt) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.retransmitted(this);
        }
    }

    /** One step of the message ladder; only {@link IkeMessage#outline} is for the log. */
    record MessageExchanged(Path path, boolean sent, IkeMessage message) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.messageExchanged(this);
        }
    }

    record DatagramDropped(Path path, DropReason reason) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.datagramDropped(this);
        }
    }

    /**
     * An invariant of ours broke; the IKE SA was ended, the others go on. With SPIs of zero it was
     * an input that belonged to no IKE SA, which is dropped.
     */
    record DefectContained(IkeSaId ikeSa, RuntimeException defect) implements IkeEvent {
        @Override
        public void deliverTo(Handler handler) {
            handler.defectContained(this);
        }
    }
}
