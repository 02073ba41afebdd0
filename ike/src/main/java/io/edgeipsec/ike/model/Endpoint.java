package io.edgeipsec.ike.model;

import io.edgeipsec.ike.message.IpAddress;

/** A UDP endpoint. */
public record Endpoint(IpAddress address, int port) {
    @Override
    public String toString() {
        return address.isIpv4() ? address + ":" + port : "[" + address + "]:" + port;
    }
}
