package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.Octets;
import java.util.List;

/**
 * What the core wants done, in the order in which it must happen. Those with a {@link RequestId}
 * are answered by an {@link IkeReply}; the others are not.
 */
public sealed interface IkeEffect {
    void deliverTo(Handler handler);

    /** One method per effect, so that a new one does not compile until everybody handles it. */
    interface Handler {
        void sendDatagram(SendDatagram effect);

        void sendKeepalive(SendKeepalive effect);

        void beginKeyExchange(BeginKeyExchange effect);

        void respondKeyExchange(RespondKeyExchange effect);

        void finishKeyExchange(FinishKeyExchange effect);

        void sign(Sign effect);

        void verifyPeer(VerifyPeer effect);

        void allocateSpi(AllocateSpi effect);

        void installChildSa(InstallChildSa effect);

        void removeChildSa(RemoveChildSa effect);

        void stopSending(StopSending effect);

        void moveChildSa(MoveChildSa effect);

        void measureTraffic(MeasureTraffic effect);

        void announce(Announce effect);
    }

    /** An IKE message, without the non-ESP marker. */
    record SendDatagram(Path path, Octets datagram) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.sendDatagram(this);
        }
    }

    /** One octet 0xFF (RFC 3948 §2.3). */
    record SendKeepalive(Path path) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.sendKeepalive(this);
        }
    }

    record BeginKeyExchange(RequestId request, KeyExchangeMethod method) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.beginKeyExchange(this);
        }
    }

    /**
     * Does all of a key exchange that the peer has begun.
     *
     * @param toStranger whether the peer is not authenticated, so that others go first
     */
    record RespondKeyExchange(
            RequestId request, KeyExchangeMethod method, Octets peerValue, boolean toStranger)
            implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.respondKeyExchange(this);
        }
    }

    /** Whoever executes it closes the share. */
    record FinishKeyExchange(RequestId request, KeyShare share, Octets peerValue)
            implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.finishKeyExchange(this);
        }
    }

    /** Signs with the private key of a certificate of ours. */
    record Sign(
            RequestId request, OwnCertificate certificate, SignatureScheme scheme, Octets octets)
            implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.sign(this);
        }
    }

    /** Checks a peer's certificate and signature. */
    record VerifyPeer(RequestId request, PeerProof proof) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.verifyPeer(this);
        }
    }

    /** Reserves an inbound SPI; both SPIs of the locator are still zero. */
    record AllocateSpi(RequestId request, ChildSaLocator locator) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.allocateSpi(this);
        }
    }

    /**
     * Inbound first, then outbound, all or nothing. Whoever executes it closes the installation.
     */
    record InstallChildSa(RequestId request, ChildSaInstallation installation)
            implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.installChildSa(this);
        }
    }

    /** Removes both SAs, or the reserved SPI. What is gone already is no error. */
    record RemoveChildSa(ChildSaLocator locator) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.removeChildSa(this);
        }
    }

    /**
     * Removes the outbound SA of a Child SA that is about to end; what comes in by it is still
     * taken. What the kernel sends by then is whatever else there is for the same traffic.
     *
     * @param deletedByPeer the peer stops receiving by it now; otherwise it may be sent by until
     *     the peer is known to receive by another
     */
    record StopSending(RequestId request, ChildSaLocator locator, boolean deletedByPeer)
            implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.stopSending(this);
        }
    }

    /**
     * Has both SAs of a Child SA go on by another way, with their keys and sequence numbers. The
     * locator stays what it was when they were installed. What cannot be moved is reported as
     * expired, so that it is replaced.
     */
    record MoveChildSa(ChildSaLocator locator, Path path) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.moveChildSa(this);
        }
    }

    /** Reads what these Child SAs have carried; those that are gone are left out of the answer. */
    record MeasureTraffic(RequestId request, List<ChildSaLocator> childSas) implements IkeEffect {
        public MeasureTraffic {
            childSas = List.copyOf(childSas);
        }

        @Override
        public void deliverTo(Handler handler) {
            handler.measureTraffic(this);
        }
    }

    record Announce(IkeEvent event) implements IkeEffect {
        @Override
        public void deliverTo(Handler handler) {
            handler.announce(this);
        }
    }
}
