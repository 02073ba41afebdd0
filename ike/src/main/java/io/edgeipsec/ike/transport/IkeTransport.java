package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.engine.IkeEngine;
import io.edgeipsec.ike.engine.Shard;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * IKE on the network: event loops with an engine each, and the UDP sockets of ports 500 and 4500.
 * The first loop reads the sockets and hands a datagram to the loop that its SPI, or for a first
 * message its source, belongs to; every loop sends by itself. Public methods may be called from any
 * thread.
 */
public final class IkeTransport implements AutoCloseable {
    /**
     * Batches of one socket before the loop turns to its timers and other sockets, so that a flood
     * does not keep established IKE SAs from their liveness checks. What is left is read next.
     */
    private static final int MAX_BATCHES = 8;

    private final IkeSettings settings;
    private final Listener listener;
    private final MultiThreadIoEventLoopGroup loops;
    private final KeyExchangeWorkers keyExchanges;
    private final List<IkeShard> shards = new ArrayList<>();
    private final List<DatagramPort> ports;
    private final IoEventLoop reader;

    /** Told what happens, on the event loops: it must not block. */
    public interface Listener {
        void onEvent(IkeEvent event);

        /** A datagram that could not be sent; IKE will retransmit what matters. */
        void onSendFailure(Path path, IOException reason);

        /** A socket that could not be read; it is tried again. */
        void onReceiveFailure(DatagramPort port, IOException reason);
    }

    /**
     * Engines without sessions; {@link #start} begins to listen.
     *
     * @param ports closed with the transport
     * @param random called from several threads at once
     * @param threads event loops, and as many threads for key exchanges
     */
    public IkeTransport(
            IkeSettings settings,
            EngineLimits limits,
            List<DatagramPort> ports,
            ChildSaKernel kernel,
            CredentialService credentials,
            RandomSource random,
            int threads,
            Listener listener) {
        this.settings = settings;
        this.listener = listener;
        this.ports = List.copyOf(ports);
        this.keyExchanges = new KeyExchangeWorkers(new KeyExchange(random), threads);
        this.loops =
                new MultiThreadIoEventLoopGroup(
                        threads,
                        new DefaultThreadFactory("ike", true),
                        EpollIoHandler.newFactory());
        for (int index = 0; index < threads; index++) {
            Shard shard = new Shard(index, threads);
            shards.add(
                    new IkeShard(
                            loops.next(),
                            System::nanoTime,
                            this::send,
                            keyExchanges,
                            credentials,
                            kernel,
                            listener::onEvent,
                            effects ->
                                    new IkeEngine(
                                            settings,
                                            limits,
                                            random,
                                            shard,
                                            effects,
                                            new MonotonicTime(System.nanoTime()))));
        }
        this.reader = loops.next();
    }

    /** Registers the sockets with the reading loop. */
    public CompletionStage<Void> start() {
        List<CompletableFuture<Void>> registered = new ArrayList<>();
        for (DatagramPort port : ports) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            reader.register(new PortHandle(port))
                    .addListener(
                            (Future<IoRegistration> future) -> {
                                if (future.isSuccess()) {
                                    future.getNow().submit(EpollIoOps.EPOLLIN);
                                    done.complete(null);
                                } else {
                                    done.completeExceptionally(future.cause());
                                }
                            });
            registered.add(done);
        }
        return CompletableFuture.allOf(registered.toArray(CompletableFuture[]::new));
    }

    /** Tells the engine that a session with this peer belongs to. */
    public void post(IpAddress peer, IkeInput input) {
        shards.get(Shard.ofPeer(peer, shards.size())).post(input);
    }

    /**
     * Deletes all IKE SAs, telling the peers, and starts nothing new.
     *
     * @return done when every peer has answered or been given up
     */
    public CompletionStage<Void> shutdown() {
        CompletableFuture<?>[] quiet =
                shards.stream().map(this::shutdown).toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(quiet);
    }

    private CompletableFuture<Void> shutdown(IkeShard shard) {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        shard.post(new IkeInput.ShutdownRequested());
        shard.whenQuiet(() -> quiet.complete(null));
        return quiet;
    }

    private void receive(DatagramPort port) {
        try {
            boolean more = true;
            for (int batch = 0; more && batch < MAX_BATCHES; batch++) {
                more = port.receive(this::dispatch);
            }
        } catch (IOException failure) {
            listener.onReceiveFailure(port, failure);
        }
    }

    private void dispatch(Path path, ByteBuffer payload) {
        boolean marked = path.local().port() == settings.natPort();
        Optional<Octets> message =
                marked ? NonEspMarker.unwrap(payload) : Optional.of(NonEspMarker.copy(payload));
        message.ifPresent(
                octets ->
                        shardOf(octets, path).receive(new IkeInput.DatagramReceived(path, octets)));
    }

    /** What does not even hold a header goes to the first shard, to be counted there. */
    private IkeShard shardOf(Octets message, Path path) {
        try {
            IkeHeader header = IkeHeader.decode(message.reader());
            return shards.get(Shard.ofMessage(header, path.remote().address(), shards.size()));
        } catch (MalformedMessageException tooShort) {
            return shards.get(0);
        }
    }

    private void send(Path path, Optional<Octets> message) {
        boolean marked = path.local().port() == settings.natPort();
        ByteBuffer payload =
                message.map(m -> marked ? NonEspMarker.wrap(m) : ByteBuffer.wrap(m.toByteArray()))
                        .orElseGet(NonEspMarker::keepalive);
        for (DatagramPort port : ports) {
            if (serves(port, path)) {
                try {
                    port.send(path, payload);
                } catch (IOException failure) {
                    listener.onSendFailure(path, failure);
                }
                return;
            }
        }
        listener.onSendFailure(
                path, new IOException("no socket of ours is bound to " + path.local()));
    }

    private static boolean serves(DatagramPort port, Path path) {
        IpAddress bound = port.local().address();
        IpAddress from = path.local().address();
        return port.local().port() == path.local().port()
                && bound.isIpv4() == from.isIpv4()
                && (bound.isUnspecified() || bound.equals(from));
    }

    /** Ends the loops at once; {@link #shutdown} first if the peers are to know. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        keyExchanges.close();
        ports.forEach(DatagramPort::close);
    }

    private final class PortHandle implements EpollIoHandle {
        private final DatagramPort port;
        private final FileDescriptor fd;

        PortHandle(DatagramPort port) {
            this.port = port;
            this.fd = new FileDescriptor(port.fd());
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            receive(port);
        }

        /** The socket is the port's to close. */
        @Override
        public void close() {}
    }
}
