package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.state.EspCipher;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.KeyMaterial;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaOptions;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.UdpEncapsulation;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Requests and answers in few words, for tests. */
final class Requests {
    static final EspTransform AES_GCM_256 = EspTransform.aead(EspCipher.AES_GCM_16, 256);

    private Requests() {}

    static InetAddress ip(String address) {
        return IpPrefix.parse(address).address();
    }

    /** The answer of a request that must have been done. */
    static <T> T value(Outcome<T> outcome) {
        return outcome.fold(
                value -> value,
                refused -> {
                    throw new AssertionError(refused.message());
                });
    }

    static LinkEntry link(IpsecKernel kernel, String name) {
        return value(kernel.findLink(name)).orElseThrow();
    }

    static Set<IpPrefix> ipv4Addresses(IpsecKernel kernel, LinkEntry link) {
        return value(kernel.listAddresses()).stream()
                .filter(a -> a.linkIndex() == link.index())
                .map(AddressEntry::address)
                .filter(IpPrefix::isIpv4)
                .collect(Collectors.toSet());
    }

    /** Keys depend on the SPI alone, so that both ends of a tunnel get the same. */
    static SaInstall sa(
            SaDirection direction, InetAddress local, InetAddress peer, int spi, int reqid) {
        return sa(direction, local, peer, spi, reqid, AES_GCM_256, null);
    }

    static SaInstall sa(
            SaDirection direction,
            InetAddress local,
            InetAddress peer,
            int spi,
            int reqid,
            EspTransform transform,
            @Nullable UdpEncapsulation encapsulation) {
        return sa(
                direction,
                local,
                peer,
                spi,
                reqid,
                Scope.GLOBAL,
                transform,
                encapsulation,
                SaOptions.DEFAULT);
    }

    static SaInstall sa(
            SaDirection direction,
            InetAddress local,
            InetAddress peer,
            int spi,
            int reqid,
            Scope scope,
            EspTransform transform,
            @Nullable UdpEncapsulation encapsulation,
            SaOptions options) {
        return new SaInstall(
                direction,
                local,
                peer,
                spi,
                reqid,
                scope,
                transform,
                key(spi, transform.encryptionKeyOctets()),
                key(~spi, transform.integrityKeyOctets()),
                encapsulation,
                options);
    }

    private static KeyMaterial key(int seed, int octets) {
        byte[] key = new byte[octets];
        Arrays.fill(key, (byte) (seed ^ (seed >>> 8) ^ 0x5a));
        return KeyMaterial.owning(key);
    }
}
