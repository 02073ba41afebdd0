package io.edgeipsec.ike.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.testing.Policies;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transports on loopback addresses; the waits end with what they wait for, or fail. */
@Timeout(30)
final class IkeTransportTest {
    private static final String HERE = "127.0.0.1";
    private static final String ALSO_HERE = "127.0.0.2";
    private static final String THERE = "127.0.0.3";

    /** Nobody here has a certificate, so nobody is asked. */
    private static final class NoCredentials implements CredentialService {
        @Override
        public void sign(IkeEffect.Sign effect, Consumer<IkeReply> reply) {
            throw new AssertionError(effect);
        }

        @Override
        public void verifyPeer(IkeEffect.VerifyPeer effect, Consumer<IkeReply> reply) {
            throw new AssertionError(effect);
        }
    }

    /** Keeps nothing, and answers on a thread that is no event loop. */
    private static final class NoKernel implements ChildSaKernel {
        private final AtomicInteger nextSpi = new AtomicInteger(0x1000);

        @Override
        public void allocateSpi(IkeEffect.AllocateSpi effect, Consumer<IkeReply> reply) {
            EspSpi spi = new EspSpi(nextSpi.incrementAndGet());
            reply.accept(
                    new IkeReply.SpiAllocated(effect.request(), effect.locator().withInbound(spi)));
        }

        @Override
        public void installChildSa(IkeEffect.InstallChildSa effect, Consumer<IkeReply> reply) {
            effect.installation().close();
            CompletableFuture<Void> unused =
                    CompletableFuture.runAsync(
                            () ->
                                    reply.accept(
                                            new IkeReply.ChildSaInstalled(
                                                    effect.request(),
                                                    effect.installation().locator())));
        }

        @Override
        public void removeChildSa(IkeEffect.RemoveChildSa effect) {}

        @Override
        public void stopSending(IkeEffect.StopSending effect, Consumer<IkeReply> reply) {}

        @Override
        public void moveChildSa(IkeEffect.MoveChildSa effect) {}

        @Override
        public void measureTraffic(IkeEffect.MeasureTraffic effect, Consumer<IkeReply> reply) {
            reply.accept(new IkeReply.KernelRefused(effect.request(), "there is no kernel"));
        }
    }

    /** What a transport has told, and on which threads. */
    private static final class Recorder implements IkeTransport.Listener {
        private final CompletableFuture<IkeEvent> up = new CompletableFuture<>();
        private final CompletableFuture<IkeEvent> closed = new CompletableFuture<>();
        private final CompletableFuture<Path> sendFailure = new CompletableFuture<>();
        private final Map<String, Boolean> threads = new ConcurrentHashMap<>();

        @Override
        public void onEvent(IkeEvent event) {
            threads.put(Thread.currentThread().getName(), true);
            if (event instanceof IkeEvent.ChildSaEstablished) {
                up.complete(event);
            } else if (event instanceof IkeEvent.IkeSaClosed) {
                closed.complete(event);
            }
        }

        @Override
        public void onSendFailure(Path path, IOException reason) {
            sendFailure.complete(path);
        }

        @Override
        public void onReceiveFailure(DatagramPort port, IOException reason) {
            up.completeExceptionally(reason);
        }
    }

    private static IkeTransport start(
            IkeSettings settings, Recorder recorder, DatagramPort... ports) {
        IkeTransport transport =
                new IkeTransport(
                        settings,
                        EngineLimits.defaults(),
                        List.of(ports),
                        new NoKernel(),
                        new NoCredentials(),
                        new SecureRandom()::nextBytes,
                        2,
                        recorder);
        transport.start().toCompletableFuture().join();
        return transport;
    }

    @Test
    void aTunnelComesUpAndEndsWithTheShutdown() throws Exception {
        LoopbackPort ike = new LoopbackPort(HERE, 0);
        LoopbackPort nat = new LoopbackPort(HERE, 0);
        IkeSettings settings =
                IkeSettings.defaults().withPorts(ike.local().port(), nat.local().port());
        Recorder atHere = new Recorder();
        Recorder atThere = new Recorder();
        IpAddress here = IpAddress.parse(HERE);
        IpAddress there = IpAddress.parse(THERE);
        try (IkeTransport one = start(settings, atHere, ike, nat);
                IkeTransport other =
                        start(
                                settings,
                                atThere,
                                new LoopbackPort(THERE, settings.ikePort()),
                                new LoopbackPort(THERE, settings.natPort()))) {
            other.post(
                    here,
                    new IkeInput.PeerConfigured(Policies.b().local(there).remote(here).build()));
            one.post(
                    there,
                    new IkeInput.PeerConfigured(
                            Policies.a()
                                    .local(here)
                                    .remote(there)
                                    .mode(InitiationMode.INITIATOR)
                                    .build()));
            atHere.up.get(20, TimeUnit.SECONDS);
            atThere.up.get(20, TimeUnit.SECONDS);
            one.shutdown().toCompletableFuture().get(20, TimeUnit.SECONDS);
            atThere.closed.get(20, TimeUnit.SECONDS);
            assertTrue(atHere.closed.isDone());
        }
        for (Recorder recorder : List.of(atHere, atThere)) {
            assertEquals(
                    1,
                    recorder.threads.size(),
                    "one peer belongs to one loop: " + recorder.threads);
        }
    }

    @Test
    void answersComeFromTheAddressAndPortThatWereAsked() throws Exception {
        LoopbackPort ike = new LoopbackPort(HERE, 0);
        LoopbackPort nat = new LoopbackPort(HERE, 0);
        int ikePort = ike.local().port();
        int natPort = nat.local().port();
        IkeSettings settings = IkeSettings.defaults().withPorts(ikePort, natPort);
        try (IkeTransport transport =
                        start(
                                settings,
                                new Recorder(),
                                ike,
                                nat,
                                new LoopbackPort(ALSO_HERE, ikePort),
                                new LoopbackPort(ALSO_HERE, natPort));
                DatagramSocket client = new DatagramSocket(new InetSocketAddress(THERE, 0))) {
            assertTrue(transport != null);
            client.setSoTimeout(20_000);
            long spi = 1;
            for (String asked : List.of(HERE, ALSO_HERE)) {
                Octets plain = ask(client, asked, ikePort, unknownSa(spi));
                assertEquals(new IkeSpi(spi), IkeHeader.decode(plain.reader()).initiatorSpi());
                spi++;
                // Keepalives and ESP are nobody's question.
                send(client, asked, natPort, Octets.ofHex("ff"));
                send(client, asked, natPort, Octets.ofHex("c0ffee0100000001aabbccdd"));
                Octets marker = Octets.ofHex("00000000");
                Octets marked = ask(client, asked, natPort, Octets.concat(marker, unknownSa(spi)));
                assertEquals(marker, marked.slice(0, 4));
                Octets message = marked.slice(4, marked.length());
                assertEquals(new IkeSpi(spi), IkeHeader.decode(message.reader()).initiatorSpi());
                spi++;
            }
        }
    }

    @Test
    void anAddressWithoutSocketIsReported() throws Exception {
        LoopbackPort ike = new LoopbackPort(HERE, 0);
        IkeSettings settings = IkeSettings.defaults().withPorts(ike.local().port(), 1);
        Recorder recorder = new Recorder();
        IpAddress there = IpAddress.parse(THERE);
        try (IkeTransport transport = start(settings, recorder, ike)) {
            transport.post(
                    there,
                    new IkeInput.PeerConfigured(
                            Policies.a().local(IpAddress.parse(ALSO_HERE)).remote(there).build()));
            Path path = recorder.sendFailure.get(20, TimeUnit.SECONDS);
            assertEquals(IpAddress.parse(ALSO_HERE), path.local().address());
        }
    }

    private static Octets unknownSa(long spi) {
        IkeHeader header =
                IkeHeader.of(
                        new IkeSpi(spi),
                        new IkeSpi(64),
                        ExchangeType.INFORMATIONAL,
                        true,
                        false,
                        0);
        return MessageCodec.encode(new IkeMessage(header, List.of()));
    }

    private static void send(DatagramSocket client, String address, int port, Octets datagram)
            throws IOException {
        byte[] octets = datagram.toByteArray();
        InetAddress to = InetAddress.getByName(address);
        client.send(new DatagramPacket(octets, octets.length, to, port));
    }

    private static Octets ask(DatagramSocket client, String address, int port, Octets question)
            throws IOException {
        send(client, address, port, question);
        DatagramPacket answer = new DatagramPacket(new byte[2_000], 2_000);
        client.receive(answer);
        assertEquals(InetAddress.getByName(address), answer.getAddress());
        assertEquals(port, answer.getPort());
        return Octets.copyOf(answer.getData(), 0, answer.getLength());
    }
}
