package io.edgeipsec.xfrm.state;

/** A port (or ICMP type or code) under a mask, as in a selector: mask 0 matches every one. */
public record PortMatch(int port, int mask) {
    public static final PortMatch ANY = new PortMatch(0, 0);

    public PortMatch {
        if (port < 0 || port > 0xffff || mask < 0 || mask > 0xffff) {
            throw new IllegalArgumentException("port " + port + "/" + mask + " is not 16 bits");
        }
    }

    public static PortMatch exactly(int port) {
        return new PortMatch(port, 0xffff);
    }

    @Override
    public String toString() {
        return mask == 0
                ? "any"
                : mask == 0xffff ? "" + port : port + "/" + Integer.toHexString(mask);
    }
}
