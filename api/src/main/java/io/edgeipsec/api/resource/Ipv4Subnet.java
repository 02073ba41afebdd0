package io.edgeipsec.api.resource;

/**
 * An IPv4 prefix as written: {@code address} may still have host bits, see {@link #isAligned()}.
 * Any thread.
 */
public record Ipv4Subnet(Ipv4Address address, int prefixLength) {

    public Ipv4Subnet {
        if (prefixLength < 0 || prefixLength > 32) {
            throw new IllegalArgumentException("prefix length " + prefixLength);
        }
    }

    /**
     * Reads {@code a.b.c.d/len}.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static Ipv4Subnet parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("no prefix length: " + text);
        }
        return new Ipv4Subnet(
                Ipv4Address.parse(text.substring(0, slash)),
                Integer.parseInt(text.substring(slash + 1)));
    }

    /** True if no bit past the prefix is set. */
    public boolean isAligned() {
        return (address.bits() & ~mask()) == 0;
    }

    /** The same prefix with its host bits cleared. */
    public Ipv4Subnet aligned() {
        return new Ipv4Subnet(new Ipv4Address(address.bits() & mask()), prefixLength);
    }

    public boolean contains(Ipv4Address other) {
        return ((address.bits() ^ other.bits()) & mask()) == 0;
    }

    /** True if every bit past the prefix is set. */
    public boolean isDirectedBroadcast() {
        return (address.bits() | mask()) == -1;
    }

    /** The first address, as an unsigned number. */
    public long first() {
        return Integer.toUnsignedLong(address.bits() & mask());
    }

    /** The last address, as an unsigned number. */
    public long last() {
        return Integer.toUnsignedLong(address.bits() | ~mask());
    }

    private int mask() {
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
