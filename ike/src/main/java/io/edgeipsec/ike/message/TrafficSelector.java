package io.edgeipsec.ike.message;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of addresses and ports of one protocol (RFC 7296 §3.13.1).
 *
 * <pre>
 *  |   TS Type     |IP Protocol ID*|       Selector Length         |
 *  |           Start Port*         |           End Port*           |
 *  ~                         Starting Address*                     ~
 *  ~                         Ending Address*                       ~
 * </pre>
 *
 * @param protocol IP protocol, 0 for any
 * @param startPort 0..65535; 65535 with {@code endPort} 0 is OPAQUE
 */
public record TrafficSelector(
        int protocol, int startPort, int endPort, IpAddress start, IpAddress end) {
    private static final int IPV4_RANGE = 7;
    private static final int IPV6_RANGE = 8;
    private static final int IPV4_LENGTH = 16;
    private static final int IPV6_LENGTH = 40;
    private static final int MAX_PORT = 65535;
    private static final Pattern CIDR = Pattern.compile("([^/]+)(?:/(0|[1-9]\\d{0,2}))?");

    public TrafficSelector {
        if (start.isIpv4() != end.isIpv4() || start.compareTo(end) > 0) {
            throw new IllegalArgumentException("address range " + start + " to " + end);
        }
        if (protocol < 0 || protocol > 255 || !portsValid(startPort, endPort)) {
            throw new IllegalArgumentException(
                    "protocol " + protocol + " ports " + startPort + "-" + endPort);
        }
    }

    /**
     * Every protocol and port of a subnet; bits of {@code address} behind the prefix are ignored.
     */
    public static TrafficSelector ofSubnet(IpAddress address, int prefixLength) {
        return new TrafficSelector(
                0,
                0,
                MAX_PORT,
                address.masked(prefixLength, false),
                address.masked(prefixLength, true));
    }

    /** Every protocol and port of a subnet written as {@code 10.1.0.0/16}. */
    public static TrafficSelector parse(String cidr) {
        Matcher parts = CIDR.matcher(cidr);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a subnet: " + cidr);
        }
        IpAddress address = IpAddress.parse(parts.group(1));
        String prefix = parts.group(2);
        return ofSubnet(
                address, prefix == null ? address.octets().length() * 8 : Integer.parseInt(prefix));
    }

    private static boolean portsValid(int start, int end) {
        boolean range = start >= 0 && start <= end && end <= MAX_PORT;
        return range || (start == MAX_PORT && end == 0);
    }

    /** The selectors that only packets with hidden ports match (RFC 7296 §3.13.1). */
    public boolean isOpaque() {
        return startPort == MAX_PORT && endPort == 0;
    }

    public boolean isAnyPort() {
        return startPort == 0 && endPort == MAX_PORT;
    }

    /** What both match, if anything. */
    public Optional<TrafficSelector> intersect(TrafficSelector other) {
        if (start.isIpv4() != other.start.isIpv4()) {
            return Optional.empty();
        }
        if (protocol != 0 && other.protocol != 0 && protocol != other.protocol) {
            return Optional.empty();
        }
        IpAddress low = start.compareTo(other.start) >= 0 ? start : other.start;
        IpAddress high = end.compareTo(other.end) <= 0 ? end : other.end;
        int lowPort = Math.max(startPort, other.startPort);
        int highPort = Math.min(endPort, other.endPort);
        if (isOpaque() || other.isOpaque()) {
            boolean both = (isOpaque() || isAnyPort()) && (other.isOpaque() || other.isAnyPort());
            if (!both) {
                return Optional.empty();
            }
            lowPort = MAX_PORT;
            highPort = 0;
        } else if (lowPort > highPort) {
            return Optional.empty();
        }
        return low.compareTo(high) > 0
                ? Optional.empty()
                : Optional.of(
                        new TrafficSelector(
                                Math.max(protocol, other.protocol), lowPort, highPort, low, high));
    }

    /** Whether every packet that {@code other} matches is matched here too. */
    public boolean contains(TrafficSelector other) {
        return intersect(other).filter(other::equals).isPresent();
    }

    /** Reads one selector; empty if its type is unknown (it is skipped, RFC 7296 §2.9). */
    static Optional<TrafficSelector> decode(OctetReader reader) throws MalformedMessageException {
        int type = reader.u8();
        int protocol = reader.u8();
        int length = reader.u16();
        if (length < 4) {
            throw new MalformedMessageException("selector length " + length);
        }
        OctetReader body = reader.slice(length - 4);
        if (type != IPV4_RANGE && type != IPV6_RANGE) {
            return Optional.empty();
        }
        int expected = type == IPV4_RANGE ? IPV4_LENGTH : IPV6_LENGTH;
        if (length != expected) {
            throw new MalformedMessageException("selector type " + type + " length " + length);
        }
        int addressLength = type == IPV4_RANGE ? 4 : 16;
        int startPort = body.u16();
        int endPort = body.u16();
        IpAddress start = new IpAddress(body.octets(addressLength));
        IpAddress end = new IpAddress(body.octets(addressLength));
        if (start.compareTo(end) > 0 || !portsValid(startPort, endPort)) {
            throw new MalformedMessageException("selector range is reversed");
        }
        return Optional.of(new TrafficSelector(protocol, startPort, endPort, start, end));
    }

    void encodeTo(OctetWriter writer) {
        boolean v4 = start.isIpv4();
        writer.u8(v4 ? IPV4_RANGE : IPV6_RANGE).u8(protocol);
        writer.u16(v4 ? IPV4_LENGTH : IPV6_LENGTH).u16(startPort).u16(endPort);
        writer.octets(start.octets()).octets(end.octets());
    }

    /** For example {@code 10.1.0.0/16}, {@code 10.1.0.1-10.1.0.9} or {@code 10.0.0.1/32[17/53]}. */
    @Override
    public String toString() {
        int prefix = start.commonPrefixLength(end);
        boolean isPrefix =
                start.masked(prefix, false).equals(start) && start.masked(prefix, true).equals(end);
        String range = isPrefix ? start + "/" + prefix : start + "-" + end;
        if (protocol == 0 && isAnyPort()) {
            return range;
        }
        String ports =
                isOpaque()
                        ? "/opaque"
                        : isAnyPort()
                                ? ""
                                : startPort == endPort
                                        ? "/" + startPort
                                        : "/" + startPort + "-" + endPort;
        return range + "[" + (protocol == 0 ? "any" : protocol) + ports + "]";
    }
}
