package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.netlink.Addresses;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.Scope;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemoryIpsecKernelTest extends IpsecKernelContract {
    private static final IpPrefix HOST = IpPrefix.parse("192.0.2.1/24");

    @Override
    void withKernel(Body body) throws Exception {
        try (MemoryIpsecKernel kernel = new MemoryIpsecKernel(new OneSubnet())) {
            body.run(kernel);
        }
    }

    @Override
    void assume(IpsecKernel kernel, Feature feature) {
        assertTrue(Requests.value(kernel.probe(Set.of(Requests.AES_GCM_256))).has(feature));
    }

    private static final class OneSubnet implements HostNetwork {
        @Override
        public List<AddressEntry> addresses() {
            return List.of(new AddressEntry(2, HOST));
        }

        @Override
        public RouteAnswer route(InetAddress destination, Optional<InetAddress> source) {
            if (destination.equals(HOST.address())) {
                return new RouteAnswer(RouteAnswer.Reach.LOCAL, 1, destination, null, 65536);
            }
            return new IpPrefix(destination, HOST.length()).network().equals(HOST.network())
                    ? new RouteAnswer(RouteAnswer.Reach.REACHABLE, 2, HOST.address(), null, 1500)
                    : RouteAnswer.noRoute();
        }
    }

    @Test
    void newestSaCarriesThePolicysPackets() throws Exception {
        withKernel(
                kernel -> {
                    PolicyTemplate template = new PolicyTemplate(LOCAL, PEER, REQID);
                    MemoryIpsecKernel memory = (MemoryIpsecKernel) kernel;
                    assertEquals(Optional.empty(), memory.carrierOf(template, Scope.GLOBAL));
                    SaInstall first = Requests.sa(SaDirection.OUT, LOCAL, PEER, 0x1000, REQID);
                    SaInstall second = Requests.sa(SaDirection.OUT, LOCAL, PEER, 0x1001, REQID);
                    Requests.value(kernel.installSa(first));
                    assertEquals(first.id(), carrier(memory, template));
                    Requests.value(kernel.installSa(second));
                    assertEquals(second.id(), carrier(memory, template));
                    Requests.value(kernel.removeSa(second.id()));
                    assertEquals(first.id(), carrier(memory, template));
                    Requests.value(kernel.removeSa(first.id()));
                    assertEquals(Optional.empty(), memory.carrierOf(template, Scope.GLOBAL));
                });
    }

    private static SaId carrier(MemoryIpsecKernel kernel, PolicyTemplate template) {
        return kernel.carrierOf(template, Scope.GLOBAL).orElseThrow().id();
    }

    @Test
    void thisHostsOwnNetworkIsSeen() {
        HostNetwork host = HostNetwork.ofThisHost();
        InetAddress loopback = Addresses.of(new byte[] {127, 0, 0, 1});
        assertTrue(host.addresses().stream().anyMatch(a -> a.address().address().equals(loopback)));
        assertEquals(RouteAnswer.Reach.LOCAL, host.route(loopback, Optional.empty()).reach());
    }
}
