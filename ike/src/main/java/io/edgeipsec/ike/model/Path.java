package io.edgeipsec.ike.model;

/** Where a datagram went between: our endpoint and the peer's. */
public record Path(Endpoint local, Endpoint remote) {
    @Override
    public String toString() {
        return local + "-" + remote;
    }
}
