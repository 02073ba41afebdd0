package io.edgeipsec.api.resource;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** An IPv4 address; {@code bits} in network order, so 192.0.2.1 is 0xC0000201. Any thread. */
public record Ipv4Address(int bits) {

    /**
     * Reads dotted-quad form without ever asking a resolver.
     *
     * @throws IllegalArgumentException if the text is anything else, leading zeros included, which
     *     some readers take for octal
     */
    public static Ipv4Address parse(String text) {
        int bits = 0;
        int octets = 0;
        int position = 0;
        while (true) {
            int start = position;
            int octet = 0;
            while (position < text.length()
                    && position - start < 3
                    && text.charAt(position) >= '0'
                    && text.charAt(position) <= '9') {
                octet = octet * 10 + (text.charAt(position) - '0');
                position++;
            }
            int digits = position - start;
            if (digits == 0 || octet > 255 || (digits > 1 && text.charAt(start) == '0')) {
                throw notAnAddress(text);
            }
            bits = bits << 8 | octet;
            octets++;
            if (octets == 4) {
                if (position != text.length()) {
                    throw notAnAddress(text);
                }
                return new Ipv4Address(bits);
            }
            if (position == text.length() || text.charAt(position) != '.') {
                throw notAnAddress(text);
            }
            position++;
        }
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("not an IPv4 address: " + text);
    }

    /** 0.0.0.0/8, "this network" (RFC 1122 §3.2.1.3). */
    public boolean isThisNetwork() {
        return bits >>> 24 == 0;
    }

    public boolean isMulticast() {
        return bits >>> 28 == 0xE;
    }

    public boolean isLimitedBroadcast() {
        return bits == -1;
    }

    public InetAddress toInetAddress() {
        try {
            return Inet4Address.getByAddress(
                    new byte[] {
                        (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
                    });
        } catch (UnknownHostException e) {
            throw new AssertionError("four octets are an address", e);
        }
    }

    @Override
    public String toString() {
        return (bits >>> 24)
                + "."
                + (bits >>> 16 & 0xFF)
                + "."
                + (bits >>> 8 & 0xFF)
                + "."
                + (bits & 0xFF);
    }
}
