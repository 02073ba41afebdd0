package io.edgeipsec.xfrm.state;

/** ESP in UDP (RFC 3948) between our port and the peer's, whatever the SA's direction. */
public record UdpEncapsulation(int localPort, int peerPort) {
    public UdpEncapsulation {
        if (localPort < 1 || localPort > 0xffff || peerPort < 1 || peerPort > 0xffff) {
            throw new IllegalArgumentException(
                    "UDP ports " + localPort + " and " + peerPort + " are not 1..65535");
        }
    }

    /** As the SA of a direction has it. */
    public EncapTemplate template(SaDirection direction) {
        return direction == SaDirection.OUT
                ? new EncapTemplate(EncapTemplate.ESPINUDP, localPort, peerPort)
                : new EncapTemplate(EncapTemplate.ESPINUDP, peerPort, localPort);
    }
}
