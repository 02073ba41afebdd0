package io.edgeipsec.ike.message;

import java.util.HexFormat;

/** The SPI of an IKE SA, 8 octets (RFC 7296 §3.1); zero means "not chosen yet". */
public record IkeSpi(long value) {
    public static final int LENGTH_OCTETS = 8;
    public static final IkeSpi ZERO = new IkeSpi(0);

    public boolean isZero() {
        return value == 0;
    }

    public Octets toOctets() {
        return new OctetWriter(LENGTH_OCTETS).u64(value).toOctets();
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
