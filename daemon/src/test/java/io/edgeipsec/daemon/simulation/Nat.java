package io.edgeipsec.daemon.simulation;

import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.Endpoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Before one gateway: others see it at the outside address, on ports that it has spoken from. */
final class Nat {
    private final IpAddress outside;
    private final Map<Integer, Integer> outsidePorts = new LinkedHashMap<>();
    private int nextPort = 20_000;

    Nat(IpAddress outside) {
        this.outside = outside;
    }

    IpAddress outside() {
        return outside;
    }

    /** Where something comes out that the gateway sends from this port. */
    Endpoint leave(int port) {
        int mapped = outsidePorts.computeIfAbsent(port, p -> nextPort++);
        return new Endpoint(outside, mapped);
    }

    /** The gateway's port that something is for which comes in at this one. */
    Optional<Integer> enter(int port) {
        return outsidePorts.entrySet().stream()
                .filter(entry -> entry.getValue() == port)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Forgets all mappings. */
    void rebind() {
        outsidePorts.clear();
    }
}
