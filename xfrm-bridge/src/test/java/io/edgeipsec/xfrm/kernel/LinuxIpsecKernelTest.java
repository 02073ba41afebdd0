package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaInstall;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What needs no privileges and changes nothing. */
class LinuxIpsecKernelTest {
    @Test
    void loopbackIsSeen() throws Exception {
        try (LinuxIpsecKernel kernel = LinuxIpsecKernel.open()) {
            LinkEntry lo = Requests.link(kernel, "lo");
            assertEquals(1, lo.index());
            assertEquals("", KernelNumbers.session(lo));
            assertEquals(Optional.empty(), lo.tunnelKind());
            assertTrue(lo.mtu() > 0);
        }
    }

    @Test
    void requestsBelongToTheThreadThatMadeTheFirst() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (LinuxIpsecKernel kernel = LinuxIpsecKernel.open()) {
            Requests.value(kernel.findLink("lo"));
            SaInstall sa =
                    Requests.sa(
                            SaDirection.OUT,
                            Requests.ip("192.0.2.1"),
                            Requests.ip("192.0.2.2"),
                            0x1000,
                            KernelNumbers.reqid(1));
            Future<?> elsewhere = other.submit(() -> kernel.installSa(sa));
            ExecutionException e = assertThrows(ExecutionException.class, elsewhere::get);
            assertInstanceOf(IllegalStateException.class, e.getCause());
            assertTrue(sa.encryptionKey().isClosed(), "keys are zeroed even then");
            Requests.value(kernel.findLink("lo"));
        } finally {
            other.shutdownNow();
        }
    }
}
