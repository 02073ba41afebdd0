package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.sa.IkeSa;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The IKE SAs of strangers, by the peer's SPI and endpoint, so that a repeated first message finds
 * its own.
 */
final class HalfOpenSas {
    private record Key(IkeSpi peerSpi, Endpoint peer) {}

    private final Map<Key, IkeSa> sas = new HashMap<>();
    private final Map<IkeSa, Key> keys = new HashMap<>();
    private final Map<IpAddress, Integer> perSource = new HashMap<>();

    Optional<IkeSa> find(IkeSpi peerSpi, Endpoint peer) {
        return Optional.ofNullable(sas.get(new Key(peerSpi, peer)));
    }

    void add(IkeSa sa, IkeSpi peerSpi, Endpoint peer) {
        Key key = new Key(peerSpi, peer);
        sas.put(key, sa);
        keys.put(sa, key);
        perSource.merge(source(peer.address()), 1, Integer::sum);
    }

    /** It is a stranger's no more, or no more at all. */
    void remove(IkeSa sa) {
        Key key = keys.remove(sa);
        if (key != null) {
            sas.remove(key, sa);
            perSource.computeIfPresent(
                    source(key.peer().address()), (source, count) -> count == 1 ? null : count - 1);
        }
    }

    int size() {
        return keys.size();
    }

    /** How many come from where this address does. */
    int from(IpAddress address) {
        return perSource.getOrDefault(source(address), 0);
    }

    /** An IPv6 host has all of a /64 at its disposal. */
    private static IpAddress source(IpAddress address) {
        return address.isIpv4() ? address : address.masked(64, false);
    }
}
