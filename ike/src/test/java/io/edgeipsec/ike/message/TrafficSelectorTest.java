package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7296 §3.13, and the set operations that narrowing (§2.9) is made of. */
class TrafficSelectorTest {
    private static final int UDP = 17;
    private static final Pattern NOTATION =
            Pattern.compile("([^-/\\[]+)(?:/(\\d+)|-([^\\[]+))(?:\\[(\\w+)(?:/([^\\]]+))?\\])?");

    /** Reads what {@link TrafficSelector#toString} writes. */
    private static TrafficSelector ts(String text) {
        Matcher parts = NOTATION.matcher(text.strip());
        assertTrue(parts.matches(), text);
        IpAddress start = IpAddress.parse(parts.group(1));
        IpAddress end =
                parts.group(3) != null
                        ? IpAddress.parse(parts.group(3))
                        : start.masked(Integer.parseInt(parts.group(2)), true);
        String protocol = Optional.ofNullable(parts.group(4)).orElse("any");
        String ports = Optional.ofNullable(parts.group(5)).orElse("0-65535");
        String[] range = ports.equals("opaque") ? new String[] {"65535", "0"} : ports.split("-", 2);
        return new TrafficSelector(
                protocol.equals("any") ? 0 : Integer.parseInt(protocol),
                Integer.parseInt(range[0]),
                Integer.parseInt(range[range.length - 1]),
                start,
                end);
    }

    private static Octets encode(TrafficSelector selector) {
        OctetWriter writer = new OctetWriter();
        selector.encodeTo(writer);
        return writer.toOctets();
    }

    private static TrafficSelectorPayload decode(String hex) throws MalformedMessageException {
        return TrafficSelectorPayload.decode(PayloadType.TS_I, Octets.ofHex(hex).reader());
    }

    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({
        // addresses
        "10.1.0.0/16, 10.1.0.0/16, 10.1.0.0/16",
        "10.0.0.0/8, 10.1.0.0/16, 10.1.0.0/16",
        "0.0.0.0/0, 255.255.255.255/32, 255.255.255.255/32",
        "10.1.0.0/16, 10.2.0.0/16, ''",
        "10.1.0.0-10.1.0.9, 10.1.0.5-10.1.0.20, 10.1.0.5-10.1.0.9",
        "10.1.0.0-10.1.0.9, 10.1.0.9-10.1.0.20, 10.1.0.9/32",
        "10.1.0.0-10.1.0.9, 10.1.0.10-10.1.0.20, ''",
        "127.0.0.0-128.0.0.9, 128.0.0.0/1, 128.0.0.0-128.0.0.9",
        "::/0, 2001:db8::/32, 2001:db8::/32",
        "2001:db8::-2001:db8::ff, 2001:db8::f0-2001:db8::1ff, 2001:db8::f0-2001:db8::ff",
        "0.0.0.0/0, ::/0, ''",
        // protocols
        "10.0.0.0/8[17], 10.0.0.0/8, 10.0.0.0/8[17]",
        "10.0.0.0/8[17], 10.0.0.0/8[17], 10.0.0.0/8[17]",
        "10.0.0.0/8[17], 10.0.0.0/8[6], ''",
        "10.0.0.0/8[17], 11.0.0.0/8, ''",
        // ports
        "10.0.0.0/8[17/53], 10.0.0.0/8, 10.0.0.0/8[17/53]",
        "10.0.0.0/8[17/53], 10.0.0.0/8[17/53-60], 10.0.0.0/8[17/53]",
        "10.0.0.0/8[17/10-20], 10.0.0.0/8[17/15-30], 10.0.0.0/8[17/15-20]",
        "10.0.0.0/8[17/10-20], 10.0.0.0/8[17/20-30], 10.0.0.0/8[17/20]",
        "10.0.0.0/8[17/10-20], 10.0.0.0/8[17/21-30], ''",
        "10.0.0.0/8[17/0], 10.0.0.0/8[17/65535], ''",
        // OPAQUE: only what any port or OPAQUE allows
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[17/opaque], 10.0.0.0/8[17/opaque]",
        "10.0.0.0/8[17/opaque], 10.1.0.0/16, 10.1.0.0/16[17/opaque]",
        "10.0.0.0/8[any/opaque], 10.0.0.0/8[17], 10.0.0.0/8[17/opaque]",
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[17/1-65535], ''",
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[17/0-65534], ''",
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[17/65535], ''",
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[17/0], ''",
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[6/opaque], ''",
        "10.0.0.0/8[17/opaque], 11.0.0.0/8[17/opaque], ''",
        // ICMP: type in the high octet of the port, code in the low one
        "10.0.0.0/8[1/2048-2303], 10.0.0.0/8[1/2048], 10.0.0.0/8[1/2048]",
        "10.0.0.0/8[1/2048-2303], 10.0.0.0/8[1/2304], ''",
        "2001:db8::/32[58/256-511], 2001:db8::/32[58], 2001:db8::/32[58/256-511]",
    })
    @DisplayName("RFC 7296 §2.9: what both selectors match, in either order")
    void intersection(String one, String other, String both) {
        Optional<TrafficSelector> expected =
                both.isEmpty() ? Optional.empty() : Optional.of(ts(both));
        assertEquals(expected, ts(one).intersect(ts(other)));
        assertEquals(expected, ts(other).intersect(ts(one)));
    }

    @Test
    void theIntersectionLiesInBothAndIsTheSameOnceMore() {
        RandomPayloads random = new RandomPayloads(29);
        int met = 0;
        for (int i = 0; i < 20_000; i++) {
            TrafficSelector one = random.selector();
            TrafficSelector other = random.selector();
            Optional<TrafficSelector> both = one.intersect(other);
            assertEquals(both, other.intersect(one));
            if (both.isPresent()) {
                met++;
                assertTrue(one.contains(both.get()));
                assertTrue(other.contains(both.get()));
                assertEquals(both, both.get().intersect(one));
            }
            assertTrue(one.contains(one));
        }
        assertTrue(met > 0);
    }

    @ParameterizedTest(name = "{0} contains {1}: {2}")
    @CsvSource({
        "10.0.0.0/8, 10.1.0.0/16, true",
        "10.1.0.0/16, 10.0.0.0/8, false",
        "10.1.0.0/16, 10.1.255.0-10.2.0.0, false",
        "10.0.0.0/8, 10.0.0.0/8[17], true",
        "10.0.0.0/8[17], 10.0.0.0/8, false",
        "10.0.0.0/8[17/1-9], 10.0.0.0/8[17/1-9], true",
        "10.0.0.0/8[17/1-9], 10.0.0.0/8[17/1-10], false",
        "10.0.0.0/8[17], 10.0.0.0/8[17/opaque], true",
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[17], false",
        "10.0.0.0/8[17/opaque], 10.0.0.0/8[17/opaque], true",
        "10.0.0.0/8[17/1-65535], 10.0.0.0/8[17/opaque], false",
        "0.0.0.0/0, ::/0, false",
        "0.0.0.0/0, 0.0.0.0/0, true",
    })
    void containment(String outer, String inner, boolean contains) {
        assertEquals(contains, ts(outer).contains(ts(inner)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "10.1.0.0/16",
                "10.1.2.3/32",
                "10.1.0.1-10.1.0.9",
                "10.1.0.0-10.1.0.6",
                "10.1.0.1-10.1.1.0",
                "0:0:0:0:0:0:0:0/0",
                "2001:db8:0:0:0:0:0:0/33",
                "10.0.0.1/32[17/53]",
                "10.0.0.1/32[17/53-60]",
                "10.0.0.1/32[17]",
                "10.0.0.1/32[any/53]",
                "10.0.0.1/32[17/opaque]",
                "10.0.0.1/32[any/opaque]",
                "10.0.0.1/32[1/2048-2303]",
            })
    void textIsAPrefixWhereItCanBe(String text) {
        assertEquals(text, ts(text).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/16, 10.1.0.0/16",
        "10.1.2.3, 10.1.2.3/32",
        "10.1.2.3/0, 0.0.0.0/0",
        "2001:db8::1, 2001:db8:0:0:0:0:0:1/128",
        "2001:db8::1/32, 2001:db8:0:0:0:0:0:0/32",
    })
    void subnetsAreRead(String cidr, String selector) {
        TrafficSelector parsed = TrafficSelector.parse(cidr);
        assertEquals(selector, parsed.toString());
        assertTrue(parsed.isAnyPort());
        assertFalse(parsed.isOpaque());
        assertEquals(0, parsed.protocol());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/24",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/-0",
                "10.0.0.0/+8",
                "10.0.0.0/08",
                "10.0.0.0/٨",
                "10.0.0.0/8/8",
                "10.0.0.0/255.0.0.0",
                "10.0.0.0/ 8",
                "10.0.0.0/99999999999",
                "::/129",
                "host/8",
            })
    void whatIsNoSubnetIsRefused(String cidr) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> TrafficSelector.parse(cidr));
        String message = String.valueOf(refused.getMessage());
        assertFalse(message.contains("For input string"), message);
    }

    @Test
    void rangesThatCannotBeAreRefused() {
        IpAddress low = IpAddress.parse("10.0.0.1");
        IpAddress high = IpAddress.parse("10.0.0.2");
        IpAddress v6 = IpAddress.parse("2001:db8::1");
        assertRefused(0, 0, 65535, high, low);
        assertRefused(0, 0, 65535, low, v6);
        assertRefused(-1, 0, 65535, low, high);
        assertRefused(256, 0, 65535, low, high);
        assertRefused(UDP, 2, 1, low, high);
        assertRefused(UDP, -1, 1, low, high);
        assertRefused(UDP, 0, 65536, low, high);
        assertRefused(UDP, 65535, 1, low, high);
        assertRefused(UDP, 65534, 0, low, high);
    }

    private static void assertRefused(
            int protocol, int startPort, int endPort, IpAddress start, IpAddress end) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new TrafficSelector(protocol, startPort, endPort, start, end));
    }

    @Test
    @DisplayName("RFC 7296 §3.13.1: the encoding of both address families")
    void selectorsAreReadAndWritten() throws Exception {
        String v4 = "07 11 0010 0035 0036 0a000001 0a0000ff";
        String v6 =
                "08 00 0028 0000 ffff 20010db8000000000000000000000001"
                        + "20010db80000000000000000000000ff";
        TrafficSelectorPayload payload = decode("02 000000" + v4 + v6);
        assertEquals(PayloadType.TS_I, payload.type());
        assertEquals(
                List.of(ts("10.0.0.1-10.0.0.255[17/53-54]"), ts("2001:db8::1-2001:db8::ff")),
                payload.selectors());
        assertEquals(Octets.ofHex(v4), encode(payload.selectors().get(0)));
        assertEquals(Octets.ofHex(v6), encode(payload.selectors().get(1)));
        OctetWriter writer = new OctetWriter();
        payload.encodeTo(writer);
        assertEquals(Octets.ofHex("02 000000" + v4 + v6), writer.toOctets());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no selector, 00 000000",
        "fewer than counted, 02 000000 07000010 0000ffff 0a000001 0a000001",
        "more than counted, 01 000000 07000010 0000ffff 0a000001 0a000001 07000010",
        "255 counted, ff 000000 07000010 0000ffff 0a000001 0a000001",
        "header cut short, 01 0000",
        "length zero, 01 000000 07000000 0000ffff 0a000001 0a000001",
        "length 3, 01 000000 07000003 0000ffff 0a000001 0a000001",
        "length 15, 01 000000 0700000f 0000ffff 0a000001 0a0000",
        "length 17, 01 000000 07000011 0000ffff 0a000001 0a000001 00",
        "length of the other family, 01 000000 08000010 0000ffff 0a000001 0a000001",
        "length past the end, 01 000000 07000010 0000ffff 0a000001 0a0000",
        "addresses reversed, 01 000000 07000010 0000ffff 0a000002 0a000001",
        "addresses reversed when unsigned, 01 000000 07000010 0000ffff 80000000 7fffffff",
        "ports reversed, 01 000000 07000010 00020001 0a000001 0a000001",
        "almost OPAQUE, 01 000000 07000010 ffff0001 0a000001 0a000001",
        "unknown type with length 3, 01 000000 0a000003",
        "unknown type past the end, 01 000000 0a000005",
    })
    @DisplayName("RFC 7296 §3.13: counts, lengths and ranges that lie are malformed")
    void malformedSelectors(String how, String hex) {
        assertThrows(MalformedMessageException.class, () -> decode(hex), how);
    }

    @Test
    @DisplayName("RFC 7296 §3.13.1: 65535 to 0 is OPAQUE")
    void opaqueIsRead() throws Exception {
        TrafficSelector selector =
                decode("01 000000 07110010 ffff0000 0a000001 0a000001").selectors().get(0);
        assertTrue(selector.isOpaque());
        assertFalse(selector.isAnyPort());
        assertEquals("10.0.0.1/32[17/opaque]", selector.toString());
    }

    @Test
    @DisplayName("RFC 7296 §2.9: a selector of an unknown type is left out")
    void unknownTypesAreSkipped() throws Exception {
        assertEquals(
                List.of(ts("10.0.0.1/32")),
                decode("03 000000 0a000006 0102 07000010 0000ffff 0a000001 0a000001 ff000004")
                        .selectors());
        assertTrue(decode("01 000000 0a000006 0102").selectors().isEmpty());
    }

    @Test
    void aPayloadHoldsAtMost255Selectors() throws Exception {
        TrafficSelector any = TrafficSelector.parse("0.0.0.0/0");
        TrafficSelectorPayload most =
                new TrafficSelectorPayload(PayloadType.TS_R, Collections.nCopies(255, any));
        OctetWriter writer = new OctetWriter();
        most.encodeTo(writer);
        assertEquals(
                most, TrafficSelectorPayload.decode(PayloadType.TS_R, writer.toOctets().reader()));
        TrafficSelectorPayload tooMany =
                new TrafficSelectorPayload(PayloadType.TS_R, Collections.nCopies(256, any));
        assertThrows(IllegalArgumentException.class, () -> tooMany.encodeTo(new OctetWriter()));
    }
}
