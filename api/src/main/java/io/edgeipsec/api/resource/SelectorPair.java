package io.edgeipsec.api.resource;

/** Local and peer subnet of one Child SA; unique within a session. */
public record SelectorPair(Ipv4Subnet source, Ipv4Subnet destination) {

    /** As the other side has it. */
    public SelectorPair reversed() {
        return new SelectorPair(/* source= */ destination, /* destination= */ source);
    }

    @Override
    public String toString() {
        return source + " -> " + destination;
    }
}
