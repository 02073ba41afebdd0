package io.edgeipsec.ike.model;

import java.util.List;
import java.util.Optional;

/**
 * How large the IP datagrams of IKE messages may be once both sides can reassemble (RFC 7383
 * §2.5.1). The sizes are tried in turn, since nothing tells us what the path carries: packets that
 * are too large vanish, and so do IP fragments and the ICMP messages about them.
 *
 * @param datagramOctets falling sizes of IP datagrams, headers and all; none turns fragmentation
 *     off
 * @param transmissionsPerSize of an unanswered message before it is cut smaller
 */
public record FragmentationPolicy(List<Integer> datagramOctets, int transmissionsPerSize) {
    /**
     * Headers, IV, one block and ICV of a fragment take 152 octets at most: over IPv6 on the port
     * of NAT traversal, with AES-CBC and HMAC-SHA2-512-256.
     */
    public static final int MIN_DATAGRAM_OCTETS = 160;

    /** No message is cut, and the peer is told that we reassemble none. */
    public static final FragmentationPolicy OFF = new FragmentationPolicy(List.of(), 1);

    public FragmentationPolicy {
        datagramOctets = List.copyOf(datagramOctets);
        int before = Integer.MAX_VALUE;
        for (int octets : datagramOctets) {
            if (octets >= before || octets < MIN_DATAGRAM_OCTETS) {
                throw new IllegalArgumentException("sizes of datagrams " + datagramOctets);
            }
            before = octets;
        }
        if (transmissionsPerSize < 1) {
            throw new IllegalArgumentException(transmissionsPerSize + " transmissions per size");
        }
    }

    /**
     * 1280 octets pass wherever IPv6 does, so nearly everywhere; 576 is what every IPv4 host has to
     * take (RFC 7383 §2.5.1). IPv6 guarantees 1280, but to try 576 costs nothing where a tunnel
     * breaks that promise. Three transmissions take about as long as a path needs to heal.
     */
    public static FragmentationPolicy defaults() {
        return new FragmentationPolicy(List.of(1280, 576), 3);
    }

    public boolean isEnabled() {
        return !datagramOctets.isEmpty();
    }

    /** The size to begin with. */
    public int largest() {
        return datagramOctets.get(0);
    }

    public int smallest() {
        return datagramOctets.get(datagramOctets.size() - 1);
    }

    /** The next size to try. */
    public Optional<Integer> below(int octets) {
        return datagramOctets.stream().filter(size -> size < octets).findFirst();
    }

    /** The largest of the sizes that is not above {@code octets}, else the smallest. */
    public int notAbove(int octets) {
        return below(octets + 1).orElse(smallest());
    }
}
