package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 00000000",
        "255.255.255.255, ffffffff",
        "192.0.2.1, c0000201",
        "10.20.30.40, 0a141e28",
        "::, 00000000000000000000000000000000",
        "::1, 00000000000000000000000000000001",
        "2001:db8::1, 20010db8000000000000000000000001",
        "2001:DB8:0:0:1::, 20010db8000000000001000000000000",
        "fe80::1:2:3:4, fe800000000000000001000200030004",
        "1:2:3:4:5:6:7:8, 00010002000300040005000600070008",
        "64:ff9b::192.0.2.1, 0064ff9b0000000000000000c0000201",
    })
    void literalsAreRead(String text, String hex) {
        assertEquals(Octets.ofHex(hex), IpAddress.parse(text).octets());
    }

    /**
     * A resolver that is asked leaves its UnknownHostException as the cause, after having blocked
     * the caller for as long as the network pleases.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "gateway.example",
                "256.1.1.1",
                "1.2.3.999",
                "999.999.999.999",
                "1.2.3",
                "1.2.3.4.5",
                "0x7f.0.0.1",
                "2130706433",
                "١.1.1.1",
                "gw:1",
                "host:name",
                "xyz::1",
                "[::1]",
                "::1%lo",
                "::1%1",
                " 10.0.0.1",
                "10.0.0.1 ",
                "10.0.0.1\n",
            })
    void namesAreNeverResolved(String text) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertNull(refused.getCause(), "asked a resolver");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "12345::",
                "::1/64",
                "10.0.0.1:500",
                "::256.0.0.1",
            })
    void whatOnlyResemblesAnAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
    }

    /** Leading zeros are octal to some readers and decimal to others. */
    @ParameterizedTest
    @ValueSource(strings = {"010.0.0.1", "10.0.0.01", "00.0.0.0", "10.000.0.1"})
    void leadingZerosAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
    }

    /** The JDK turns such a literal into an IPv4 address, which it is not on the wire. */
    @ParameterizedTest
    @ValueSource(strings = {"::ffff:192.0.2.1", "::ffff:c000:201", "::ffff:0:0"})
    void ipv4MappedLiteralsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
    }

    @Test
    void theRefusalNamesTheText() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> IpAddress.parse("10.0.0.256"));
        assertTrue(String.valueOf(refused.getMessage()).contains("10.0.0.256"));
    }

    @Test
    void theTextIsReadBackToTheSameAddress() {
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int j = random.nextInt(bytes.length); j < bytes.length; j++) {
                bytes[j] = 0; // runs of zeros
            }
            IpAddress address = IpAddress.of(bytes);
            assertEquals(address, IpAddress.parse(address.toString()));
        }
    }

    /** A peer may put one into a selector; it must not look like the IPv4 address in a log. */
    @Test
    void anIpv4MappedAddressDoesNotShowAsIpv4() {
        IpAddress mapped = new IpAddress(Octets.ofHex("00000000000000000000ffffc0000201"));
        assertFalse(mapped.isIpv4());
        assertTrue(mapped.toString().contains(":"), mapped.toString());
    }

    @Test
    void orderIsByFamilyThenUnsigned() {
        List<IpAddress> ascending =
                Stream.of("0.0.0.0", "10.0.0.1", "127.255.0.0", "128.0.0.0", "::", "7f::", "80::")
                        .map(IpAddress::parse)
                        .toList();
        List<IpAddress> shuffled = new ArrayList<>(ascending);
        Collections.shuffle(shuffled, new Random(2));
        Collections.sort(shuffled);
        assertEquals(ascending, shuffled);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 0, 0.0.0.0, 255.255.255.255",
        "10.1.2.3, 1, 0.0.0.0, 127.255.255.255",
        "10.1.2.3, 8, 10.0.0.0, 10.255.255.255",
        "10.1.2.3, 31, 10.1.2.2, 10.1.2.3",
        "10.1.2.3, 32, 10.1.2.3, 10.1.2.3",
        "2001:db8::5, 127, 2001:db8::4, 2001:db8::5",
        "2001:db8::5, 33, 2001:db8::, 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff",
    })
    void masksClearOrSetWhatIsBehindThePrefix(String text, int prefix, String low, String high) {
        IpAddress address = IpAddress.parse(text);
        assertEquals(IpAddress.parse(low), address.masked(prefix, false));
        assertEquals(IpAddress.parse(high), address.masked(prefix, true));
    }

    @Test
    void aPrefixLongerThanTheAddressIsRefused() {
        IpAddress v4 = IpAddress.parse("10.0.0.1");
        IpAddress v6 = IpAddress.parse("::1");
        assertThrows(IllegalArgumentException.class, () -> v4.masked(33, false));
        assertThrows(IllegalArgumentException.class, () -> v4.masked(-1, false));
        assertThrows(IllegalArgumentException.class, () -> v6.masked(129, true));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 8, 15, 17})
    void anotherLengthIsNoAddress(int length) {
        assertThrows(IllegalArgumentException.class, () -> IpAddress.of(new byte[length]));
    }

    @Test
    void onlyZeroIsUnspecified() {
        assertTrue(IpAddress.parse("0.0.0.0").isUnspecified());
        assertTrue(IpAddress.parse("::").isUnspecified());
        assertFalse(IpAddress.parse("0.0.0.1").isUnspecified());
        assertFalse(IpAddress.parse("8000::").isUnspecified());
    }
}
