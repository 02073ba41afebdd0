package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * NAT detection (RFC 7296 §2.23): hashes of the SPIs, address and port as the sender sees them.
 *
 * @param initiatorSpi with {@code responderSpi} as in the header of the message, so zero for the
 *     responder's in a request
 */
public record NatDetection(IkeSpi initiatorSpi, IkeSpi responderSpi) {

    /** The two notifications for a message that we send along {@code path}. */
    public List<NotifyPayload> notifications(Path path) {
        return List.of(
                NotifyPayload.of(NotifyType.NAT_DETECTION_SOURCE_IP, hash(path.local())),
                NotifyPayload.of(NotifyType.NAT_DETECTION_DESTINATION_IP, hash(path.remote())));
    }

    /**
     * What the peer's notifications say about the way between us. A peer that sends none does not
     * support NAT traversal, so nothing is encapsulated.
     *
     * @param path as the message came: our endpoint is its destination
     */
    public NatSituation verdict(IkeMessage received, Path path) {
        List<Octets> sources = hashes(received, NotifyType.NAT_DETECTION_SOURCE_IP);
        List<Octets> destinations = hashes(received, NotifyType.NAT_DETECTION_DESTINATION_IP);
        if (sources.isEmpty() || destinations.isEmpty()) {
            return NatSituation.NONE;
        }
        boolean remoteBehindNat = !sources.contains(hash(path.remote()));
        boolean localBehindNat = !destinations.contains(hash(path.local()));
        return new NatSituation(localBehindNat, remoteBehindNat);
    }

    private static List<Octets> hashes(IkeMessage message, NotifyType type) {
        return message.all(NotifyPayload.class).stream()
                .filter(notify -> notify.notifyType().equals(type))
                .map(NotifyPayload::data)
                .toList();
    }

    private Octets hash(Endpoint endpoint) {
        OctetWriter writer = new OctetWriter(64);
        writer.u64(initiatorSpi.value()).u64(responderSpi.value());
        writer.octets(endpoint.address().octets()).u16(endpoint.port());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(writer.toByteArray());
            return Octets.wrap(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-1", impossible);
        }
    }
}
