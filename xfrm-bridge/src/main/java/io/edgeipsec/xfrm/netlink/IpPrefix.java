package io.edgeipsec.xfrm.netlink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address with a prefix length: a subnet, or an interface's address (host bits are kept). {@link
 * #network} clears the host bits.
 */
public record IpPrefix(InetAddress address, int length) {
    private static final Pattern DOTTED_QUAD = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    public IpPrefix {
        Objects.requireNonNull(address);
        int bits = address.getAddress().length * 8;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "prefix length "
                            + length
                            + " of "
                            + address.getHostAddress()
                            + " is not 0.."
                            + bits);
        }
    }

    public static IpPrefix host(InetAddress address) {
        return new IpPrefix(address, address.getAddress().length * 8);
    }

    /** Every address of the family of {@code address}. */
    public static IpPrefix all(InetAddress address) {
        return new IpPrefix(address, 0).network();
    }

    /** Parses {@code 192.0.2.0/24} or {@code 2001:db8::/32}; a name is refused, not looked up. */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (!DOTTED_QUAD.matcher(host).matches() && host.indexOf(':') < 0) {
            throw notAPrefix(text, null);
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            return slash < 0
                    ? host(address)
                    : new IpPrefix(address, Integer.parseInt(text.substring(slash + 1)));
        } catch (UnknownHostException | NumberFormatException e) {
            throw notAPrefix(text, e);
        }
    }

    private static IllegalArgumentException notAPrefix(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "'" + text + "' is not an address with prefix length", cause);
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    public IpPrefix network() {
        byte[] b = address.getAddress();
        for (int bit = length; bit < b.length * 8; bit++) {
            b[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return new IpPrefix(Addresses.of(b), length);
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
