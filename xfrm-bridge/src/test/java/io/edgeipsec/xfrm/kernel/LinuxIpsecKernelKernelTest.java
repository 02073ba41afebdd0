package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.libc.NetworkNamespace;
import java.util.Set;
import org.junit.jupiter.api.Tag;

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

    @Override
    void assume(IpsecKernel kernel, Feature feature) {
        KernelFeatures features = Requests.value(kernel.probe(Set.of(Requests.AES_GCM_256)));
        assumeTrue(
                features.has(feature),
                () -> "needs " + feature + ": " + features.missing().get(feature));
    }
}
