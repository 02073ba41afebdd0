package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.model.FragmentationPolicy;

/**
 * Whether the messages of an IKE SA may be cut, and how large they may be before they are: agreed
 * in its first exchange, and the same in the IKE SA that replaces it (RFC 7383 §2.3).
 *
 * @param datagramOctets of IP datagrams, as far as we know what the path carries
 */
record Fragmentation(boolean agreed, int datagramOctets) {
    static final Fragmentation NONE = new Fragmentation(false, Integer.MAX_VALUE);

    static Fragmentation of(boolean agreed, FragmentationPolicy policy) {
        return agreed ? new Fragmentation(true, policy.largest()) : NONE;
    }

    Fragmentation notAbove(int octets) {
        return new Fragmentation(agreed, Math.min(datagramOctets, octets));
    }
}
