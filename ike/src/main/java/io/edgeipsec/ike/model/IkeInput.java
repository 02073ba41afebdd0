package io.edgeipsec.ike.model;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.Octets;

/** What the engine is told. */
public sealed interface IkeInput {
    void deliverTo(Handler handler);

    /** One method per input, so that a new one does not compile until the engine handles it. */
    interface Handler {
        void datagramReceived(DatagramReceived input);

        void replyReceived(ReplyReceived input);

        void deadlineReached(DeadlineReached input);

        void peerConfigured(PeerConfigured input);

        void peerRemoved(PeerRemoved input);

        void peerSuspended(PeerSuspended input);

        void peerCommanded(PeerCommanded input);

        void trafficWaits(TrafficWaits input);

        void childSaExpired(ChildSaExpired input);

        void espSourceChanged(EspSourceChanged input);

        void shutdownRequested(ShutdownRequested input);
    }

    /** An IKE message, without the non-ESP marker. */
    record DatagramReceived(Path path, Octets datagram) implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.datagramReceived(this);
        }
    }

    record ReplyReceived(IkeReply reply) implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.replyReceived(this);
        }
    }

    /** The time that the engine asked to be called at has come. */
    record DeadlineReached() implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.deadlineReached(this);
        }
    }

    /** A session is new or has changed; what may stay of its SAs stays. The PSK is handed over. */
    record PeerConfigured(PeerPolicy policy) implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.peerConfigured(this);
        }
    }

    /**
     * A session was disabled or deleted, or is not to work for now: its SAs are deleted, the peer
     * is told.
     */
    record PeerRemoved(String session, FailReason reason) implements IkeInput {
        public PeerRemoved(String session) {
            this(
                    session,
                    new FailReason(
                            FailReason.Kind.CONFIGURATION, "session was disabled or deleted"));
        }

        @Override
        public void deliverTo(Handler handler) {
            handler.peerRemoved(this);
        }
    }

    /**
     * A session cannot work, and nothing that we sent would leave: its SAs end without a word to
     * the peer. It comes back with {@link PeerConfigured}.
     */
    record PeerSuspended(String session, FailReason reason) implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.peerSuspended(this);
        }
    }

    /** The operator wants something done with a session now. */
    record PeerCommanded(String session, Command command) implements IkeInput {
        /** What is to be done. */
        public enum Command {
            /**
             * End all SAs, telling the peer, and set up again what stood; what a session that only
             * responds had is the peer's to set up.
             */
            RESET,
            /** Replace the IKE SA, and then its Child SAs under the keys of the new one. */
            REKEY,
            /**
             * Set up what is missing, whoever usually starts: once, unless the session starts by
             * itself and so tries again.
             */
            INITIATE
        }

        @Override
        public void deliverTo(Handler handler) {
            handler.peerCommanded(this);
        }
    }

    /** The kernel holds a packet for a Child SA that does not exist (XFRM ACQUIRE). */
    record TrafficWaits(String session, String child) implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.trafficWaits(this);
        }
    }

    /**
     * The kernel reports the lifetime of an SA (XFRM EXPIRE).
     *
     * @param hard the SA is gone; otherwise it is to be replaced now
     */
    record ChildSaExpired(String session, String child, EspSpi inbound, boolean hard)
            implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.childSaExpired(this);
        }
    }

    /**
     * ESP in UDP on this SA, authentic and new, came from another endpoint than before (XFRM
     * MAPPING).
     */
    record EspSourceChanged(String session, EspSpi inbound, Endpoint remote) implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.espSourceChanged(this);
        }
    }

    /** Delete every IKE SA, telling the peers, and start nothing new. */
    record ShutdownRequested() implements IkeInput {
        @Override
        public void deliverTo(Handler handler) {
            handler.shutdownRequested(this);
        }
    }
}
