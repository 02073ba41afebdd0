package io.edgeipsec.daemon.simulation;

import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What gateways put on the wire: under the keys of one IKE SA no message id, and no IV, stands for
 * two messages; and what is taken for authentic is what a gateway has sent.
 */
final class WireCheck {
    private static final int GENERIC_HEADER = 4;
    private static final int FRAGMENT_NUMBERS = 4;
    private static final int IV = 8;

    /** One message, or one fragment of it, of one sender under the keys of one IKE SA. */
    private record Slot(Key key, boolean response, long messageId, Octets fragment) {}

    /**
     * Each side has keys of its own, also where a reflected request makes a gateway both; and
     * IKE_INTERMEDIATE has (RFC 9242).
     */
    private record Key(
            String gateway, long initiator, long responder, boolean ofInitiator, boolean early) {}

    private record Vector(Key key, Octets iv) {}

    private final Map<Slot, Octets> slots = new HashMap<>();
    private final Map<Vector, Octets> vectors = new HashMap<>();
    private final Set<Octets> sent = new HashSet<>();

    void sent(Gateway from, Octets datagram) {
        sent.add(datagram);
        IkeHeader header = header(datagram);
        boolean fragment = header.nextPayload().equals(PayloadType.SKF);
        if (!fragment && !header.nextPayload().equals(PayloadType.SK)) {
            return;
        }
        int behind = IkeHeader.LENGTH_OCTETS + GENERIC_HEADER;
        Octets numbers = fragment ? slice(datagram, behind, FRAGMENT_NUMBERS) : Octets.EMPTY;
        Key key =
                new Key(
                        from.name,
                        header.initiatorSpi().value(),
                        header.responderSpi().value(),
                        header.fromOriginalInitiator(),
                        header.exchange().equals(ExchangeType.IKE_INTERMEDIATE));
        Slot slot = new Slot(key, header.response(), header.messageId(), numbers);
        if (differs(slots.putIfAbsent(slot, datagram), datagram)) {
            throw new Violation("message id", from.name + " uses one twice: " + header);
        }
        Octets iv = slice(datagram, behind + numbers.length(), IV);
        if (!key.early() && differs(vectors.putIfAbsent(new Vector(key, iv), datagram), datagram)) {
            throw new Violation("iv", from.name + " uses one twice: " + header);
        }
    }

    private static boolean differs(@Nullable Octets one, Octets other) {
        return one != null && !one.equals(other);
    }

    private static Octets slice(Octets octets, int from, int length) {
        return Octets.copyOf(octets.toByteArray(), from, length);
    }

    static IkeHeader header(Octets datagram) {
        try {
            return IkeHeader.decode(datagram.reader());
        } catch (MalformedMessageException e) {
            throw new Violation("wire", "sent without a header: " + datagram, e);
        }
    }

    /** A gateway has opened a message that came in this datagram. */
    void opened(Gateway at, Octets datagram, IkeMessage message) {
        boolean open = message.header().exchange().equals(ExchangeType.IKE_SA_INIT);
        if (!open && !sent.contains(datagram)) {
            throw new Violation(
                    "authenticity", at.name + " took what nobody sent: " + message.outline());
        }
    }
}
