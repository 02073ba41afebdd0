package io.edgeipsec.api.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4Test {

    @Test
    void everyAddressSurvivesBeingWrittenAndRead() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            Ipv4Address address = new Ipv4Address(random.nextInt());
            assertEquals(address, Ipv4Address.parse(address.toString()));
            assertEquals(address.toString(), address.toInetAddress().getHostAddress());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.",
                "1.2.3.4.",
                "1.2.3.4.5",
                "256.1.1.1",
                "01.2.3.4",
                "1.2.3.04",
                "1.2.3.4 ",
                " 1.2.3.4",
                "1.2.3.4\n",
                "1..2.3",
                "a.b.c.d",
                "1.2.3.1000",
                "-1.2.3.4",
                "1.2.3.٤"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Ipv4Address.parse(text));
    }

    @Test
    void kindsOfAddressesAreTold() {
        assertTrue(Ipv4Address.parse("0.0.0.0").isThisNetwork());
        assertTrue(Ipv4Address.parse("0.255.255.255").isThisNetwork());
        assertFalse(Ipv4Address.parse("1.0.0.0").isThisNetwork());
        assertFalse(Ipv4Address.parse("223.255.255.255").isMulticast());
        assertTrue(Ipv4Address.parse("224.0.0.0").isMulticast());
        assertTrue(Ipv4Address.parse("239.255.255.255").isMulticast());
        assertFalse(Ipv4Address.parse("240.0.0.0").isMulticast());
        assertTrue(Ipv4Address.parse("255.255.255.255").isLimitedBroadcast());
    }

    @Test
    void prefixesAlignContainAndOverlap() {
        Ipv4Subnet subnet = Ipv4Subnet.parse("10.1.2.3/20");
        assertFalse(subnet.isAligned());
        assertEquals("10.1.0.0/20", subnet.aligned().toString());
        assertTrue(subnet.contains(Ipv4Address.parse("10.1.15.255")));
        assertFalse(subnet.contains(Ipv4Address.parse("10.1.16.0")));
        assertTrue(Ipv4Subnet.parse("10.1.15.255/20").isDirectedBroadcast());
        Ipv4Subnet all = Ipv4Subnet.parse("0.0.0.0/0");
        assertTrue(all.isAligned());
        assertTrue(all.contains(Ipv4Address.parse("255.255.255.255")));
        Ipv4Subnet host = Ipv4Subnet.parse("10.1.2.3/32");
        assertTrue(host.isAligned());
        assertTrue(host.contains(Ipv4Address.parse("10.1.2.3")));
        assertFalse(host.contains(Ipv4Address.parse("10.1.2.2")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "/8", "10/8"})
    void whatIsNoPrefixIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Ipv4Subnet.parse(text));
    }
}
