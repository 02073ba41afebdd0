package io.edgeipsec.ike.message;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** An IPv4 (4 octets) or IPv6 (16 octets) address. Ordered by family, then unsigned. */
public record IpAddress(Octets octets) implements Comparable<IpAddress> {
    private static final String IPV4_OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 =
            Pattern.compile(IPV4_OCTET + "(?:\\." + IPV4_OCTET + "){3}");

    /** With this first character and a colon, InetAddress parses or refuses, but never resolves. */
    private static final Pattern MAYBE_IPV6 = Pattern.compile("(?=.*:)[0-9a-fA-F:][0-9a-fA-F:.]*");

    public IpAddress {
        if (octets.length() != 4 && octets.length() != 16) {
            throw new IllegalArgumentException("an address of " + octets.length() + " octets");
        }
    }

    public static IpAddress of(byte[] bytes) {
        return new IpAddress(Octets.copyOf(bytes));
    }

    /**
     * Reads the text form of an address. Names are never resolved; leading zeros, zones and
     * IPv4-mapped addresses are refused, since they do not mean the same to every reader.
     *
     * @throws IllegalArgumentException if it is neither an IPv4 nor an IPv6 literal
     */
    public static IpAddress parse(String text) {
        boolean v4 = IPV4.matcher(text).matches();
        if (!v4 && !MAYBE_IPV6.matcher(text).matches()) {
            throw new IllegalArgumentException("not an IP address: " + text);
        }
        IpAddress address;
        try {
            address = of(InetAddress.getByName(text).getAddress());
        } catch (UnknownHostException notALiteral) {
            throw new IllegalArgumentException("not an IP address: " + text, notALiteral);
        }
        if (address.isIpv4() != v4) {
            throw new IllegalArgumentException(
                    "IPv4-mapped address " + text + ": write it as IPv4");
        }
        return address;
    }

    public boolean isIpv4() {
        return octets.length() == 4;
    }

    /** 0.0.0.0 or ::. */
    public boolean isUnspecified() {
        for (int i = 0; i < octets.length(); i++) {
            if (octets.at(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** How many leading bits both addresses, of one family, have in common. */
    int commonPrefixLength(IpAddress other) {
        for (int i = 0; i < octets.length(); i++) {
            int difference = octets.at(i) ^ other.octets.at(i);
            if (difference != 0) {
                return i * 8 + Integer.numberOfLeadingZeros(difference) - 24;
            }
        }
        return octets.length() * 8;
    }

    /** This address with the bits behind {@code prefixLength} all zero or all one. */
    public IpAddress masked(int prefixLength, boolean ones) {
        if (prefixLength < 0 || prefixLength > octets.length() * 8) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " for " + this);
        }
        byte[] bytes = octets.toByteArray();
        for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
            int mask = 0x80 >>> (bit & 7);
            bytes[bit >> 3] = (byte) (ones ? bytes[bit >> 3] | mask : bytes[bit >> 3] & ~mask);
        }
        return new IpAddress(Octets.wrap(bytes));
    }

    @Override
    public int compareTo(IpAddress other) {
        int byFamily = Integer.compare(octets.length(), other.octets.length());
        return byFamily != 0 ? byFamily : octets.compareTo(other.octets);
    }

    @Override
    public String toString() {
        byte[] bytes = octets.toByteArray();
        try {
            // Inet6Address, because InetAddress shows an IPv4-mapped address as IPv4.
            InetAddress address =
                    isIpv4()
                            ? InetAddress.getByAddress(bytes)
                            : Inet6Address.getByAddress("", bytes, -1);
            return address.getHostAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("length was checked", impossible);
        }
    }
}
