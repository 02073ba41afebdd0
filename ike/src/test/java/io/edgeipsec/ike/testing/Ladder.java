package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.message.IkeMessage;

/**
 * Climbs down the messages between two gateways: each step names the sender and the payloads of the
 * oldest datagram on the wire, and delivers it.
 */
public final class Ladder {
    private static final String NAT_DETECTION =
            " N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)";

    /** The usual first message and its answer. */
    public static final String INIT_REQUEST =
            "IKE_SA_INIT request 0 SA KE Nonce"
                    + NAT_DETECTION
                    + " N(IKEV2_FRAGMENTATION_SUPPORTED)";

    public static final String INIT_RESPONSE =
            "IKE_SA_INIT response 0 SA KE Nonce"
                    + NAT_DETECTION
                    + " N(CHILDLESS_IKEV2_SUPPORTED) N(IKEV2_FRAGMENTATION_SUPPORTED)";

    /** The usual second request, of a gateway that knows of no other IKE SA with the peer. */
    public static final String AUTH_REQUEST =
            "IKE_AUTH request 1 IDi N(INITIAL_CONTACT) IDr AUTH SA TSi TSr";

    public static final String AUTH_RESPONSE = "IKE_AUTH response 1 IDr AUTH SA TSi TSr";

    private final TwoGateways net;

    public Ladder(TwoGateways net) {
        this.net = net;
    }

    /** A says this, and B hears it. */
    public IkeMessage fromA(String outline) {
        IkeMessage message = onWire("A", outline);
        net.deliverOne();
        return message;
    }

    /** B says this, and A hears it. */
    public IkeMessage fromB(String outline) {
        IkeMessage message = onWire("B", outline);
        net.deliverOne();
        return message;
    }

    /** A says this, and nobody hears it. */
    public TwoGateways.InFlight lostFromA(String outline) {
        onWire("A", outline);
        return net.dropOne();
    }

    /** B says this, and nobody hears it. */
    public TwoGateways.InFlight lostFromB(String outline) {
        onWire("B", outline);
        return net.dropOne();
    }

    /** Nobody has anything more to say. */
    public void silence() {
        if (!net.wire().isEmpty()) {
            throw new AssertionError("expected silence, seen " + net.outline());
        }
    }

    private IkeMessage onWire(String sender, String outline) {
        String seen = net.outline();
        String expected = sender + ": " + outline;
        if (!seen.equals(expected)) {
            throw new AssertionError("expected " + expected + "\nseen     " + seen);
        }
        return net.oldest();
    }
}
