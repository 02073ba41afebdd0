package io.edgeipsec.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversionsTest {
    @Test
    void addressesAreTheSameInEveryTongue() {
        for (String text : List.of("0.0.0.0", "192.0.2.1", "255.255.255.255")) {
            IpAddress ike = Conversions.toIke(Ipv4Address.parse(text));
            assertEquals(IpAddress.parse(text), ike);
            assertEquals(text, Conversions.toInet(ike).getHostAddress());
            assertEquals(ike, Conversions.toIke(Conversions.toInet(ike)));
        }
        IpAddress six = IpAddress.parse("2001:db8::1");
        assertEquals(six, Conversions.toIke(Conversions.toInet(six)));
    }

    @Test
    void subnetsAreTheSameInEveryTongue() {
        for (String text : List.of("0.0.0.0/0", "10.0.0.0/8", "10.1.2.0/23", "10.1.2.3/32")) {
            Ipv4Subnet subnet = Ipv4Subnet.parse(text);
            assertEquals(TrafficSelector.parse(text), Conversions.toSelector(subnet));
            assertEquals(IpPrefix.parse(text), Conversions.toPrefix(subnet));
        }
    }

    @Test
    void interfaceAddressesKeepTheirHostBits() {
        assertEquals(
                IpPrefix.parse("192.168.50.1/24"),
                Conversions.toPrefix(Ipv4Subnet.parse("192.168.50.1/24")));
    }
}
