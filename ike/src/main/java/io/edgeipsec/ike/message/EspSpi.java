package io.edgeipsec.ike.message;

import java.util.HexFormat;

/** The SPI of an ESP SA, 4 octets; 0..255 are reserved (RFC 4303 §2.1). */
public record EspSpi(int value) {
    public static final int LENGTH_OCTETS = 4;
    public static final EspSpi ZERO = new EspSpi(0);

    /** Whether a peer may use it for an SA. */
    public boolean isUsable() {
        return Integer.compareUnsigned(value, 255) > 0;
    }

    public Octets toOctets() {
        return new OctetWriter(LENGTH_OCTETS).u32(value).toOctets();
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
