package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.Outcome.Kind;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FakeIpsecKernelTest {
    private final FakeIpsecKernel fake = new FakeIpsecKernel("192.0.2.1/24");
    private final IpsecKernel kernel = fake.kernel();

    @Test
    void refusesWhatItIsToldInOrderAndThenWorks() {
        fake.refuseNext("allocateSpi", Kind.OTHER, "ENOMEM", true);
        fake.refuseNext("allocateSpi", Kind.NO_PERMISSION, "EPERM", false);
        SpiRequest request =
                new SpiRequest(
                        Requests.ip("192.0.2.1"), Requests.ip("192.0.2.2"), 1, Scope.GLOBAL, 0);
        Outcome.Refused<Integer> first = kernel.allocateSpi(request).refusal().orElseThrow();
        assertEquals("ENOMEM", first.errno());
        assertTrue(first.retryable());
        assertTrue(kernel.allocateSpi(request).isRefused(Kind.NO_PERMISSION));
        assertTrue(kernel.allocateSpi(request).isDone());
        assertEquals(3, fake.requests().size());
        assertTrue(fake.requests().get(0).startsWith("allocateSpi [SPI for SAs from 192.0.2.2"));
        assertThrows(
                IllegalArgumentException.class,
                () -> fake.refuseNext("alocateSpi", Kind.OTHER, "EIO", false));
    }

    @Test
    void refusedInstallationZeroesTheKeysAndShowsNone() {
        SaInstall sa =
                Requests.sa(
                        SaDirection.OUT,
                        Requests.ip("192.0.2.1"),
                        Requests.ip("192.0.2.2"),
                        0x1000,
                        KernelNumbers.reqid(1));
        fake.refuseNext("installSa", Kind.MISSING_ALGORITHM, "ENOSYS", false);
        Outcome<Outcome.Nothing> outcome = kernel.installSa(sa);
        assertTrue(outcome.isRefused(Kind.MISSING_ALGORITHM));
        assertTrue(sa.encryptionKey().isClosed());
        assertEquals(
                "installSa [outbound SA 00001000 to 192.0.2.2 from 192.0.2.1 AES_GCM_16_256] was"
                        + " refused: ENOSYS (the test said so). This kernel has no such algorithm:"
                        + " load its module or choose another in the tunnel profile.",
                outcome.refusal().orElseThrow().message());
    }

    @Test
    void reportsToTheListenerUntilItIsClosed() {
        List<KernelEvent> heard = new ArrayList<>();
        fake.emit(new KernelEvent.RoutesChanged());
        IpsecKernel.Monitor monitor = Requests.value(kernel.monitor(heard::add));
        assertTrue(fake.isMonitored());
        fake.emit(new KernelEvent.RoutesChanged());
        monitor.close();
        fake.emit(new KernelEvent.RoutesChanged());
        assertFalse(fake.isMonitored());
        assertEquals(List.of(new KernelEvent.RoutesChanged()), heard);
    }

    @Test
    void hostIsAsTold() {
        assertEquals(1, Requests.value(kernel.listAddresses()).size());
        assertEquals(
                Optional.of(Requests.ip("192.0.2.1")),
                Requests.value(kernel.lookUpRoute(Requests.ip("203.0.113.1"), Optional.empty()))
                        .sourceAddress());
    }
}
