package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.libc.IkeSocket;
import io.edgeipsec.xfrm.libc.NetworkNamespace;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.state.Scope;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract, with the real kernel, each test in a network namespace of its own. */
@Tag("kernel")
class LinuxIpsecKernelKernelTest extends IpsecKernelContract {
    @Override
    void withKernel(Body body) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.create();
                NetworkNamespace neighbour = NetworkNamespace.create()) {
            namespace.connect("eth0", "192.0.2.1/24", neighbour, "eth0", "192.0.2.2/24");
            namespace.execute(
                    () -> {
                        try (LinuxIpsecKernel kernel = LinuxIpsecKernel.open()) {
                            body.run(kernel);
                        }
                    });
        }
    }

    /** IKE's own sockets have policies too, which the kernel lists with the others. */
    @Test
    void policiesOfSocketsAreNotInTheWay() throws Exception {
        withKernel(
                kernel -> {
                    PolicyEntry block =
                            PolicyEntry.block(
                                    new PolicyKey(PolicyDirection.OUT, SITES, Scope.GLOBAL),
                                    KernelNumbers.policyPriority(
                                            KernelNumbers.Rank.PROTECT, SITES));
                    Requests.value(kernel.putPolicy(block));
                    try (IkeSocket socket =
                            IkeSocket.open(
                                    new IkeSocket.Options(
                                            Requests.ip("0.0.0.0"), 500, false, true, 512))) {
                        assertEquals(500, socket.localPort());
                        assertEquals(List.of(block), Requests.value(kernel.listPolicies()));
                        assertEquals(List.of(), Requests.value(kernel.removeAll()).failures());
                        assertEquals(List.of(), Requests.value(kernel.listPolicies()));
                    }
                });
    }

    @Override
    void assume(IpsecKernel kernel, Feature feature) {
        KernelFeatures features = Requests.value(kernel.probe(Set.of(Requests.AES_GCM_256)));
        assumeTrue(
                features.has(feature),
                () -> "needs " + feature + ": " + features.missing().get(feature));
    }
}
