package io.edgeipsec.api.resource;

/** Local and peer subnet of one Child SA; unique within a session. */
public record SelectorPair(Ipv4Subnet source, Ipv4Subnet destination) {

    @Override
    public String toString() {
        return source + " -> " + destination;
    }
}
