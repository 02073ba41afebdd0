package io.edgeipsec.api.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Where a request comes from.
 *
 * @param text the address
 * @param key what limits count by: the address, or an IPv6 address's /64, which one host has whole
 */
public record Source(String text, String key) {

    private static final int PREFIX_OCTETS = 8;

    public static Source of(InetAddress address) {
        String text = address.getHostAddress();
        if (address instanceof Inet6Address) {
            byte[] prefix = Arrays.copyOf(address.getAddress(), PREFIX_OCTETS);
            return new Source(text, HexFormat.of().formatHex(prefix) + "::/64");
        }
        return new Source(text, text);
    }

    @Override
    public String toString() {
        return text;
    }
}
