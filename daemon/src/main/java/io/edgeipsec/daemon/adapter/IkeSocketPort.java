package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.transport.DatagramPort;
import io.edgeipsec.xfrm.libc.IkeSocket;
import io.edgeipsec.xfrm.libc.IkeSocket.SendResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** The socket of the kernel side as the transport wants it. */
public final class IkeSocketPort implements DatagramPort {
    /** IKE over UDP knows no larger messages. */
    private static final int MAX_DATAGRAM = IkeSocket.Options.MAX_UDP_PAYLOAD;

    private final IkeSocket socket;
    private final Endpoint local;

    private IkeSocketPort(IkeSocket socket, InetAddress address) {
        this.socket = socket;
        this.local = new Endpoint(InetAddresses.toIke(address), socket.localPort());
    }

    /**
     * Opens and binds a socket.
     *
     * @param nat whether it is the one for IKE and ESP behind NAT
     * @param kernel whether there is a data plane, whose policies must not catch IKE itself
     */
    public static IkeSocketPort open(InetAddress address, int port, boolean nat, boolean kernel)
            throws IOException {
        IkeSocket.Options options =
                new IkeSocket.Options(address, port, nat && kernel, kernel, MAX_DATAGRAM);
        return new IkeSocketPort(IkeSocket.open(options), address);
    }

    @Override
    public int fd() {
        return socket.fd();
    }

    @Override
    public Endpoint local() {
        return local;
    }

    @Override
    public boolean receive(Consumer consumer) throws IOException {
        int received =
                socket.receiveBatch(
                        (to, interfaceIndex, from, payload, truncated) ->
                                consumer.accept(path(to, from), payload));
        return received == socket.batchSize();
    }

    private Path path(InetAddress to, InetSocketAddress from) {
        IpAddress peer = InetAddresses.toIke(from.getAddress());
        return new Path(
                new Endpoint(InetAddresses.toIke(to), local.port()),
                new Endpoint(peer, from.getPort()));
    }

    @Override
    public void send(Path path, ByteBuffer payload) throws IOException {
        SendResult result =
                socket.send(
                        InetAddresses.toInet(path.local().address()),
                        new InetSocketAddress(
                                InetAddresses.toInet(path.remote().address()),
                                path.remote().port()),
                        payload);
        if (!result.isSent()) {
            throw new IOException(
                    result.kind() + result.error().map(errno -> " (" + errno + ")").orElse(""));
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
